import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { deflateRawSync } from "node:zlib";
import { build } from "esbuild";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, expect, test } from "vitest";
import manifest from "../../package.json";
import { codeBlocks } from "../code-blocks";
import { installPackage, type Packed } from "./installed";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** cases/drm-a-restoration.json */
const LOG_LIK = -24.773196719485;

const EXAMPLES = ["assink", "bangertdrowns", "bcg", "berkey", "konstantopoulos", "restoration"];

/** The page, without the hashes in its file names. */
const PAGE = [
  ...EXAMPLES.map((name) => `dist/web/assets/${name}.js`),
  "dist/web/assets/fit.worker.js",
  "dist/web/assets/icon.svg",
  "dist/web/assets/index.css",
  "dist/web/assets/index.js",
  "dist/web/assets/plot.js",
  // loaded when such a file is opened: workbooks, and Parquet with what it is compressed by
  "dist/web/assets/spreadsheet.js",
  "dist/web/assets/src.js",
  "dist/web/assets/src.js",
  "dist/web/index.html",
];

const PACKED = [
  // what the README links to, so that its links work wherever the package is shown
  ...readdirSync(`${ROOT}docs`, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(ROOT.length)),
  "assembly/README.md",
  "assembly/linalg/README.md",
  "bench/README.md",
  "test/cases/README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "LICENSE",
  "README.md",
  "dist/THIRD-PARTY-LICENSES.txt",
  "dist/batch-worker.js",
  "dist/batch.browser.js",
  "dist/batch.cjs",
  "dist/batch.d.cts",
  "dist/batch.d.ts",
  "dist/batch.js",
  "dist/bias.cjs",
  "dist/bias.d.cts",
  "dist/bias.d.ts",
  "dist/bias.js",
  "dist/cli.js",
  "dist/drmeta.wasm",
  "dist/escalc.cjs",
  "dist/escalc.d.cts",
  "dist/escalc.d.ts",
  "dist/escalc.js",
  "dist/index.cjs",
  "dist/index.cjs.map",
  "dist/index.d.cts",
  "dist/index.d.ts",
  "dist/index.js",
  "dist/index.js.map",
  "dist/plot.cjs",
  "dist/plot.d.cts",
  "dist/plot.d.ts",
  "dist/plot.js",
  "dist/trees.cjs",
  "dist/trees.d.cts",
  "dist/trees.d.ts",
  "dist/trees.js",
  ...PAGE,
  "examples/README.md",
  ...EXAMPLES.map((name) => `examples/${name}.csv`),
  "package.json",
];

/** The worked example; `importing` is how the language at hand gets at the package. */
const example = (importing: string) => `${importing}
const csv = readFileSync("node_modules/drmeta/examples/restoration.csv", "utf8");
const data = parseCsv(csv, { factors: { habitat: ["grassland", "forest"] } });
const fit = drm(drmFormula("yi ~ habitat + duration + meta_V(V = vi)", "sigma ~ habitat"), { data });
console.log(JSON.stringify({ version, logLik: logLik(fit) }));
`;

/** Twenty fits in two workers, and one that fails with an error of the class that drmeta exports. */
const batch = (importing: string) => `${importing}
const csv = readFileSync("node_modules/drmeta/examples/restoration.csv", "utf8");
const data = parseCsv(csv, { factors: { habitat: ["grassland", "forest"] } });
const formulas = ["yi ~ habitat + duration + meta_V(V = vi)", "sigma ~ habitat"];
(async () => {
  const logLik = [];
  for await (const result of fitMany(Array(20).fill({ data }), { formulas, workers: 2 })) logLik.push(result.logLik);
  await fitMany([], { workers: -1 }).next().catch((error) => {
    console.log(JSON.stringify({ isDrmError: error instanceof DrmError, logLik }));
  });
})();
`;

