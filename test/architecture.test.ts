import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/**
 * src/ in data-flow order: a file imports from its own stage and from those above it. A new folder or a new file
 * directly in src/ needs its place here.
 */
const STAGES = [
  "words",
  "did-you-mean",
  "error-brand",
  "errors",
  "options",
  "version",
  "data",
  "linalg",
  "stats",
  "method",
  "formula",
  "frame",
  "design",
  "covariance",
  "model",
  "fit",
  "opened",
  "drm",
  "update",
  "inference",
  "report",
  "effects",
  "diagnostics",
  "batch",
  "index",
  // libraries beside the library, which they ask through its public names
  "escalc",
  "bias",
  "plot",
  "trees",
  "cli",
];

/** Below the kernels nothing knows memory: only these stages may. */
const MAY_USE_BINDINGS = new Set(["fit", "batch"]);
/** Everything else also runs in pages. `batch/node` is the side of batch/ that only Node uses. */
const MAY_USE_NODE = ["src/cli/", "src/batch/node"];

/** Packages by the stage that uses them: anything more would be in every bundle unseen. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  data: ["fflate/browser", "hyparquet", "hyparquet-compressors", "papaparse", "saxen"],
  stats: ["@stdlib/math-base-special-erfc", "@stdlib/math-base-special-erfcinv"],
  batch: ["workerpool"],
  plot: ["@observablehq/plot", "@xmldom/xmldom"],
  cli: ["commander", "@resvg/resvg-js", "hyparquet", "hyparquet-writer"],
};

/**
 * assembly/ from the bottom up: a file imports from its own layer and from those before it. `ref` is apart: plain loops that
 * know nothing of the fast ones, compiled with `testing` into the tests' module only.
 */
const LAYERS = [
  "abi",
  "accumulate",
  "simd",
  "linalg",
  "sparse",
  "room",
  "restricted",
  "kernels",
  "arena",
  "problem",
  "evaluate",
  "index",
];
const APART = ["ref", "testing"];

/** Formulas, the formats of numbers, the list of plots; all else of src/ belongs into the worker. */
const MAY_BE_IN_THE_PAGE =
  /^src\/(formula\/|words$|report\/format$|plot\/catalogue$|cli\/content-security-policy$)/;

interface Import {
  readonly from: string;
  /** a file of the project without its extension, or a package */
  readonly to: string;
  /** `import type`: erased by the compiler */
  readonly onlyTypes: boolean;
}

const IMPORT = /^\s*(?:import|export)\b( type\b)?(?:[^"'`;]*?\bfrom)?\s*["']([^"']+)["']/gm;
const DYNAMIC_IMPORT = /\b(?:import|require)\(()\s*["']([^"']+)["']\s*\)/g;

function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  const found = [...text.matchAll(IMPORT), ...text.matchAll(DYNAMIC_IMPORT)];
  return found.map(([, type, specifier]) => ({
    from: file,
    onlyTypes: Boolean(type),
    to: specifier!.startsWith(".")
      ? normalize(join(dirname(file), specifier!)).replace(/\.(js|ts)$|\?.*$/, "")
      : specifier!,
  }));
}

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".d.ts"))
    .map((name) => `${folder}/${name}`)
    .sort();
}

/** `src/fit/starts.ts` is of stage fit, `src/drm.ts` of stage drm; of assembly/ it is the layer. */
function stageOf(file: string): string {
  return file.split("/")[1]!.replace(/\.ts$/, "");
}

const inSrc = sources("src").flatMap(importsOf);
const shown = (found: readonly Import[]) => found.map(({ from, to }) => `${from} imports ${to}`);

