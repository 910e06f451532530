import type { Column, FactorColumn, NumericColumn, Table } from "../data/table";
import { DrmError } from "../errors";
import { type DataInput, tableFrom } from "../index";
import { type OptionKinds, requireOptions } from "../options";
import { labelsOf, numbersOf } from "./given";
import { cholesky, clustersOf, forward, notPossible } from "./within-clusters";

/** How rows become studies. */
export interface AggregateOptions {
  /** column whose values the new rows are: the study */
  readonly cluster: string;
  /** column of the effects; default "yi" */
  readonly effect?: string | undefined;
  /** column of their sampling variances; default "vi" */
  readonly variance?: string | undefined;
  /** correlation of the sampling errors of two rows of a study; 0 for independent samples. Needed unless phi is given */
  readonly rho?: number | undefined;
  /** correlation of rows one unit of time apart: phi^|t_i - t_j|, in the place of rho */
  readonly phi?: number | undefined;
  /** column of times, for phi */
  readonly time?: string | undefined;
  /** whether the rows are weighted by their covariances (default) or averaged as they are */
  readonly weighted?: boolean | undefined;
  /** name of a column with the number of rows of each study; default none */
  readonly count?: string | undefined;
}

const OPTIONS: OptionKinds<AggregateOptions> = {
  cluster: "text",
  effect: "text",
  variance: "text",
  rho: "number",
  phi: "number",
  time: "text",
  weighted: "flag",
  count: "text",
};

/**
 * One effect size a study: with 1 a column of ones and V the covariances of its k rows,
 *
 *   weighted    y = 1' V^-1 y / (1' V^-1 1),  v = 1 / (1' V^-1 1)
 *   otherwise   y = mean(y),                  v = 1' V 1 / k^2
 *
 * Rows without an effect or a variance are left out, and so are studies without a row. Of the other columns numbers are averaged, and of
 * texts the most frequent is taken, the first of equally frequent ones. Studies are in the order in which they appear.
 *
 * @throws DrmError "bad_option", "unknown_column", "bad_data"; "not_positive_definite" for correlations that cannot be
 */
export function aggregate(data: DataInput, options: AggregateOptions): Table {
  requireOptions("aggregate", options, OPTIONS);
  const { cluster, effect = "yi", variance = "vi", rho, phi, time, weighted = true } = options;
  if (cluster === undefined)
    throw new DrmError("bad_option", "aggregate() needs cluster, the column of the studies");
  checkCorrelation(rho, phi, time);
  const table = tableFrom(data);
  const y = numbersOf(table, "effect", effect);
  const v = numbersOf(table, "variance", variance);
  const times = time === undefined ? null : numbersOf(table, "time", time);
  const known = labelsOf(table, cluster)!.map((label, i) => (isUsed(i) ? label : null));
  const clusters = [...clustersOf(known)];
  if (clusters.length === 0)
    throw new DrmError("no_rows", "aggregate(): no row has a study, an effect and a variance");
  const effects = new Float64Array(clusters.length);
  const variances = new Float64Array(clusters.length);
  for (const [g, [label, rows]] of clusters.entries()) {
    const n = rows.length;
    const V = new Float64Array(n * n);
    for (const [k, i] of rows.entries()) {
      for (const [l, j] of rows.entries()) {
        const r = i === j ? 1 : times === null ? rho! : phi! ** Math.abs(times[i]! - times[j]!);
        V[k * n + l] = r * Math.sqrt(v[i]! * v[j]!);
      }
    }
    const L = cholesky(V, n);
    if (L === null) throw notPossible("aggregate", label, rows);
    const ys = Float64Array.from(rows, (i) => y[i]!);
    [effects[g], variances[g]] = weighted ? byWeights(L, ys) : byCount(V, ys);
  }
  const rowsOf = clusters.map(([, rows]) => rows);
  const made: Record<string, Column> = Object.assign(Object.create(null), {
    [effect]: { kind: "numeric", values: effects },
    [variance]: { kind: "numeric", values: variances },
  });
  const names = [...table.names];
  if (options.count !== undefined) {
    if (!names.includes(options.count)) names.push(options.count);
    made[options.count] = { kind: "numeric", values: Float64Array.from(rowsOf, (rows) => rows.length) };
  }
  return {
    nrow: clusters.length,
    names,
    column: (name) => (made[name] ??= collapsed(table.column(name), rowsOf)!),
  };

  function isUsed(i: number): boolean {
    if (v[i]! <= 0) {
      throw new DrmError(
        "bad_known_v",
        `${variance}[${i + 1}] is ${v[i]}; wanted a sampling variance above 0`,
      );
    }
    return !(Number.isNaN(y[i]) || Number.isNaN(v[i]) || (times !== null && Number.isNaN(times[i])));
  }
}

function checkCorrelation(rho: number | undefined, phi: number | undefined, time: string | undefined): void {
  if ((rho === undefined) === (phi === undefined)) {
    const wanted =
      "rho, the correlation of two rows of a study (0 for independent samples), or phi with time";
    throw new DrmError("bad_option", `aggregate() needs one of ${wanted}`);
  }
  if ((phi === undefined) !== (time === undefined)) {
    throw new DrmError("bad_option", "aggregate(): phi and time go together");
  }
  const [name, value] = rho === undefined ? ["phi", phi!] : ["rho", rho];
  if (!(Math.abs(value) <= 1) || (name === "phi" && value < 0)) {
    throw new DrmError("bad_option", `aggregate(): ${name} is ${value}; wanted a correlation`);
  }
}

function byWeights(L: Float64Array, y: Float64Array): [number, number] {
  const ones = forward(L, new Float64Array(y.length).fill(1));
  const scaled = forward(L, y);
  let information = 0;
  let sum = 0;
  for (let i = 0; i < y.length; i++) {
    information += ones[i]! * ones[i]!;
    sum += ones[i]! * scaled[i]!;
  }
  return [sum / information, 1 / information];
}

function byCount(V: Float64Array, y: Float64Array): [number, number] {
  const mean = y.reduce((sum, x) => sum + x, 0) / y.length;
  return [mean, V.reduce((sum, x) => sum + x, 0) / y.length ** 2];
}

function collapsed(column: Column | undefined, rowsOf: readonly (readonly number[])[]): Column | undefined {
  if (column === undefined) return undefined;
  return column.kind === "factor" ? mostFrequent(column, rowsOf) : averaged(column, rowsOf);
}

/** Over the cells that are there. A mean of logicals is the share that is true. */
function averaged({ values, written }: NumericColumn, rowsOf: readonly (readonly number[])[]): NumericColumn {
  const means = Float64Array.from(rowsOf, (rows) => {
    const there = rows.map((i) => values[i]!).filter((x) => !Number.isNaN(x));
    return there.reduce((sum, x) => sum + x, 0) / there.length;
  });
  // "007" is the text of a row: it stays where all rows of a study have the same
  return written === undefined
    ? { kind: "numeric", values: means }
    : { kind: "numeric", values: means, written: mostFrequent(written, rowsOf) };
}

function mostFrequent(
  { codes, levels, ordered }: FactorColumn,
  rowsOf: readonly (readonly number[])[],
): FactorColumn {
  const chosen = Int32Array.from(rowsOf, (rows) => {
    const counts = new Map<number, number>();
    for (const i of rows) if (codes[i]! >= 0) counts.set(codes[i]!, (counts.get(codes[i]!) ?? 0) + 1);
    let [best, most] = [-1, 0];
    for (const [code, n] of counts) if (n > most) [best, most] = [code, n];
    return best;
  });
  return { kind: "factor", codes: chosen, levels, ordered };
}
