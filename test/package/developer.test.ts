import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import webpack from "webpack";
import { exportedNames, gapsOf } from "./declarations";
import { installPackage, type Packed } from "./installed";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

let scratch: string;
let installed: string;
let packed: Packed;

beforeAll(() => {
  ({ scratch, installed, packed } = installPackage());
}, 180_000);

afterAll(() => {
  if (scratch !== undefined) rmSync(scratch, { recursive: true });
});

const ESM = (names: string, from = "drmeta") => `import { ${names} } from "${from}";\n`;
const CJS = (names: string, from = "drmeta") => `const { ${names} } = require("${from}");\n`;

/** A program from the command line, as one tries a package. */
function node(kind: "module" | "commonjs", program: string) {
  const run = spawnSync(process.execPath, [`--input-type=${kind}`, "-e", program], {
    cwd: scratch,
    encoding: "utf8",
  });
  return { stdout: run.stdout, stderr: run.stderr, status: run.status };
}

describe("an error that nobody catches", () => {
  const programs = {
    unknownColumn: ["drm", 'drm("yi ~ habitatt", { data: { yi: [1, 2, 3], habitat: [1, 2, 4] } });'],
    unexpectedToken: ["drmFormula", 'drmFormula("yi ~ Study ID");'],
    requireDpar: [
      "drm, coef",
      'coef(drm("yi ~ 1 + meta_V(V = v)", { data: { yi: [1, 2, 4], v: [1, 1, 2] } }), "tau");',
    ],
  } as const;

  test.each(Object.entries(programs))("prints %s and less than 2 kB", (name, [names, program]) => {
    for (const [kind, importing] of [
      ["module", ESM],
      ["commonjs", CJS],
    ] as const) {
      const { stderr, status } = node(kind, importing(names) + program);
      expect(status).toBe(1);
      expect(stderr).toContain("DrmError: ");
      expect(stderr).toMatch(new RegExp(`at ${name} \\(`));
      expect(Buffer.byteLength(stderr), kind).toBeLessThan(2000);
      expect(Math.max(...stderr.split("\n").map((line) => line.length))).toBeLessThan(300);
    }
  });

  test("of plots and batches too", () => {
    const fit = 'const fit = drm("yi ~ 1 + meta_V(V = v)", { data: { yi: [1, 2, 4], v: [1, 1, 2] } });\n';
    const plot = `${ESM("drm")}${ESM("forestPlot", "drmeta/plot")}${fit}forestPlot(fit, { width: 1 });`;
    const batch = `${ESM("fitMany", "drmeta/batch")}await fitMany([], { workers: -1 }).next();`;
    for (const program of [plot, batch]) {
      const { stderr } = node("module", program);
      expect(stderr).toMatch(/DrmError: /);
      expect(Buffer.byteLength(stderr)).toBeLessThan(2000);
    }
  });
});

