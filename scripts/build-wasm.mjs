// Compiles assembly/ and writes bindings/kernel.generated.ts: the module, deflated, as base64, with its hash. Where the last run saw the
// same files, and what it wrote is still there, nothing is compiled: the tests ask for it at each start.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { deflateRawSync } from "node:zlib";
import { writeIfChanged } from "./write-if-changed.mjs";

const WASM = "build/drmeta.wasm";
const GENERATED = "bindings/kernel.generated.ts";
/** the hash of the files that were compiled, and of those that came of it */
const RECORD = "build/wasm-made-of.txt";

await mkdir("build", { recursive: true });
const sources = (await readdir("assembly", { recursive: true }))
  .filter((name) => name.endsWith(".ts"))
  .sort();
const settings = [
  "asconfig.json",
  "package-lock.json",
  "bindings/asbind-transform.mjs",
  "scripts/build-wasm.mjs",
];
const hashOfAll = () => hashOf([...sources.map((name) => `assembly/${name}`), ...settings, WASM, GENERATED]);

if ((await readFile(RECORD, "utf8").catch(() => "")) !== (await hashOfAll())) {
  await compile();
  await writeFile(RECORD, await hashOfAll());
}
const made = await readFile(WASM);
console.log(`${WASM} ${made.length} bytes, sha256 ${sha256(made).slice(0, 12)}`);

async function compile() {
  const { default: asc } = await import("assemblyscript/asc");
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
  const wasm = await readFile(WASM);
  await writeIfChanged(
    GENERATED,
    `// Generated from assembly/ by scripts/build-wasm.mjs; do not edit.
export const wasmSha256 = "${sha256(wasm)}";
export const wasmBytes = ${wasm.length};
export const wasmDeflated =
  "${deflateRawSync(wasm, { level: 9 }).toString("base64")}";
`,
  );
}

/** A file that is not there counts as an empty one. */
async function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(`${file}\n`).update(await readFile(file).catch(() => ""));
  return hash.digest("hex");
}

function sha256(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}
