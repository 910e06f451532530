// Bundles src/ and web/ into dist/, puts the wasm and the licences of what is bundled beside them, and prints the sizes.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "tsup";
import { build as buildPage } from "vite";
import { thirdPartyLicenses } from "./third-party.mjs";

rmSync("dist", { recursive: true, force: true });
rmSync("build/bundled", { recursive: true, force: true });
await build({ silent: true });
await buildPage({
  configFile: "web/vite.config.ts",
  logLevel: "warn",
  plugins: [listBundledFiles("page")],
  worker: { format: "es", plugins: () => [listBundledFiles("worker")] },
});

const lists = readdirSync("build/bundled").map((name) => `build/bundled/${name}`);
const bundled = [...lists, "build/batch-worker-files.json"].flatMap((list) =>
  JSON.parse(readFileSync(list, "utf8")),
);
writeFileSync("dist/THIRD-PARTY-LICENSES.txt", thirdPartyLicenses(bundled));
for (const name of ["drmeta.wasm", "batch-worker.js"]) cpSync(`build/${name}`, `dist/${name}`);

const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`.padStart(9);
for (const entry of readdirSync("dist", { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || entry.name.endsWith(".map")) continue;
  const path = `${entry.parentPath}/${entry.name}`;
  const content = readFileSync(path);
  console.log(`${path.padEnd(46)}${kB(content.length)}, gzipped ${kB(gzipSync(content).length)}`);
}

/** Leaves a list of the page's files in build/, as tsup.config.ts does for the library. */
function listBundledFiles(part) {
  return {
    name: "list-bundled-files",
    generateBundle() {
      const files = [...this.getModuleIds()]
        .filter((id) => id.startsWith("/"))
        .map((id) => relative(".", id));
      mkdirSync("build/bundled", { recursive: true });
      writeFileSync(`build/bundled/web-${part}.json`, JSON.stringify(files));
    },
  };
}