/** Strict code of a user who has neither Node's types nor those of a page. */
const TYPED = `import { checkDrm, coef, drm, drmFormula, gaussian, logLik, sigma, summary, type Fit } from "drmeta";
import { fitMany } from "drmeta/batch";
import { type Escalc, escalc } from "drmeta/escalc";
import { forestPlot, type PlotOptions } from "drmeta/plot";
import { readTree, type Tree } from "drmeta/trees";

const tree: Tree = readTree("((a:1,b:1):1,c:2);");
const effects: Escalc = escalc("RR", { ai: [4, 6], n1i: [20, 30], ci: [8, 9], n2i: 25 }, { study: ["a", "b"] });
const fit: Fit = drm(drmFormula("yi ~ x + meta_V(V = vi)", "sigma ~ x"), {
  family: gaussian(),
  data: { yi: [0.1, 0.4, 0.3], vi: new Float64Array([0.01, 0.02, 0.03]), x: ["a", "b", "a"] },
  factors: { x: ["a", "b"] },
});
const value: number = logLik(fit);
const intercept: number | undefined = coef(fit, "sigma")["(Intercept)"];
const text: string = String(summary(fit)) + String(checkDrm(fit)) + JSON.stringify(sigma(fit));
const options: PlotOptions = { width: 360, theme: "auto", sort: "-estimate" };
export const result = { tips: tree.labels.length, effects: effects.yi.length, value, intercept, text, svg: forestPlot(fit, options).length };
// @ts-expect-error a formula is a string
drmFormula(1);

export async function many(): Promise<number[]> {
  const out: number[] = [];
  const results = fitMany([{ id: 1, data: { yi: [0.1, 0.2], vi: [0.01, 0.02] } }], { formulas: "yi ~ 1", workers: 1 });
  for await (const result of results) {
    if (result.ok) out.push(result.logLik, ...result.estimates);
    else throw new Error(result.error.message);
  }
  for await (const result of fitMany([], { result: "fit" })) if (result.ok) out.push(logLik(result.fit));
  return out;
}
`;

let scratch: string;
let installed: string;
let packed: Packed;

beforeAll(() => {
  ({ scratch, installed, packed } = installPackage());
}, 180_000);

afterAll(() => {
  if (scratch !== undefined) rmSync(scratch, { recursive: true });
});

test("the tarball holds these files and no others", () => {
  const names = packed.files.map(({ path }) =>
    path.replace(/^(dist\/web\/assets\/.+)-[\w-]{8}(\.\w+)$/, "$1$2"),
  );
  expect(names.sort()).toEqual([...PACKED].sort());
});

test("installing it installs nothing else", () => {
  const names = readdirSync(join(scratch, "node_modules")).filter((name) => !name.startsWith("."));
  expect(names).toEqual(["drmeta"]);
  expect(manifest).not.toHaveProperty("dependencies");
});

test("the worked example as an ES module", () => {
  const importing = `import { readFileSync } from "node:fs";
import { drm, drmFormula, logLik, parseCsv, version } from "drmeta";`;
  write("esm.mjs", example(importing));
  expectExample(node("esm.mjs", scratch));
});

test("the worked example as CommonJS", () => {
  const importing = `const { readFileSync } = require("node:fs");
const { drm, drmFormula, logLik, parseCsv, version } = require("drmeta");`;
  write("cjs.cjs", example(importing));
  expectExample(node("cjs.cjs", scratch));
});

const BATCH = {
  esm: `import { readFileSync } from "node:fs";
import { DrmError, parseCsv } from "drmeta";
import { fitMany } from "drmeta/batch";`,
  cjs: `const { readFileSync } = require("node:fs");
const { DrmError, parseCsv } = require("drmeta");
const { fitMany } = require("drmeta/batch");`,
};

test("many fits, as an ES module and as CommonJS", () => {
  write("many.mjs", batch(BATCH.esm));
  expectBatch(node("many.mjs", scratch));
  write("many.cjs", batch(BATCH.cjs));
  expectBatch(node("many.cjs", scratch));
});

test("many fits, bundled with the program", async () => {
  await build({
    stdin: { contents: batch(BATCH.esm), resolveDir: scratch },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: join(scratch, "bundled.mjs"),
  });
  expectBatch(node("bundled.mjs", scratch));
});

test("many fits: a bundler for pages finds nothing of Node", async () => {
  const { warnings } = await build({
    stdin: { contents: 'export * from "drmeta/batch"; export { drm } from "drmeta";', resolveDir: scratch },
    bundle: true,
    platform: "browser",
    write: false,
  });
  expect(warnings).toEqual([]);
  const code = readFileSync(join(installed, "dist/batch.browser.js"), "utf8");
  const imported = [...code.matchAll(/^import .*?"([^"]+)";$/gm)].map(([, from]) => from);
  expect([...new Set(imported)]).toEqual(["./index.js"]);
});

