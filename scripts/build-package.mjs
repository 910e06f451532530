// Bundles src/ into dist/, puts the wasm and the licences of what is bundled beside it, and prints the sizes.
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "tsup";
import { thirdPartyLicenses } from "./third-party.mjs";

rmSync("dist", { recursive: true, force: true });
rmSync("build/bundled", { recursive: true, force: true });
await build({ silent: true });

const bundled = readdirSync("build/bundled").flatMap((name) =>
  JSON.parse(readFileSync(`build/bundled/${name}`, "utf8")),
);
writeFileSync("dist/THIRD-PARTY-LICENSES.txt", thirdPartyLicenses(bundled));
cpSync("build/drmeta.wasm", "dist/drmeta.wasm");

const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`.padStart(9);
for (const name of readdirSync("dist").sort()) {
  const content = readFileSync(`dist/${name}`);
  console.log(`dist/${name.padEnd(24)}${kB(content.length)}, gzipped ${kB(gzipSync(content).length)}`);
}
