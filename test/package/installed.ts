import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What `npm pack` says of the tarball. */
export interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

export interface Installed {
  /** a folder of its own, to be removed in the end */
  readonly scratch: string;
  /** the package in it */
  readonly installed: string;
  readonly packed: Packed;
}

/** Packs the package as it is published, after a build where that is due, and installs it where nothing else is. */
export function installPackage(): Installed {
  buildIfDue();
  const scratch = mkdtempSync(join(tmpdir(), "drmeta-package-"));
  const pack = npm(ROOT, "pack", "--json", "--ignore-scripts", "--pack-destination", scratch);
  const [packed] = JSON.parse(pack) as [Packed];
  writeFileSync(join(scratch, "package.json"), '{ "private": true, "type": "module" }\n');
  npm(scratch, "install", "--offline", "--no-audit", "--no-fund", `./${packed.filename}`);
  return { scratch, installed: join(scratch, "node_modules/drmeta"), packed };
}

const LOCK = `${ROOT}build/dist.lock`;
/** Longer than a build takes: the lock of a run that was ended is left behind. */
const ABANDONED_MS = 180_000;

/** Test files run side by side, and one of them builds. */
function buildIfDue(): void {
  mkdirSync(`${ROOT}build`, { recursive: true });
  while (!lock()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  try {
    if (!distIsFresh()) execFileSync(process.execPath, ["scripts/build-package.mjs"], { cwd: ROOT });
  } finally {
    rmdirSync(LOCK);
  }
}

/** A folder is made by one process only, whoever else tries. */
function lock(): boolean {
  try {
    mkdirSync(LOCK);
    return true;
  } catch {
    const since = statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs;
    if (since !== undefined && Date.now() - since > ABANDONED_MS) rmdirSync(LOCK);
    return false;
  }
}

/** Whether dist/ was built after the last change of what it is built from. */
function distIsFresh(): boolean {
  const changed = (path: string): number => {
    const stats = statSync(`${ROOT}${path}`, { throwIfNoEntry: false });
    if (stats === undefined) return Number.POSITIVE_INFINITY;
    if (!stats.isDirectory()) return stats.mtimeMs;
    return Math.max(...readdirSync(`${ROOT}${path}`).map((name) => changed(`${path}/${name}`)));
  };
  const built = statSync(`${ROOT}dist/THIRD-PARTY-LICENSES.txt`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = ["src", "bindings", "web", "examples", "scripts", "package.json", "tsup.config.ts"];
  return sources.every((path) => changed(path) < built);
}

function npm(cwd: string, ...argv: string[]): string {
  return execFileSync("npm", argv, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
