// Bundles src/batch/worker.ts to build/batch-worker.js, and writes it as text to src/batch/worker-code.generated.ts: the
// script of the workers goes into the package as a string, so that no bundler and no server has to find it.
import { mkdir, writeFile } from "node:fs/promises";
import { build } from "esbuild";
import { writeIfChanged } from "./write-if-changed.mjs";

const { outputFiles, metafile } = await build({
  entryPoints: ["src/batch/worker.ts"],
  outfile: "build/batch-worker.js",
  bundle: true,
  write: false,
  metafile: true,
  // it travels as a string in four bundles: short, but with the names that a stack trace tells, and in lines
  minifySyntax: true,
  minifyWhitespace: true,
  lineLimit: 200,
  legalComments: "none",
  // one script for web workers and for Node's threads: workerpool asks for Node's modules in Node only
  format: "iife",
  platform: "node",
  mainFields: ["module", "main"],
  alias: { papaparse: "papaparse/papaparse.min.js" },
  target: "es2022",
});
const code = outputFiles[0].text;
await mkdir("build", { recursive: true });
await writeFile("build/batch-worker.js", code);
// scripts/build-package.mjs collects the licences of what is inside
const { inputs } = Object.values(metafile.outputs)[0];
const files = Object.keys(inputs).filter((file) => inputs[file].bytesInOutput > 0);
await writeFile("build/batch-worker-files.json", JSON.stringify(files));
await writeIfChanged(
  "src/batch/worker-code.generated.ts",
  `// Generated from src/batch/worker.ts by scripts/build-worker.mjs; do not edit.
export const workerCode = ${JSON.stringify(code)};
`,
);
console.log(`build/batch-worker.js ${code.length} bytes`);