test("plots, as an ES module and as CommonJS, with the library's own errors", () => {
  const program = `const fit = drm("yi ~ 1 + meta_V(V = vi)", { data: { yi: [0.1, 0.4, 0.3], vi: [0.01, 0.02, 0.03] } });
let refused;
try { locationScalePlot(fit) } catch (error) { refused = error instanceof DrmError }
console.log(forestPlot(fit).startsWith("<svg"), refused);`;
  write(
    "plot.mjs",
    `import { drm, DrmError } from "drmeta";
import { forestPlot, locationScalePlot } from "drmeta/plot";
${program}`,
  );
  write(
    "plot.cjs",
    `const { drm, DrmError } = require("drmeta");
const { forestPlot, locationScalePlot } = require("drmeta/plot");
${program}`,
  );
  expect([node("plot.mjs", scratch), node("plot.cjs", scratch)]).toEqual(["true true\n", "true true\n"]);
});

test("plots in a worker of a page: bundled, without a document", async () => {
  const { outputFiles, warnings } = await build({
    stdin: {
      contents: 'export * from "drmeta"; export { forestPlot } from "drmeta/plot";',
      resolveDir: scratch,
    },
    bundle: true,
    format: "iife",
    globalName: "drmeta",
    platform: "browser",
    write: false,
  });
  expect(warnings).toEqual([]);
  const worker = createContext({ atob, TextDecoder, TextEncoder, console, svg: "" });
  runInContext(outputFiles[0]!.text, worker);
  const program =
    "svg = drmeta.forestPlot(drmeta.drm('y ~ 1 + meta_V(V = v)', { data: { y: [1, 2, 4], v: [1, 1, 2] } }))";
  runInContext(program, worker);
  expect(worker.svg).toMatch(/^<svg .*<\/svg>\n$/s);
});

test("in a page: bundled, without anything of Node", async () => {
  const code = readFileSync(join(installed, "dist/index.js"), "utf8");
  expect(code).not.toMatch(/\bnode:|\brequire\(|^import /m);
  const { outputFiles } = await build({
    stdin: { contents: 'export * from "drmeta";', resolveDir: scratch },
    bundle: true,
    format: "iife",
    globalName: "drmeta",
    platform: "browser",
    write: false,
  });
  // all that it may find besides the language: a page has these too
  const page = createContext({ atob, TextDecoder, TextEncoder, console });
  runInContext(outputFiles[0]!.text, page);
  const script = example("const { drm, drmFormula, logLik, parseCsv, version } = drmeta;")
    .replace(/readFileSync\(.*\)/, "csvText")
    .replace("console.log(", "printed = (");
  Object.assign(page, { csvText: readFileSync(`${ROOT}examples/restoration.csv`, "utf8"), printed: "" });
  runInContext(script, page);
  expectExample(page.printed);
});

test.each([
  { module: "node16", moduleResolution: "node16", files: ["typed.mts", "typed.cts"] },
  { module: "esnext", moduleResolution: "bundler", files: ["typed.ts"] },
])("types, $moduleResolution", ({ files, ...resolution }) => {
  for (const file of files) write(file, TYPED);
  // ES2022 and nothing else: no library of a page, no types of Node
  expect(tsc({ ...resolution, lib: ["ES2022"], types: [] }, files)).toBe("");
});

test("types of the README's code", () => {
  const blocks = codeBlocks(`${ROOT}README.md`).filter(({ language }) => language === "ts");
  expect(blocks.length).toBeGreaterThan(0);
  write("readme.mts", blocks.map(({ code }) => code).join("\n"));
  const options = { module: "node16", moduleResolution: "node16", types: ["node"], skipLibCheck: true };
  expect(tsc({ ...options, typeRoots: [`${ROOT}node_modules/@types`] }, ["readme.mts"])).toBe("");
});

test("the command", () => {
  const drmeta = (...argv: string[]) => output(scratch, join(scratch, "node_modules/.bin/drmeta"), argv);
  expect(drmeta("--version")).toBe(`${manifest.version}\n`);
  expect(drmeta("example")).toContain("sigma:habitatforest");
  const model = ["yi ~ habitat + duration + meta_V(V = vi)", "sigma ~ habitat"];
  const fit = ["fit", join(installed, "examples/restoration.csv"), ...model];
  expect(drmeta(...fit)).toContain("logLik: -24.77");
  const { logLik } = JSON.parse(drmeta(...fit, "--json"));
  expect(Math.abs(logLik - LOG_LIK)).toBeLessThan(1e-9);
});

test("the command draws, and says what a PNG needs", () => {
  const drmeta = join(scratch, "node_modules/.bin/drmeta");
  const plot = ["plot", "forest", join(installed, "examples/restoration.csv"), "yi ~ 1 + meta_V(V = vi)"];
  expect(output(scratch, drmeta, plot)).toMatch(/^<svg /);
  expect(() => output(scratch, drmeta, [...plot, "-o", "forest.png"])).toThrow(
    /npm install @resvg\/resvg-js/,
  );
});

test("the command needs nothing but Node", () => {
  const code = readFileSync(join(installed, "dist/cli.js"), "utf8");
  expect(code.startsWith("#!/usr/bin/env node\n")).toBe(true);
  const imported = [...code.matchAll(/^import .*?"([^"]+)";$|__require\("([^"]+)"\)/gm)];
  expect(imported.length).toBeGreaterThan(3);
  for (const [, from, required] of imported)
    expect(isBuiltin((from ?? required)!), from ?? required).toBe(true);
});