describe("src/", () => {
  test("every folder has its place in the order", () => {
    expect([...new Set(sources("src").map(stageOf))].filter((stage) => !STAGES.includes(stage))).toEqual([]);
  });

  test("a stage imports only stages above it", () => {
    const downward = inSrc.filter(
      ({ from, to }) => to.startsWith("src/") && STAGES.indexOf(stageOf(to)) > STAGES.indexOf(stageOf(from)),
    );
    expect(shown(downward)).toEqual([]);
  });

  test("only what packs V knows packed triangles", () => {
    const packing = inSrc.filter(({ to }) => to === "src/linalg/triangle").map(({ from }) => from);
    expect([...new Set(packing)]).toEqual([
      "src/covariance/block-cells.ts",
      "src/covariance/block-covariance.ts",
      "src/covariance/clusters.ts",
    ]);
  });

  test("linalg/ knows numbers only: it needs itself and where arrays come from", () => {
    const other = inSrc.filter(
      ({ from, to }) => from.startsWith("src/linalg/") && !/^src\/(linalg\/|data\/doubles$)/.test(to),
    );
    expect(shown(other)).toEqual([]);
  });

  test("only fit/ and batch/ import bindings/, and nothing imports assembly/", () => {
    const low = inSrc.filter(
      ({ from, to }) =>
        to.startsWith("assembly/") || (to.startsWith("bindings/") && !MAY_USE_BINDINGS.has(stageOf(from))),
    );
    expect(shown(low)).toEqual([]);
  });

  test("only the command line imports Node's modules", () => {
    const node = inSrc.filter(
      ({ from, to }) => to.startsWith("node:") && !MAY_USE_NODE.some((place) => from.startsWith(place)),
    );
    expect(shown(node)).toEqual([]);
  });

  test("packages are the listed ones, and Node's modules are called node:", () => {
    const outside = inSrc.filter(
      ({ from, to }) =>
        !/^(src\/|bindings\/|node:|package\.json$)/.test(to) && !PACKAGES[stageOf(from)]?.includes(to),
    );
    expect(shown(outside)).toEqual([]);
  });
});

describe("the boundary", () => {
  const inBindings = sources("bindings").flatMap(importsOf);
  const inAssembly = sources("assembly").flatMap(importsOf);

  test("bindings/ imports as-bind, what inflates the module, and the layout in assembly/abi.ts", () => {
    const foreign = inBindings.filter(
      ({ to }) => !/^(bindings\/|assembly\/abi$|as-bind\/|fflate\/)/.test(to),
    );
    expect(shown(foreign)).toEqual([]);
  });

  test("assembly/ imports nothing but itself", () => {
    expect(shown(inAssembly.filter(({ to }) => !to.startsWith("assembly/")))).toEqual([]);
  });

  test("every file of assembly/ has its layer", () => {
    const layers = new Set(sources("assembly").map(stageOf));
    expect([...layers].sort()).toEqual([...LAYERS, ...APART].sort());
  });

  test("a layer of assembly/ imports only layers below it", () => {
    const upward = inAssembly.filter(
      ({ from, to }) =>
        !APART.includes(stageOf(from)) && !(LAYERS.indexOf(stageOf(to)) <= LAYERS.indexOf(stageOf(from))),
    );
    expect(shown(upward)).toEqual([]);
  });

  test("a kernel knows no other kernel, and what they share knows none", () => {
    const kernelOf = (file: string) => /^assembly\/kernels\/([^/]+)\//.exec(file)?.[1];
    const sideways = inAssembly.filter(
      ({ from, to }) =>
        from.startsWith("assembly/kernels/") && kernelOf(to) !== undefined && kernelOf(to) !== kernelOf(from),
    );
    expect(shown(sideways)).toEqual([]);
  });

  test("ref/ imports only itself, and only testing.ts knows it", () => {
    const mixed = inAssembly.filter(
      ({ from, to }) =>
        (stageOf(from) === "ref" && stageOf(to) !== "ref") ||
        (stageOf(to) === "ref" && !APART.includes(stageOf(from))) ||
        stageOf(to) === "testing",
    );
    expect(shown(mixed)).toEqual([]);
  });

  /**
   * Imports of types count in assembly/ and bindings/. In src/ they do not: they are erased, so that the order of loading
   * never meets them, and from stage to stage they point one way like all others (above). What is left are two files of
   * one stage, one with a function and one with the type of what it returns.
   */
  test("no file needs itself, however indirectly", () => {
    const loaded = inSrc.filter(({ onlyTypes }) => !onlyTypes);
    expect(circles([...loaded, ...inBindings, ...inAssembly])).toEqual([]);
  });
});

describe("the page", () => {
  // of the build, and the ones in the text of a script for Node
  const HAS_OTHER_IMPORTS = new Set(["web/vite.config.ts", "web/model/script-typescript.ts"]);
  const inWeb = sources("web").flatMap(importsOf);

  test("nothing but the page imports web/", () => {
    expect(shown(inSrc.filter(({ to }) => to.startsWith("web/")))).toEqual([]);
  });

  test("web/ knows neither memory nor Node, and its packages are few", () => {
    const packages = new Set(["preact", "preact/hooks", "@preact/signals", "idb-keyval", "papaparse"]);
    const foreign = inWeb.filter(
      ({ from, to }) =>
        !HAS_OTHER_IMPORTS.has(from) && !/^(web|src|examples)\//.test(to) && !packages.has(to),
    );
    expect(shown(foreign)).toEqual([]);
  });

  test("only the worker fits: what the page itself runs stays small", () => {
    const heavy = inWeb.filter(
      ({ from, to, onlyTypes }) =>
        !from.startsWith("web/worker/") &&
        !onlyTypes &&
        to.startsWith("src/") &&
        !MAY_BE_IN_THE_PAGE.test(to),
    );
    expect(shown(heavy)).toEqual([]);
  });
});