test("published modules can be read: the functions have their names, and lines end", () => {
  const modules = readdirSync(join(installed, "dist")).filter((name) => /\.c?js$/.test(name));
  expect(modules.sort()).toEqual(
    [
      "batch-worker.js",
      "batch.browser.js",
      "batch.cjs",
      "batch.js",
      "bias.cjs",
      "bias.js",
      "cli.js",
      "escalc.cjs",
      "escalc.js",
      "index.cjs",
      "index.js",
      "plot.cjs",
      "plot.js",
      "trees.cjs",
      "trees.js",
    ].sort(),
  );
  for (const name of modules) {
    const code = readFileSync(join(installed, "dist", name), "utf8");
    // libraries beside the library do not carry its parser
    if (!/^(plot|escalc|bias|trees)\.c?js$/.test(name))
      expect(code, name).toMatch(/function unexpectedToken\w*\(/);
    // it travels as a string: its blanks are gone, its names are not
    if (name === "batch-worker.js") continue;
    // wasm, the workers' script and tables of other packages are data; a minified module is a few lines of 100 kB
    const long = code
      .split("\n")
      .filter((line) => line.length > 3000 && !/^\s*(?:var )?\w+ ?=|[:=]\s*["'`]/.test(line));
    expect(
      long.map((line) => line.slice(0, 80)),
      name,
    ).toEqual([]);
  }
});

describe("DrmError", () => {
  const seen = `
let error;
try { drmFormula("") } catch (caught) { error = caught }
console.log(JSON.stringify({
  name: error.name, class: error.constructor.name, text: String(error).split("\\n")[0], stack: error.stack.split("\\n")[0],
  own: Object.keys(error), is: isDrmError(error), instance: error instanceof DrmError,
}));`;
  const expected = {
    name: "DrmError",
    class: "DrmError",
    text: "DrmError: an empty formula: write yi ~ x",
    stack: "DrmError: an empty formula: write yi ~ x",
    own: ["code"],
    is: true,
    instance: true,
  };
  const NAMES = "drmFormula, isDrmError, DrmError";

  test("keeps its name, as a module, required, and minified by a bundler", async () => {
    expect(JSON.parse(node("module", ESM(NAMES) + seen).stdout)).toEqual(expected);
    expect(JSON.parse(node("commonjs", CJS(NAMES) + seen).stdout)).toEqual(expected);
    const { outputFiles } = await build({
      stdin: { contents: ESM(NAMES) + seen, resolveDir: scratch },
      bundle: true,
      minify: true,
      format: "esm",
      write: false,
    });
    expect(JSON.parse(node("module", outputFiles[0]!.text).stdout)).toEqual(expected);
  });

  test("isDrmError() knows those of another copy, and nothing else", () => {
    const program = `import * as esm from "drmeta";
import { createRequire } from "node:module";
const cjs = createRequire(process.cwd() + "/x.js")("drmeta");
const caught = (run) => { try { run() } catch (error) { return error } };
const errors = [caught(() => esm.drmFormula("")), caught(() => cjs.drmFormula(""))];
console.log(JSON.stringify({
  classes: errors.map((error) => error instanceof esm.DrmError),
  esm: errors.map(esm.isDrmError),
  cjs: errors.map(cjs.isDrmError),
  others: [new Error("x"), { code: "bad_data", message: "x", name: "DrmError" }, null, undefined, "x", 1].map(esm.isDrmError),
}));`;
    expect(JSON.parse(node("module", program).stdout)).toEqual({
      classes: [true, false],
      esm: [true, true],
      cjs: [true, true],
      others: [false, false, false, false, false, false],
    });
  });

  test("isDrmError() holds for what comes back from workers", () => {
    const program = `${ESM("isDrmError, drm")}${ESM("fitMany, bootstrap", "drmeta/batch")}
const good = { yi: [1, 2, 4], vi: [1, 1, 2] };
const out = [];
for (const result of ["estimates", "fit"]) {
  const jobs = [{ data: good }, { data: { yi: [1, 2] } }, { data: good, formulas: "yi ~" }];
  for await (const one of fitMany(jobs, { formulas: "yi ~ 1 + meta_V(V = vi)", workers: 1, result })) {
    out.push(one.ok || [isDrmError(one.error), one.error.name, one.error.code, Object.keys(one.error).join()]);
  }
}
const fit = drm("yi ~ 1 + meta_V(V = vi)", { data: good });
await bootstrap(fit, { seed: 1, replicates: -1 }).catch((error) => out.push(isDrmError(error)));
console.log(JSON.stringify(out));`;
    const failed = (code: string) => [true, "DrmError", code, "code,message"];
    const each = [true, failed("unknown_column"), failed("bad_formula")];
    writeFileSync(join(scratch, "workers.mjs"), program);
    const run = spawnSync(process.execPath, ["workers.mjs"], { cwd: scratch, encoding: "utf8" });
    expect(JSON.parse(run.stdout)).toEqual([...each, ...each, true]);
  });
});

describe("what a page pays for drm, drmFormula and summary", () => {
  const BUDGET = 178_000;
  const app = `${ESM("drm, drmFormula, summary")}
globalThis.run = (formula, data) => String(summary(drm(drmFormula(formula), { data })));`;

  test("bundled by esbuild", async () => {
    const { outputFiles } = await build({
      stdin: { contents: app, resolveDir: scratch },
      bundle: true,
      minify: true,
      format: "esm",
      write: false,
    });
    const size = gzipSync(outputFiles[0]!.contents).length;
    expect(size).toBeGreaterThan(50_000);
    expect(size).toBeLessThanOrEqual(BUDGET);
  });

  test("bundled by webpack", { timeout: 240_000 }, async () => {
    writeFileSync(join(scratch, "page.mjs"), app);
    const compiler = webpack({
      context: scratch,
      entry: "./page.mjs",
      mode: "production",
      performance: false,
      output: { path: join(scratch, "page"), filename: "page.js" },
    });
    await new Promise<void>((resolve, reject) => {
      compiler!.run((error, stats) => (error || stats?.hasErrors() ? reject(error ?? stats) : resolve()));
    });
    const size = gzipSync(readFileSync(join(scratch, "page/page.js"))).length;
    expect(size).toBeGreaterThan(50_000);
    expect(size).toBeLessThanOrEqual(BUDGET);
  });
});

test("types for resolvers that do not read exports", () => {
  writeFileSync(
    join(scratch, "old.ts"),
    `import { drm, isDrmError, type Fit } from "drmeta";
import { fitMany, type FailedResult } from "drmeta/batch";
import { forestPlot, type PlotOptions } from "drmeta/plot";
const fit: Fit = drm("yi ~ 1", { data: { yi: [1, 2, 4] } });
const options: PlotOptions = { width: 360 };
export const out = [forestPlot(fit, options), fitMany([]), isDrmError(fit)];
export type Failed = FailedResult["error"]["code"];
// @ts-expect-error a formula is a string
drm(1, {});
`,
  );
  const tsc = spawnSync(
    process.execPath,
    [
      `${ROOT}node_modules/typescript/bin/tsc`,
      ...[
        "--noEmit",
        "--strict",
        "--target",
        "es2022",
        "--module",
        "commonjs",
        "--moduleResolution",
        "node10",
      ],
      ...["--typeRoots", "./none", "--lib", "es2022", "old.ts"],
    ],
    { cwd: scratch, encoding: "utf8" },
  );
  expect(tsc.stdout).toBe("");
});

describe("declarations", () => {
  const file = (entry: string) => join(installed, "dist", `${entry}.d.ts`);
  test.each(["index", "batch", "plot"])(
    "%s.d.ts exports every type that it names, and says what each thing is",
    (entry) => {
      const beside = entry === "index" ? new Set<string>() : exportedNames(file("index"));
      expect(gapsOf({ file: file(entry), beside })).toEqual({ unexported: [], undocumented: [] });
    },
  );

  test("the walk finds what is missing", () => {
    const path = join(scratch, "gaps.d.ts");
    writeFileSync(
      path,
      `interface Hidden { readonly a: number }
/** Shown. */
interface Shown {
  readonly hidden: Hidden;
  /** with \`told\` and more */
  readonly inner: { readonly told: number; readonly untold: number };
}
declare function bare(options: {
  /** what is meant */
  readonly said: number;
  readonly unsaid: number;
}): Shown;
export { type Shown, bare };
`,
    );
    expect(gapsOf({ file: path, beside: new Set() })).toEqual({
      unexported: ["Hidden (in Shown.hidden)"],
      undocumented: ["Shown.hidden", "Shown.inner.untold", "bare", "bare.unsaid"],
    });
  });
});

test("every relative link of the packed documents leads to a packed file", () => {
  const files = new Set(packed.files.map(({ path }) => path));
  const documents = [...files].filter((path) => path.endsWith(".md"));
  expect(documents).toContain("README.md");
  const broken = documents.flatMap((path) => {
    const text = readFileSync(join(installed, path), "utf8").replace(/```.*?```/gs, "");
    const links = [...text.matchAll(/\]\(([^)\s]+)/g), ...text.matchAll(/(?:src|srcset|href)="([^"]+)"/g)];
    return links
      .map(([, link]) => link!.replace(/#.*/, ""))
      .filter((link) => link !== "" && !/^[a-z]+:/i.test(link))
      .filter((link) => !files.has(normalize(join(dirname(path), link))))
      .map((link) => `${path}: ${link}`);
  });
  expect(broken).toEqual([]);
});
