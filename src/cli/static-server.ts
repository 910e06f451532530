import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { extname, join, resolve, sep } from "node:path";
import { contentSecurityPolicy } from "./content-security-policy";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

const HEADERS = {
  "Content-Security-Policy": `${contentSecurityPolicy}; frame-ancestors 'none'`,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-cache",
};

/** A server of the files in one folder, index.html for the folder itself. It listens once it is told to. */
export function staticServer(folder: string): Server {
  const root = resolve(folder);
  return createServer((request, response) => {
    void serveFile(root, request, response);
  });
}

async function serveFile(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD")
    return refuse(response, 405, "Method not allowed");
  const path = filePath(root, request.url ?? "/");
  const found = path === null ? null : await stat(path).catch(() => null);
  if (path === null || !found?.isFile()) return refuse(response, 404, "Not found");
  response.writeHead(200, {
    ...HEADERS,
    "Content-Type": TYPES[extname(path)] ?? "application/octet-stream",
    "Content-Length": found.size,
  });
  if (request.method === "HEAD") response.end();
  else {
    createReadStream(path)
      .on("error", () => response.destroy())
      .pipe(response);
  }
}

/** The file that a URL asks for; null when it is no path, or one that leaves the folder. */
function filePath(root: string, url: string): string | null {
  try {
    const { pathname } = new URL(url, "http://localhost");
    const path = resolve(
      join(root, decodeURIComponent(pathname), pathname.endsWith("/") ? "index.html" : ""),
    );
    return path.startsWith(root + sep) && !path.includes("\0") ? path : null;
  } catch {
    return null;
  }
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { ...HEADERS, "Content-Type": "text/plain; charset=utf-8" }).end(`${message}\n`);
}