test("the wasm is there to be streamed, the one that is inlined", () => {
  const wasm = output(scratch, process.execPath, ["-p", "require.resolve('drmeta/drmeta.wasm')"]);
  const base64 = deflateRawSync(readFileSync(wasm.trim()), { level: 9 }).toString("base64");
  // once: a second copy would mean that something was bundled twice; the command's workers have one of their own
  const copies = {
    "index.js": 1,
    "index.cjs": 1,
    "batch.js": 1,
    "batch.cjs": 1,
    "batch.browser.js": 1,
    "cli.js": 2,
  };
  for (const [file, count] of Object.entries(copies)) {
    // the workers' script is broken into lines, within strings by a backslash
    const code = readFileSync(join(installed, "dist", file), "utf8").replace(/\\+(?:n|\n)/g, "");
    expect(code.split(base64), file).toHaveLength(count + 1);
  }
});

test("licences of bundled packages are there", () => {
  const text = readFileSync(join(installed, "dist/THIRD-PARTY-LICENSES.txt"), "utf8");
  for (const name of [
    "@stdlib/math-base-special-erfc",
    "@observablehq/plot",
    "@xmldom/xmldom",
    "as-bind",
    "assemblyscript",
    "commander",
    "papaparse",
    "workerpool",
  ]) {
    expect(text).toMatch(new RegExp(`^${name} \\d`, "m"));
  }
});

test("publint finds nothing", async () => {
  const { messages, pkg } = await publint({ pkgDir: installed, pack: false, strict: true });
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
});

function expectExample(printed: string): void {
  const { version, logLik } = JSON.parse(printed);
  expect(version).toBe(manifest.version);
  expect(Math.abs(logLik - LOG_LIK)).toBeLessThan(1e-9);
}

function expectBatch(printed: string): void {
  const { isDrmError, logLik } = JSON.parse(printed);
  expect(isDrmError).toBe(true);
  expect(logLik).toHaveLength(20);
  for (const value of logLik) expect(Math.abs(value - LOG_LIK)).toBeLessThan(1e-9);
}

function write(name: string, text: string): void {
  mkdirSync(scratch, { recursive: true });
  writeFileSync(join(scratch, name), text);
}

function node(script: string, cwd = ROOT): string {
  return output(cwd, process.execPath, [script]);
}

function output(cwd: string, command: string, argv: string[]): string {
  return execFileSync(command, argv, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** What the compiler says, "" when it is content. */
function tsc(compilerOptions: Record<string, unknown>, files: string[]): string {
  const options = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };
  write(
    "tsconfig.json",
    JSON.stringify({
      compilerOptions: { target: "es2022", noEmit: true, ...options, ...compilerOptions },
      files,
    }),
  );
  try {
    return execFileSync(process.execPath, [`${ROOT}node_modules/typescript/bin/tsc`, "-p", scratch], {
      encoding: "utf8",
    });
  } catch (error) {
    return String((error as { stdout: string }).stdout);
  }
}
