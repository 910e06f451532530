import { mkdirSync, writeFileSync } from "node:fs";
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

// as-bind as a dependency would make every user install the compiler, and @stdlib hundreds of packages: all go inside.
// Their licences are gathered in one file, so the comments that repeat them (100 kB) need not be in the code.
const everythingInside: Options = {
  noExternal: [/.*/],
  splitting: false,
  removeNodeProtocol: false,
  esbuildPlugins: [listBundledFiles],
  esbuildOptions(options) {
    options.legalComments = "none";
    // papaparse's main file asks for node's streams; the one for browsers runs everywhere
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

// neither minified nor with source maps: a stack trace is readable as it is, and a bundler minifies
export default defineConfig([
  {
    ...everythingInside,
    entry: { index: "src/index.ts" },
    format: ["esm", "cjs"],
    target: "es2022",
    platform: "neutral",
    dts: true,
  },
  {
    ...everythingInside,
    entry: { cli: "src/cli/bin.ts" },
    format: ["esm"],
    target: "node20",
    platform: "node",
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
