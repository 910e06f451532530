import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { randomStream } from "../../../src/stats/random";
import { commandLine } from "../command-line";

export const FORMULA = "yi ~ 1 + meta_V(V = vi)";

/** A folder for the tests of a file, gone after them. */
export function scratchFolder() {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "drmeta-batch-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const path = (name: string) => join(folder, name);
  return {
    path,
    file(name: string, content: string | Uint8Array): string {
      writeFileSync(path(name), content);
      return path(name);
    },
  };
}

export const read = (path: string) => readFileSync(path, "utf8");

export function drmeta(argv: string[], stdin: string | AsyncIterable<string> = "") {
  const pieces = async function* () {
    if (typeof stdin !== "string") yield* stdin;
    // in pieces that end anywhere
    else for (let i = 0; i < stdin.length; i += 1000) yield stdin.slice(i, i + 1000);
  };
  return commandLine(["batch", ...argv], pieces());
}

/** A seeded data set of a few studies. */
export function dataSet(seed: number, rows = 8) {
  const random = randomStream(seed);
  const vi = Array.from({ length: rows }, () => 0.02 + 0.05 * random.uniform());
  return { yi: vi.map((v) => 0.3 + Math.sqrt(v + 0.1) * random.normal()), vi };
}

export const jobLine = (i: number) =>
  JSON.stringify({ id: `job ${i}`, formulas: [FORMULA], data: dataSet(i) });
export const jobsText = (n: number) => Array.from({ length: n }, (_, i) => `${jobLine(i)}\n`).join("");
export const lines = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
