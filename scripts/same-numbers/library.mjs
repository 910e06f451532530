// The library of a commit, or of the present tree, as one file that Node loads.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { bundle } from "../bundle.mjs";

/** Writes the files of a commit to `folder`, with the packages that its lock file asks for. */
export function checkOut(commit, folder) {
  mkdirSync(folder, { recursive: true });
  // an index of its own: neither the present tree nor git's list of working trees is touched
  const env = { ...process.env, GIT_INDEX_FILE: `${folder}.index` };
  execFileSync("git", ["read-tree", commit], { env });
  execFileSync("git", ["checkout-index", "--all", `--prefix=${folder}/`], { env });
  const [present, prior] = [".", folder].map((tree) => readFileSync(join(tree, "package-lock.json"), "utf8"));
  if (present === prior) symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
  else execFileSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: folder, stdio: ["ignore", 2, 2] });
}

/** Compiles the kernels of the tree in `folder` and bundles its public names to `outfile`. */
export async function buildLibrary(folder, outfile) {
  execFileSync(process.execPath, ["scripts/build-wasm.mjs"], { cwd: folder, stdio: ["ignore", 2, 2] });
  await bundle(join(resolve(folder), "src/index.ts"), outfile);
}
