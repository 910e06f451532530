import { type Command, InvalidArgumentError, Option } from "commander";
import type { Table } from "../data/table";
import { DrmError, didYouMean } from "../errors";
import { harmonicMean } from "../escalc/index";
import type { Fit } from "../fit/fit";
import { type BackTransform, backTransforms, type Transform } from "../stats/back-transforms";

/** What the command line says of the scale that effects are shown on. */
export interface TransformOptions {
  readonly transform?: BackTransform | "none";
  /** a number, or a column of sizes */
  readonly sampleSize?: string;
}

/** Gives a command --transform and --sample-size. */
export function takesTransform(command: Command, what: string): Command {
  return command
    .addOption(new Option("--transform <how>", what).choices(["none", ...Object.keys(backTransforms)]))
    .option(
      "--sample-size <n or col>",
      "for ipft and iirft: a sample size (person-time), or the column whose harmonic mean is one",
      parseSize,
    );
}

function parseSize(value: string): string {
  if (value.trim() !== "" && !(Number(value) <= 0)) return value;
  throw new InvalidArgumentError("Wanted a size above 0, or a column of sizes.");
}

/** Ends with a usage error where one option lacks the other, or has no use for it. */
export function checkTransform(command: Command, { transform, sampleSize }: TransformOptions): void {
  const sized = Object.entries<Transform>(backTransforms).filter(([, one]) => one.sized);
  const names = sized.map(([name]) => name);
  const isSized = transform !== undefined && names.includes(transform);
  if (isSized && sampleSize === undefined) {
    command.error(
      `error: --transform ${transform} needs --sample-size, a number or the column of the studies' sample sizes`,
    );
  }
  if (!isSized && sampleSize !== undefined) {
    command.error(`error: --sample-size is for --transform ${names.join(" and --transform ")}`);
  }
}

/**
 * The options as tables and plots take them: of a column of sizes the harmonic mean over the rows that the fit uses, which is noted.
 *
 * @throws DrmError "unknown_column", "bad_data" for what are no sizes
 */
export function resolveTransform(
  { transform, sampleSize }: TransformOptions,
  fit: Fit,
  data: Table,
  notes: string[],
): { readonly transform?: BackTransform; readonly sampleSize?: number } {
  return {
    ...(transform !== undefined && transform !== "none" && { transform }),
    ...(sampleSize !== undefined && { sampleSize: sizeOf(sampleSize, fit, data, notes) }),
  };
}

function sizeOf(size: string, fit: Fit, data: Table, notes: string[]): number {
  const column = data.column(size);
  if (column === undefined) {
    if (Number.isFinite(Number(size))) return Number(size);
    const near = didYouMean(size, data.names);
    throw new DrmError("unknown_column", `--sample-size: column '${size}' not in data${near}`);
  }
  if (column.kind === "factor") {
    throw new DrmError("bad_data", `--sample-size: column '${size}' holds texts; wanted numbers`);
  }
  const used = Float64Array.from(fit.rows, (row) => column.values[row]!);
  const odd = used.findIndex((n) => !(n > 0 && n < Number.POSITIVE_INFINITY));
  if (odd >= 0) {
    const found = Number.isNaN(used[odd]) ? "missing" : used[odd];
    throw new DrmError(
      "bad_data",
      `--sample-size: ${size} is ${found} in row ${fit.rows[odd]! + 1}; wanted sizes above 0`,
    );
  }
  const mean = harmonicMean(used);
  notes.push(`the harmonic mean of ${size} is ${Number(mean.toPrecision(6))}`);
  return mean;
}
