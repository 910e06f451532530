import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { build as esbuild } from "esbuild";
import type { Browser } from "playwright-core";
import { rollup } from "rollup";
import { build as vite } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import webpack from "webpack";
import { staticServer } from "../../src/cli/static-server";
import { typescriptScript } from "../../web/model/script-typescript";
import { chromiumIsMissing, launchChromium } from "../web/chromium";
import { installPackage } from "./installed";

/** Fits and draws; what it prints tells that both parts of the package work together. */
const app = (from: { readonly drmeta: string; readonly plot: string }) => `
import { drm, drmFormula, DrmError, logLik } from "${from.drmeta}";
import { forestPlot } from "${from.plot}";

const data = { yi: [0.1, 0.5, 0.3, 0.9, 0.2], vi: [0.02, 0.03, 0.02, 0.04, 0.03], x: ["a", "b", "a", "b", "a"] };
const fit = drm(drmFormula("yi ~ x + meta_V(V = vi)"), { data });
let refused = false;
try {
  forestPlot(fit, { width: 1 });
} catch (error) {
  refused = error instanceof DrmError;
}
console.log(JSON.stringify({ logLik: logLik(fit).toFixed(9), svg: forestPlot(fit).slice(0, 4), refused }));
`;
const BY_NAME = app({ drmeta: "drmeta", plot: "drmeta/plot" });

let scratch: string;
let expected: string;

beforeAll(() => {
  ({ scratch } = installPackage());
  write("app.mjs", BY_NAME);
  expected = node("app.mjs");
  expect(JSON.parse(expected)).toMatchObject({ svg: "<svg", refused: true });
}, 240_000);

afterAll(() => {
  if (scratch !== undefined) rmSync(scratch, { recursive: true });
});

interface Bundler {
  readonly name: string;
  readonly bundle: (folder: string) => Promise<unknown>;
  /** false when what it makes needs a page's document */
  readonly forNode: boolean;
}

/** Each bundler makes a program of the app in a folder, with no setting but where to put it. */
const BUNDLERS: readonly Bundler[] = [
  {
    name: "esbuild",
    forNode: true,
    bundle: (folder) =>
      esbuild({
        entryPoints: [join(scratch, "app.mjs")],
        bundle: true,
        outfile: join(folder, "main.js"),
        logLevel: "error",
      }),
  },
  {
    name: "rollup",
    forNode: true,
    bundle: async (folder) => {
      const bundle = await rollup({
        input: join(scratch, "app.mjs"),
        plugins: [nodeResolve()],
        onLog: (_, { message }) => {
          throw new Error(message);
        },
      });
      await bundle.write({ file: join(folder, "main.js"), format: "es" });
    },
  },
  { name: "webpack", forNode: true, bundle: bundleWithWebpack },
  {
    name: "vite",
    forNode: false,
    bundle: async (folder) => {
      write("vite/index.html", '<!doctype html><script type="module" src="./app.js"></script>\n');
      write("vite/app.js", BY_NAME);
      await vite({
        root: join(scratch, "vite"),
        configFile: false,
        logLevel: "error",
        build: { outDir: folder },
      });
      const [script] = readdirSync(join(folder, "assets"));
      cpSync(join(folder, "assets", script!), join(folder, "main.js"));
    },
  },
];

/** Without its minifier, which takes half a minute for the plots. */
function bundleWithWebpack(folder: string): Promise<void> {
  const compiler = webpack({
    context: scratch,
    entry: "./app.mjs",
    mode: "none",
    output: { path: folder },
  });
  return new Promise((resolve, reject) => {
    compiler!.run((error, stats) => {
      // a large file is worth a warning of webpack's, but no fault
      if (error || stats?.hasErrors()) reject(error ?? new Error(stats!.toString()));
      else resolve();
    });
  });
}

test.each(BUNDLERS)(
  "bundled by $name, without configuration",
  { timeout: 180_000 },
  async ({ name, bundle, forNode }) => {
    const folder = `out-${name}`;
    await bundle(join(scratch, folder));
    write(`${folder}/package.json`, '{ "type": "module" }\n');
    if (forNode) expect(node(`${folder}/main.js`)).toBe(expected);
    if (!chromiumIsMissing) expect(await runInChromium(`${folder}/main.js`)).toBe(expected);
  },
);

test.skipIf(chromiumIsMissing)("a plain script of type module, without a bundler", async () => {
  const dist = "../node_modules/drmeta/dist";
  write("plain/main.js", app({ drmeta: `${dist}/index.js`, plot: `${dist}/plot.js` }));
  expect(await runInChromium("plain/main.js")).toBe(expected);
});

test("the script that the page exports makes the fit", () => {
  const csv = join(scratch, "node_modules/drmeta/examples/restoration.csv");
  cpSync(csv, join(scratch, "restoration.csv"));
  write(
    "analysis.mjs",
    typescriptScript({
      formulas: ["yi ~ habitat + duration + meta_V(V = vi)", "sigma ~ habitat"],
      method: "REML",
      test: "t",
      factors: { habitat: ["grassland", "forest"] },
      fileName: "restoration.csv",
    }),
  );
  const printed = node("analysis.mjs");
  expect(printed).toContain("distributional regression, REML");
  expect(printed).toContain("sigma:habitatforest");
  expect(printed).toContain("optimizer_convergence");
});

/** What the script prints in a page that allows nothing but its own scripts and WebAssembly. */
async function runInChromium(script: string): Promise<string> {
  write(
    `${dirname(script)}/index.html`,
    '<!doctype html><title>app</title><script type="module" src="./main.js"></script>\n',
  );
  const server: Server = staticServer(scratch);
  let browser: Browser | undefined;
  try {
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    browser = await launchChromium();
    const page = await browser.newPage();
    const printed = page.waitForEvent("console", (message) => message.text().startsWith("{"));
    const failed = new Promise<never>((_, reject) => page.on("pageerror", reject));
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/${dirname(script)}/`);
    return `${(await Promise.race([printed, failed])).text()}\n`;
  } finally {
    await browser?.close();
    server.close();
  }
}

function write(name: string, text: string): void {
  mkdirSync(dirname(join(scratch, name)), { recursive: true });
  writeFileSync(join(scratch, name), text);
}

function node(script: string): string {
  return execFileSync(process.execPath, [script], { cwd: scratch, encoding: "utf8" });
}