/** Where a list goes into a call as its arguments, and why it is short. */
const MAY_SPREAD: Readonly<Record<string, string>> = {
  "src/batch/compiled.ts: drmFormula": "at most MOST_FORMULAS",
  "src/cli/batch/batch-outcome.ts: drmFormula": "arguments of a command line",
  "src/cli/batch/spool.ts: finishedText": "the two ends of a range",
  "src/cli/example-command.ts: drmFormula": "a constant",
  "src/cli/read-fit.ts: drmFormula": "arguments of a command line",
  "web/model/script-r.ts: drmFormula": "formulas typed or chosen on the page",
  "web/worker/session.ts: drmFormula": "formulas typed or chosen on the page",
  "web/worker/fit.worker.ts: call": "the arguments of one of the worker's methods",
};

/** Calls with `...list` among their arguments, as `file: callee`. */
function spreadCalls(file: string, text = readFileSync(join(ROOT, file), "utf8")): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && node.arguments?.some(ts.isSpreadElement)) {
      found.push(`${file}: ${node.expression.getText()}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true));
  return found;
}

describe("no list is spread into a call: an engine has room for some 100,000 arguments", () => {
  const files = ["src", "bindings", "web"].flatMap(sources).filter((file) => !/\.generated\./.test(file));
  const found = files.flatMap((file) => spreadCalls(file));

  test("but where it is known to be short", () => {
    expect(found.filter((call) => !Object.hasOwn(MAY_SPREAD, call))).toEqual([]);
    expect(Object.keys(MAY_SPREAD).filter((call) => !found.includes(call))).toEqual([]);
  });

  test("the scanner sees them", () => {
    const text = "Math.max(0, ...rows); list.push(...rows); new Set(...rows); f([...rows], { ...row });";
    expect(spreadCalls("x.ts", text)).toEqual(["x.ts: Math.max", "x.ts: list.push", "x.ts: Set"]);
  });
});

test("the scanner sees every way to import", () => {
  const written = [
    'import a from "./a";',
    'import type { B } from "./b";',
    'import {\n  c,\n  type D,\n} from "./c";',
    'import "./d";',
    'export { e } from "./e";',
    "export * from './f';",
    'const g = await import("./g");',
  ].join("\n");
  const found = [...written.matchAll(IMPORT), ...written.matchAll(DYNAMIC_IMPORT)].map(([, , to]) => to);
  expect(found).toEqual(["./a", "./b", "./c", "./d", "./e", "./f", "./g"]);
  expect(inSrc.length).toBeGreaterThan(sources("src").length);
});

test("the search sees circles, through a folder's index too", () => {
  const found = circles([
    { from: "a.ts", to: "b", onlyTypes: false },
    { from: "b.ts", to: "c", onlyTypes: false },
    { from: "c/index.ts", to: "b", onlyTypes: false },
    { from: "c/index.ts", to: "d", onlyTypes: false },
    { from: "d.ts", to: "d", onlyTypes: false },
  ]);
  expect(found).toEqual(["b -> c/index -> b", "d -> d"]);
});

/** Depth first; a file met again on the way down closes a circle. */
function circles(imports: readonly Import[]): string[] {
  const byFile = new Map<string, string[]>();
  for (const { from, to } of imports) {
    const file = from.replace(/\.tsx?$/, "");
    byFile.set(file, [...(byFile.get(file) ?? []), to]);
  }
  const done = new Set<string>();
  const path: string[] = [];
  const found: string[] = [];
  function visit(file: string): void {
    const at = path.indexOf(file);
    if (at >= 0) {
      found.push([...path.slice(at), file].join(" -> "));
      return;
    }
    if (done.has(file)) return;
    path.push(file);
    // `./linalg` is linalg/index.ts
    for (const to of byFile.get(file) ?? []) visit(byFile.has(to) ? to : `${to}/index`);
    path.pop();
    done.add(file);
  }
  for (const file of byFile.keys()) visit(file);
  return found;
}
