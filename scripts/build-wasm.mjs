// Compiles assembly/ and writes bindings/kernel.generated.ts: the module as base64, with its hash.
import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import asc from "assemblyscript/asc";
import { writeIfChanged } from "./write-if-changed.mjs";

await mkdir("build", { recursive: true });
// the transform goes on the command line: a relative path in asconfig.json is resolved from the compiler's folder
const { error, stderr } = await asc.main([
  "--config",
  "asconfig.json",
  "--target",
  "release",
  "--transform",
  "./bindings/asbind-transform.mjs",
]);
if (error) {
  console.error(stderr.toString());
  process.exit(1);
}
const wasm = await readFile("build/drmeta.wasm");
const sha256 = createHash("sha256").update(wasm).digest("hex");
await writeIfChanged(
  "bindings/kernel.generated.ts",
  `// Generated from assembly/ by scripts/build-wasm.mjs; do not edit.
export const wasmSha256 = "${sha256}";
export const wasmBase64 =
  "${wasm.toString("base64")}";
`,
);
console.log(`build/drmeta.wasm ${wasm.length} bytes, sha256 ${sha256.slice(0, 12)}`);
