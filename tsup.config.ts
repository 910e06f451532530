import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { defineConfig, type Options } from "tsup";

type Plugin = NonNullable<Options["esbuildPlugins"]>[number];

/** Leaves a list of the bundled files in build/: scripts/build-package.mjs collects their licences. */
const listBundledFiles: Plugin = {
  name: "list-bundled-files",
  setup(build) {
    build.initialOptions.metafile = true;
    build.onEnd(({ metafile }) => {
      if (metafile === undefined) return;
      mkdirSync("build/bundled", { recursive: true });
      for (const [output, { inputs }] of Object.entries(metafile.outputs)) {
        const files = Object.keys(inputs).filter((file) => inputs[file]!.bytesInOutput > 0);
        writeFileSync(`build/bundled/${output.replaceAll("/", "-")}.json`, JSON.stringify(files));
      }
    });
  },
};

/**
 * Plots, effect sizes, methods for bias and trees ask the library beside them instead of carrying a second one: what they import from src/index is dist/index at
 * run time, and so is the class of errors, of which there must be one for `instanceof`. The small pure functions that
 * they take from elsewhere in src/ are copied.
 */
const libraryBeside: Plugin = {
  name: "library-beside",
  setup(build) {
    const beside = build.initialOptions.format === "cjs" ? "./index.cjs" : "./index.js";
    const errors = resolve("src/errors");
    build.onResolve({ filter: /\/(index|errors)$/ }, ({ path, resolveDir, namespace }) => {
      if (namespace === "errors-of-library") return { path: beside, external: true };
      const target = join(resolveDir, path);
      if (target === resolve("src/index")) return { path: beside, external: true };
      return target === errors ? { path: errors, namespace: "errors-of-library" } : undefined;
    });
    build.onLoad({ filter: /.*/, namespace: "errors-of-library" }, () => ({
      contents: `export { DrmError } from "./index"; export { didYouMean } from ${JSON.stringify(resolve("src/did-you-mean.ts"))};`,
      resolveDir: resolve("src"),
    }));
  },
};

/** What @stdlib brings along for engines without typed arrays, and what every engine has or that is a line of code. */
const GIVEN: Readonly<Record<string, string>> = {
  "constants-float64-ninf": "-Infinity",
  "constants-float64-pinf": "Infinity",
  "math-base-assert-is-nan": "Number.isNaN",
  "math-base-special-exp": "Math.exp",
  "math-base-special-ln": "Math.log",
  "math-base-special-sqrt": "Math.sqrt",
  // the layout of WebAssembly's memory, and so of all machines that run the kernels
  "number-float64-base-set-low-word":
    "(x, low) => { const double = new Float64Array([x]); new Uint32Array(double.buffer)[0] = low; return double[0]; }",
};

