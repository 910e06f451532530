// node bench/run.mjs FILE.ts: bundles one TypeScript benchmark to build/bench/ and runs it.
// Packages stay external: `benchmark` does not survive bundling.
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const file = process.argv[2];
if (file === undefined) {
  console.error("usage: node bench/run.mjs FILE.ts");
  process.exit(2);
}
const outfile = join("build", "bench", `${basename(file).replace(/\.ts$/, "")}.mjs`);
await build({
  entryPoints: [file],
  outfile,
  bundle: true,
  packages: "external",
  platform: "node",
  format: "esm",
  target: "node20",
  sourcemap: "inline",
});
await import(pathToFileURL(resolve(outfile)).href);
