// node bench/run.mjs [FILE.ts] [--quick | --full | options of its own]: bundles one TypeScript benchmark to build/bench/
// and runs it; without a file all of them but the audit of optima, each in a process of its own. Compiles the kernels
// first, so that no stale module is measured.
import { spawnSync } from "node:child_process";
import { basename, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundle } from "../scripts/bundle.mjs";

const ALL = ["linalg", "fits", "terms", "scaling", "memory", "coverage", "batch", "reading"].map(
  (name) => `bench/${name}.bench.ts`,
);

const file = process.argv.slice(2).find((argument) => argument.endsWith(".ts"));
const flags = process.argv.slice(2).filter((argument) => argument.startsWith("-"));
// a script given by name checks its own options
const unknown = file === undefined && flags.find((flag) => !["--quick", "--full"].includes(flag));
if (unknown) {
  console.error(`unknown option ${unknown}\nusage: node bench/run.mjs [FILE.ts] [--quick | --full]`);
  process.exit(2);
}
process.chdir(fileURLToPath(new URL("..", import.meta.url)));

if (file === undefined) {
  let failed = false;
  for (const each of ALL) {
    console.log(`\n=== ${each}`);
    const { status } = spawnSync(process.execPath, ["bench/run.mjs", each, ...flags], { stdio: "inherit" });
    failed ||= status !== 0;
  }
  process.exit(failed ? 1 : 0);
}

for (const script of ["scripts/build-wasm.mjs", "scripts/build-worker.mjs"]) {
  const { status, stderr } = spawnSync(process.execPath, [script], { encoding: "utf8" });
  if (status !== 0) {
    console.error(stderr);
    process.exit(1);
  }
}

const outfile = join("build", "bench", `${basename(file).replace(/\.ts$/, "")}.mjs`);
await bundle(file, outfile);
await import(pathToFileURL(resolve(outfile)).href);
