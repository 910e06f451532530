import { defineConfig } from "tsup";

export default defineConfig([
  {
    entry: { index: "src/index.ts" },
    format: ["esm", "cjs"],
    target: "es2022",
    platform: "neutral",
    mainFields: ["module", "main"],
    dts: true,
    sourcemap: true,
    treeshake: true,
    clean: true,
    // as-bind would make every user install the compiler, and @stdlib hundreds of packages: both go inside
    noExternal: [/.*/],
  },
  {
    entry: { cli: "src/cli/bin.ts" },
    format: ["esm"],
    target: "node20",
    platform: "node",
    sourcemap: true,
    noExternal: [/.*/],
    banner: { js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' },
  },
]);
