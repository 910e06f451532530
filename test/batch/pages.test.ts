import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BatchJob, type FitManyOptions, fitMany } from "../../src/batch/index";
import { chromiumIsMissing, launchChromium } from "../web/chromium";

const OPTIONS: FitManyOptions & { result: "estimates" } = {
  formulas: ["yi ~ x + meta_V(V = vi)", "sigma ~ x"],
  workers: 2,
  result: "estimates",
};
const JOBS: BatchJob[] = Array.from({ length: 300 }, (_, i) => ({
  id: `set ${i}`,
  data: {
    yi: Array.from({ length: 12 }, (_, j) => Math.sin(7 * i + 3 * j)),
    vi: Array.from({ length: 12 }, (_, j) => 0.05 + 0.01 * (j % 4)),
    x: Array.from({ length: 12 }, (_, j) => (i === 40 ? "a" : j % 3 === 0 ? "a" : "b")),
  },
}));

/** In the page: `run(options)` fits the jobs and hands back what it got, or the error. */
const SCRIPT = `
import { fitMany } from "./index";
const jobs = ${JSON.stringify(JOBS)};
window.run = async (options) => {
  try {
    const results = [];
    for await (const result of fitMany(jobs, options)) results.push(result);
    return { results, isolated: crossOriginIsolated };
  } catch (error) {
    return { message: error.message };
  }
};`;

const ISOLATED = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
const POLICIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "/plain": {},
  "/isolated": ISOLATED,
  "/no-blobs": { "Content-Security-Policy": "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'" },
};

let server: Server;
let browser: Browser;
let address: string;

describe.skipIf(chromiumIsMissing)("fitMany in a page", () => {
  beforeAll(async () => {
    const { outputFiles } = await build({
      stdin: { contents: SCRIPT, resolveDir: fileURLToPath(new URL("../../src/batch", import.meta.url)) },
      bundle: true,
      write: false,
      format: "esm",
      // workerpool asks for them in Node only
      external: ["worker_threads", "child_process", "os"],
    });
    const scripts: Readonly<Record<string, string>> = {
      "/main.js": outputFiles[0]!.text,
      "/worker.js": readFileSync(new URL("../../build/batch-worker.js", import.meta.url), "utf8"),
    };
    server = createServer(({ url = "" }, response) => {
      const policy = POLICIES[url];
      const type = policy === undefined ? "text/javascript" : "text/html";
      // what an isolated page loads must be isolated too; elsewhere that changes nothing
      response.writeHead(200, { "Content-Type": type, ...(policy ?? ISOLATED) });
      response.end(policy === undefined ? scripts[url] : '<script type="module" src="/main.js"></script>');
    });
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    address = `http://localhost:${(server.address() as AddressInfo).port}`;
    browser = await launchChromium();
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  interface Outcome {
    readonly results: readonly unknown[];
    readonly isolated: boolean;
    readonly message: string;
  }

  async function run(path: string, options: object): Promise<Outcome> {
    const page = await browser.newPage();
    try {
      await page.goto(address + path);
      await page.waitForFunction("window.run !== undefined");
      return (await page.evaluate(`window.run(${JSON.stringify(options)})`)) as Outcome;
    } finally {
      await page.close();
    }
  }

  /** Chromium's exp and log differ from Node's in the last digit: numbers are compared to ten. */
  function rounded(results: readonly unknown[]): unknown {
    const text = JSON.stringify(results, (_, value) =>
      typeof value === "number" ? Number(value.toPrecision(10)) : value,
    );
    return JSON.parse(text);
  }

  async function inNode(): Promise<unknown[]> {
    const results: unknown[] = [];
    for await (const result of fitMany(JOBS, OPTIONS)) results.push(result);
    return results;
  }

  test.each([
    ["whose messages are copied", "/plain", false],
    ["that shares memory with its workers", "/isolated", true],
  ])("%s: what Node gives", async (_, path, isIsolated) => {
    const { results, isolated } = await run(path, OPTIONS);
    expect(isolated).toBe(isIsolated);
    expect(rounded(results)).toEqual(rounded(await inNode()));
    expect(results[40]).toMatchObject({ index: 40, id: "set 40", ok: false });
  });

  test("that allows no blobs: its own copy of the workers' script, or an error that says so", async () => {
    const { results } = await run("/no-blobs", { ...OPTIONS, workerUrl: "/worker.js" });
    expect(results).toHaveLength(JOBS.length);
    const { message } = await run("/no-blobs", OPTIONS);
    expect(message).toContain("workers cannot be started here");
  });
});
