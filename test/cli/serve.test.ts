import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { staticServer } from "../../src/cli/static-server";

let folder: string;
let server: Server;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "drmeta-serve-"));
  mkdirSync(join(folder, "site/assets"), { recursive: true });
  writeFileSync(join(folder, "secret.txt"), "secret");
  writeFileSync(join(folder, "site/index.html"), "<title>page</title>");
  writeFileSync(join(folder, "site/assets/a b.js"), "export {};");
  server = staticServer(join(folder, "site"));
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** The path as it is: fetch() would tidy it. */
function get(path: string, method = "GET"): Promise<Answer> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    request({ host: "localhost", port, path, method }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (text) => {
        body += text;
      });
      response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    })
      .on("error", reject)
      .end();
  });
}

test("the folder is its index.html, with the security policy", async () => {
  const { status, headers, body } = await get("/");
  expect([status, body]).toEqual([200, "<title>page</title>"]);
  expect(headers["content-type"]).toBe("text/html; charset=utf-8");
  const policy = String(headers["content-security-policy"]);
  expect(policy).toContain("connect-src 'none'");
  expect(policy).toContain("'wasm-unsafe-eval'");
  expect(policy).not.toContain("'unsafe-eval'");
  expect(policy).not.toContain("unsafe-inline");
});

test("scripts have a script's type, whatever their name and query", async () => {
  const { status, headers, body } = await get("/assets/a%20b.js?v=1");
  expect([status, body]).toEqual([200, "export {};"]);
  expect(headers["content-type"]).toBe("text/javascript; charset=utf-8");
  expect(await get("/assets/a%20b.js", "HEAD")).toMatchObject({ status: 200, body: "" });
});

test.each([
  "/nothing",
  "/assets",
  "/../secret.txt",
  "/%2e%2e/secret.txt",
  "/..%2fsecret.txt",
  "/%00",
  "/%zz",
  "//",
])("nothing is served at %s", async (path) => {
  const { status, body } = await get(path);
  expect(status).toBe(404);
  expect(body).toBe("Not found\n");
});

test("only reading is allowed", async () => {
  expect((await get("/", "POST")).status).toBe(405);
});
