import { stat } from "node:fs/promises";
import { join } from "node:path";
import { DrmError } from "../../errors";

/** What `-o` names. */
export type Target =
  | { readonly kind: "stdout" }
  | { readonly kind: "device"; readonly path: string }
  | { readonly kind: "file"; readonly path: string; readonly isThere: boolean };

/** Names of the process's own standard output. */
const STDOUT: ReadonlySet<string> = new Set(["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]);

/** Throws DrmError("usage") for a folder. */
export async function targetOf(output: string | undefined): Promise<Target> {
  if (output === undefined || STDOUT.has(output)) return { kind: "stdout" };
  const stats = await stat(output).catch(() => null);
  if (stats?.isDirectory()) {
    const example = join(output, "results.ndjson");
    throw new DrmError("usage", `-o ${output} is a folder: give the name of a file, such as ${example}`);
  }
  if (stats !== null && !stats.isFile()) return { kind: "device", path: output };
  return { kind: "file", path: output, isThere: stats !== null };
}

export async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}
