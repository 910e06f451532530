// Bundles src/ into dist/, puts the wasm and the licences of what is bundled beside it, and prints the sizes.
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "tsup";
import { thirdPartyLicenses } from "./third-party.mjs";

rmSync("dist", { recursive: true, force: true });
rmSync("build/bundled", { recursive: true, force: true });
await build({ silent: true });

const lists = readdirSync("build/bundled").map((name) => `build/bundled/${name}`);
const bundled = [...lists, "build/batch-worker-files.json"].flatMap((list) =>
  JSON.parse(readFileSync(list, "utf8")),
);
writeFileSync("dist/THIRD-PARTY-LICENSES.txt", thirdPartyLicenses(bundled));
for (const name of ["drmeta.wasm", "batch-worker.js"]) cpSync(`build/${name}`, `dist/${name}`);

const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`.padStart(9);
for (const name of readdirSync("dist").sort()) {
  const content = readFileSync(`dist/${name}`);
  console.log(`dist/${name.padEnd(24)}${kB(content.length)}, gzipped ${kB(gzipSync(content).length)}`);
}