/** @stdlib's functions as modules, not as functions that a bundler calls to have them: four fifths of their size were wrappers. */
const stdlibAsModules: Plugin = {
  name: "stdlib-as-modules",
  setup(build) {
    build.onResolve({ filter: /^@stdlib\/[\w-]+$/ }, ({ path }) => {
      const name = path.slice("@stdlib/".length);
      return Object.hasOwn(GIVEN, name) ? { path: name, namespace: "given" } : undefined;
    });
    build.onLoad({ filter: /.*/, namespace: "given" }, ({ path }) => ({
      contents: `export default ${GIVEN[path]!};`,
    }));
    build.onLoad({ filter: /[\\/]@stdlib[\\/].*\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8")
        .replace(/^var (\w+) = require\( (['"].*?['"]) \);/gm, "import $1 from $2;")
        .replace(/^module\.exports = (\w+);/m, "export default $1;"),
    }));
  },
};

/**
 * as-bind holds a copy of the compiler's loader for strings, arrays and classes that cross the boundary; here one kind of typed array does,
 * by a converter of our own (bindings/converters.ts): of the loader is left what makes an instance.
 */
const asBindWithoutLoader: Plugin = {
  name: "as-bind-without-loader",
  setup(build) {
    build.onLoad({ filter: /[\\/]as-bind\.esm\.js$/ }, ({ path }) => {
      const code = readFileSync(path, "utf8");
      const [start, end] = [code.indexOf("const r="), code.indexOf("function d(t,r,e){return r}")];
      const given = "converters,S as instantiate,I as instantiateSync,t as version";
      if (start < 0 || end < start || !code.includes(given))
        throw new Error(`${path} is not as it was: see tsup.config.ts`);
      const instance = "const instance = new WebAssembly.Instance(module, imports);";
      const loader = `const p = { instantiateSync(module, imports) { ${instance} return { instance, exports: { ...instance.exports } }; } };`;
      return { contents: `${code.slice(0, start)}${loader}${code.slice(end)}` };
    });
  },
};

/**
 * papaparse runs when it is loaded, and so would stay in every page: as a value that is made by a pure call it goes where nobody reads
 * a table.
 */
const tablesOnDemand: Plugin = {
  name: "tables-on-demand",
  setup(build) {
    build.onLoad({ filter: /[\\/]papaparse[\\/]papaparse(\.min)?\.js$/ }, ({ path }) => ({
      contents: `const load = () => {
  const module = { exports: {} };
  const exports = module.exports;
  ${readFileSync(path, "utf8")}
  return module.exports;
};
export default /* @__PURE__ */ load();`,
    }));
  },
};

/** What the command loads only when it is asked for: plots, with their drawing library, and what makes a PNG of one. */
const loadedOnDemand: Plugin = {
  name: "loaded-on-demand",
  setup(build) {
    build.onResolve({ filter: /^@resvg\/resvg-js$/ }, ({ path }) => ({ path, external: true }));
    build.onResolve({ filter: /\/plot\/index$/ }, () => ({ path: "./plot.js", external: true }));
  },
};

// as-bind as a dependency would make every user install the compiler, and @stdlib hundreds of packages: all go inside.
// Their licences are gathered in one file, so the comments that repeat them (100 kB) need not be in the code.
const everythingInside: Options = {
  noExternal: [/.*/],
  splitting: false,
  removeNodeProtocol: false,
  esbuildPlugins: [listBundledFiles, stdlibAsModules],
  esbuildOptions(options) {
    options.legalComments = "none";
    // what a package has for browsers runs everywhere; its main file may ask for Node's modules
    options.mainFields = ["browser", "module", "main"];
  },
};

// workerpool asks for Node's modules only in Node; each entry of drmeta/batch is for one of the two
const NODE_ONLY = {
  name: "node-only",
  setup: emptyModules(/^(worker_threads|child_process|os)$/),
} satisfies Plugin;

/** `instanceof DrmError` must hold for errors of either entry, so drmeta/batch takes what drmeta exports from there. */
const fromIndex = (index: string): Plugin => ({
  name: "from-index",
  setup(build) {
    build.onResolve({ filter: /\/(errors|drm|formula\/formula|data\/table-from)$/ }, ({ importer }) =>
      /[\\/]src[\\/]batch[\\/]/.test(importer) ? { path: index, external: true } : undefined,
    );
    // what batch/ takes from elsewhere throws the same class; the library does not export the search for a near name
    const errors = resolve("src/errors");
    build.onResolve({ filter: /\/errors$/ }, ({ path, resolveDir, importer }) =>
      join(resolveDir, path) === errors && !/[\\/]src[\\/]batch[\\/]/.test(importer)
        ? { path: errors, namespace: "errors-of-index" }
        : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: "errors-of-index" }, () => ({
      contents: `export { DrmError } from "beside"; export { didYouMean } from "./did-you-mean";`,
      resolveDir: resolve("src"),
    }));
    build.onResolve({ filter: /^beside$/ }, () => ({ path: index, external: true }));
  },
});

function emptyModules(filter: RegExp): Plugin["setup"] {
  return (build) => {
    build.onResolve({ filter }, ({ path }) => ({ path, namespace: "empty" }));
    build.onLoad({ filter: /.*/, namespace: "empty" }, () => ({ contents: "" }));
  };
}

/** commander and workerpool are CommonJS and require Node's modules. */
const REQUIRE =
  'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);';

const batch: Options = { ...everythingInside, target: "es2022" };

// nothing is minified: a stack trace names the function, and what is printed above it is a line that can be read. Whoever
// bundles minifies; source maps name the files
export default defineConfig([
  {
    ...everythingInside,
    entry: { index: "src/index.ts" },
    esbuildPlugins: [listBundledFiles, stdlibAsModules, asBindWithoutLoader, tablesOnDemand],
    format: ["esm", "cjs"],
    target: "es2022",
    platform: "neutral",
    sourcemap: true,
    dts: true,
  },
  {
    ...everythingInside,
    entry: { plot: "src/plot/index.ts" },
    format: ["esm", "cjs"],
    target: "es2022",
    platform: "neutral",
    esbuildPlugins: [listBundledFiles, libraryBeside],
    dts: true,
  },
  {
    ...everythingInside,
    entry: { escalc: "src/escalc/index.ts" },
    format: ["esm", "cjs"],
    target: "es2022",
    platform: "neutral",
    esbuildPlugins: [listBundledFiles, libraryBeside, stdlibAsModules],
    dts: true,
  },
  {
    ...everythingInside,
    entry: { bias: "src/bias/index.ts" },
    format: ["esm", "cjs"],
    target: "es2022",
    platform: "neutral",
    esbuildPlugins: [listBundledFiles, libraryBeside, stdlibAsModules],
    dts: true,
  },
  {
    ...everythingInside,
    entry: { trees: "src/trees/index.ts" },
    format: ["esm", "cjs"],
    target: "es2022",
    platform: "neutral",
    esbuildPlugins: [listBundledFiles, libraryBeside],
    dts: true,
  },
  {
    ...everythingInside,
    entry: { cli: "src/cli/bin.ts" },
    format: ["esm"],
    target: "node20",
    platform: "node",
    esbuildPlugins: [listBundledFiles, loadedOnDemand],
    banner: { js: REQUIRE },
  },
  {
    ...batch,
    entry: { batch: "src/batch/index.ts" },
    format: ["esm"],
    platform: "node",
    dts: true,
    banner: { js: REQUIRE },
    esbuildPlugins: [listBundledFiles, fromIndex("./index.js")],
  },
  {
    ...batch,
    entry: { batch: "src/batch/index.ts" },
    format: ["cjs"],
    platform: "node",
    dts: true,
    esbuildPlugins: [listBundledFiles, fromIndex("./index.cjs")],
  },
  {
    ...batch,
    entry: { "batch.browser": "src/batch/index.ts" },
    format: ["esm"],
    platform: "browser",
    esbuildPlugins: [listBundledFiles, fromIndex("./index.js"), NODE_ONLY],
  },
]);
