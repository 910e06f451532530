import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { platform } from "node:process";
import { fileURLToPath } from "node:url";
import { Command, Option } from "commander";
import { DrmError } from "../errors";
import { type CliIo, writeAll } from "./io";
import { parsePort } from "./option-values";
import { staticServer } from "./static-server";

/** `drmeta serve`: the page on this machine, for this machine only, until Ctrl+C. */
export function serveCommand(io: CliIo): Command {
  return new Command("serve")
    .description("open the page: load data, build formulas, fit and plot in the browser")
    .addOption(
      new Option("--port <n>", "port on localhost; 0 is any free one").argParser(parsePort).default(8010),
    )
    .option("--no-open", "do not open the browser")
    .action(async ({ port, open }: { readonly port: number; readonly open: boolean }) => {
      const server = staticServer(pageFolder());
      server.listen(port, "localhost");
      await once(server, "listening").catch((error: NodeJS.ErrnoException) => {
        const why = error.code === "EADDRINUSE" ? "another program uses it" : error.message;
        throw new DrmError("usage", `cannot listen on port ${port}: ${why}; choose another one with --port`);
      });
      const url = `http://localhost:${(server.address() as AddressInfo).port}/`;
      await writeAll(
        io.stdout,
        `The page is at ${url} (Ctrl+C ends it). Data that you load there stay in the browser.\n`,
      );
      if (open && io.stdout.isTTY) openInBrowser(url);
      await once(server, "close");
    });
}

/** The built page lies in the package's dist folder, beside the bundled command. */
function pageFolder(): string {
  for (const up of [".", "../../dist"]) {
    const folder = fileURLToPath(new URL(`${up}/web`, import.meta.url));
    if (existsSync(`${folder}/index.html`)) return folder;
  }
  throw new DrmError("usage", "the page is missing from this installation; build it with npm run build");
}

/** A browser that cannot be opened is no error: the address stands in the terminal. */
function openInBrowser(url: string): void {
  const [command, ...args] =
    platform === "darwin" ? ["open"] : platform === "win32" ? ["cmd", "/c", "start", ""] : ["xdg-open"];
  spawn(command!, [...args, url], { stdio: "ignore", detached: true })
    .on("error", () => {})
    .unref();
}
