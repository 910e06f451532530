import { readFile, rename, writeFile } from "node:fs/promises";

/** In one step, and not at all when nothing changed: tests and builds that run meanwhile read the file. */
export async function writeIfChanged(path, text) {
  if ((await readFile(path, "utf8").catch(() => "")) === text) return;
  await writeFile(`${path}.${process.pid}`, text);
  await rename(`${path}.${process.pid}`, path);
}
