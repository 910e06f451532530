// Runs metafor in R on jobs of ours: files in a temporary folder out, lines of numbers back. Without Rscript or metafor
// there is no peer, and the benchmarks say "not installed".
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface MetaforJob {
  readonly name: string;
  /** "rma": diagonal V in the column vi; "rma.mv": V by blocks, and a random effect of every row unless common-effect */
  readonly call: "rma" | "rma.mv";
  /** "FE" is the common-effect model: no heterogeneity */
  readonly method: "ML" | "FE";
  /** columns yi, vi and those of the formulas; null is missing */
  readonly data: Readonly<Record<string, ArrayLike<number | string | null>>>;
  readonly factors: Readonly<Record<string, readonly string[]>>;
  /** one-sided R formula */
  readonly mods: string;
  /** one-sided R formula of log tau^2; rma only */
  readonly scale?: string;
  /** rma.mv: one variance for each level of this factor */
  readonly by?: string;
  /** rma.mv: random effects beside that of every row, one-sided R formulas */
  readonly random?: readonly string[];
  /** rma.mv: Newick; the levels of the last of `random` are its tips, and covary as its scaled depths say */
  readonly tree?: string;
  /** rma.mv: V by blocks of consecutive rows, row-major; without them it is the column vi */
  readonly blocks?: readonly ArrayLike<number>[];
  readonly sparse?: boolean;
  /** rma.mv: also the standard errors of the variances */
  readonly varianceErrors?: boolean;
  readonly control: "default" | "tight";
  /** times the fit is timed after the first, which counts when there is no other (default 0) */
  readonly repeats?: number;
}

export interface MetaforResult {
  readonly error: string | null;
  /** quantity -> name -> value: beta, se, alpha, se_alpha, tau2, se_tau2, fit, fitted, seconds */
  readonly values: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

export interface MetaforRun {
  readonly version: string;
  readonly results: ReadonlyMap<string, MetaforResult>;
}

/** "R version 4.2.2, metafor 3.8.1", or null when either is missing. */
export function metaforVersion(): string | null {
  return runMetafor([], 60)?.version ?? null;
}

/** All jobs in one R process; null when R or metafor is missing, an empty result when the time ran out. */
export function runMetafor(jobs: readonly MetaforJob[], limitSeconds: number): MetaforRun | null {
  const folder = mkdtempSync(join(tmpdir(), "drmeta-metafor-"));
  try {
    for (const job of jobs) writeJob(folder, job);
    const script = fileURLToPath(new URL("./fit.R", import.meta.url));
    const { status, stdout, signal, stderr, error } = spawnSync("Rscript", [script, folder], {
      encoding: "utf8",
      timeout: 1e3 * limitSeconds,
      maxBuffer: 2 ** 30,
    });
    const timedOut = signal !== null || (error as { code?: string } | undefined)?.code === "ETIMEDOUT";
    if (status !== 0 && !timedOut) {
      if (error !== undefined || stderr.includes("there is no package")) return null;
      throw new Error(`bench/metafor/fit.R failed:\n${stderr}`);
    }
    return parse(stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function writeJob(folder: string, job: MetaforJob): void {
  const columns = Object.entries(job.data);
  const cell = (value: number | string | null): string =>
    value === null ? "NA" : typeof value === "string" ? `"${value.replaceAll('"', '""')}"` : String(value);
  const rows = [columns.map(([name]) => `"${name}"`).join(",")];
  for (let i = 0; i < columns[0]![1].length; i++)
    rows.push(columns.map(([, values]) => cell(values[i]!)).join(","));
  writeFileSync(join(folder, `${job.name}.csv`), `${rows.join("\n")}\n`);

  const lines: string[][] = [
    ["call", job.call],
    ["method", job.method],
    ["mods", job.mods],
    ["control", job.control],
    ["repeats", String(job.repeats ?? 0)],
    ["sparse", job.sparse ? "yes" : "no"],
    ["cvvc", job.varianceErrors ? "yes" : "no"],
    ...Object.entries(job.factors).map(([name, levels]) => ["factor", name, ...levels]),
  ];
  if (job.scale !== undefined) lines.push(["scale", job.scale]);
  if (job.by !== undefined) lines.push(["by", job.by]);
  for (const term of job.random ?? []) lines.push(["random", term]);
  if (job.tree !== undefined) writeFileSync(join(folder, `${job.name}.nwk`), job.tree);
  if (job.blocks !== undefined) {
    lines.push(["sizes", ...job.blocks.map(({ length }) => String(Math.round(Math.sqrt(length))))]);
    const bytes = job.blocks.map((block) => new Uint8Array(Float64Array.from(block).buffer));
    writeFileSync(join(folder, `${job.name}.V`), Buffer.concat(bytes));
  }
  writeFileSync(join(folder, `${job.name}.job`), `${lines.map((line) => line.join("\t")).join("\n")}\n`);
}

function parse(text: string): MetaforRun {
  let version = "";
  const results = new Map<string, { error: string | null; values: Map<string, Map<string, number>> }>();
  for (const line of text.split("\n")) {
    const [job, quantity, name, value] = line.split("\t") as [string, string?, string?, string?];
    if (quantity === undefined || name === undefined || value === undefined) continue;
    if (quantity === "version") {
      version = name;
      continue;
    }
    const result = results.get(job) ?? { error: null, values: new Map() };
    results.set(job, result);
    if (quantity === "error") {
      result.error = name;
      continue;
    }
    const group = result.values.get(quantity) ?? new Map<string, number>();
    result.values.set(quantity, group.set(name, Number(value)));
  }
  return { version, results };
}
