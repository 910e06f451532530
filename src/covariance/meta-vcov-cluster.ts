import { refuseInexactId } from "../data/number-label";
import { DrmError } from "../errors";
import { type OptionKinds, requireOptions } from "../options";
import { count } from "../words";
import { cellOf } from "./block-cells";
import type { BlockCovariance } from "./block-covariance";
import { type Cells, readCells } from "./cells";
import { splitClusters } from "./clusters";
import { takeVariances } from "./diagonal";
import type { Selection } from "./selection";
import { link } from "./union-find";

/*
 * V_ij = r_ij sqrt(v_i v_j) within a cluster, 0 between clusters; r_ij is rho, or rho^|t_i - t_j| (AR(1)).
 */

/** Effect sizes that share a cluster (a study, a control group) covary. Plain data, made by metaVcovCluster(). */
export interface ClusterCovariance {
  /** tells it from other matrices */
  readonly kind: "cluster";
  /** Sampling variances; NaN = missing. */
  readonly vi: Float64Array;
  /** The cluster of each row as a number from 0; -1 = missing. */
  readonly cluster: Int32Array;
  /** Sampling correlation within a cluster; in AR(1), at one unit of time apart. */
  readonly rho: number;
  /** Time of each effect size in AR(1), null for a constant correlation. */
  readonly time: Float64Array | null;
}

/** What metaVcovCluster() makes its blocks of; one value for each data row. */
export interface ClusterOptions {
  /** Sampling variances of all data rows. */
  readonly vi: Cells;
  /** The cluster of each row: any numbers or strings. */
  readonly cluster: ArrayLike<string | number | null>;
  /** Sampling correlation within a cluster; in AR(1), that of effect sizes one unit of time apart. Default 0.6. */
  readonly rho?: number | undefined;
  /** Time of each row, for type "ar1". */
  readonly time?: Cells | undefined;
  /** "constant" (default) or "ar1". */
  readonly type?: "constant" | "ar1" | undefined;
}

const CLUSTER_OPTIONS: OptionKinds<ClusterOptions> = {
  vi: "list",
  cluster: "list",
  rho: "number",
  time: "list",
  type: "text",
};

/** The names of the arguments, in R's order, as formulas may give them. */
export const CLUSTER_ARGUMENTS = ["vi", "cluster", "rho", "time", "type"] as const;

/**
 * Sampling covariances from variances and an assumed correlation within clusters, for `matrices`. Rows are in data
 * order, dropped rows included. Values are checked when the model uses them, so a bad one on a dropped row is harmless;
 * lengths, rho and type are checked here. Throws DrmError("bad_known_v").
 */
export function metaVcovCluster(options: ClusterOptions): ClusterCovariance {
  requireOptions("metaVcovCluster", options, CLUSTER_OPTIONS);
  const { vi, cluster, rho = 0.6, time, type } = options;
  if (vi === undefined || cluster === undefined) {
    const what = `${vi === undefined ? "vi" : "cluster"} is missing`;
    throw new DrmError("bad_known_v", `${what}: give the sampling variances and the cluster of every row`);
  }
  const n = vi.length;
  if (cluster.length !== n) throw unequal("cluster", cluster.length, n);
  if (time !== undefined && time.length !== n) throw unequal("time", time.length, n);
  const usesTime = checkType(type, time !== undefined);
  if (!(Math.abs(rho) <= 1)) {
    throw new DrmError("bad_known_v", `rho = ${rho}: a sampling correlation is between -1 and 1`);
  }
  return Object.freeze({
    kind: "cluster",
    vi: readCells("vi", vi),
    cluster: numberClusters(cluster),
    rho,
    time: usesTime ? readCells("time", time!) : null,
  });
}

function checkType(type: string | undefined, hasTime: boolean): boolean {
  if (type !== undefined && type !== "constant" && type !== "ar1") {
    throw new DrmError("bad_known_v", `type = "${type}": the types are "constant" and "ar1"`);
  }
  if (type === "ar1" && !hasTime) {
    throw new DrmError("bad_known_v", 'type = "ar1" needs the times: give time as well');
  }
  if (type !== "ar1" && hasTime) {
    throw new DrmError(
      "bad_known_v",
      'time has no use in a constant correlation: add type = "ar1" or take time out',
    );
  }
  return type === "ar1";
}

function numberClusters(cluster: ArrayLike<string | number | null>): Int32Array {
  const known = new Map<string | number, number>();
  const codes = new Int32Array(cluster.length);
  for (let i = 0; i < codes.length; i++) {
    const name = cluster[i];
    if (name === null || name === undefined || Number.isNaN(name)) {
      codes[i] = -1;
      continue;
    }
    if (typeof name === "number") refuseInexactId("cluster", name, i);
    let code = known.get(name);
    if (code === undefined) {
      code = known.size;
      known.set(name, code);
    }
    codes[i] = code;
  }
  return codes;
}

/** Cost: linear in the rows and in the pairs within clusters. */
export function fromClusters(
  covariance: ClusterCovariance,
  selection: Selection,
  name = "vi",
): BlockCovariance {
  const { source } = selection;
  const variances = takeVariances(covariance.vi, selection, name);
  const sd = variances.map(Math.sqrt);
  const { members, starts } = groupEntries(covariance, selection);
  checkRho(covariance, starts);
  const covarianceOf = (k: number, l: number): number =>
    correlation(covariance, source[k]!, source[l]!) * sd[k]! * sd[l]!;
  return splitClusters(
    variances,
    (parent) => {
      for (let g = 0; g + 1 < starts.length; g++) {
        for (let a = starts[g]! + 1; a < starts[g + 1]!; a++) {
          for (let b = starts[g]!; b < a; b++) {
            if (covarianceOf(members[a]!, members[b]!) !== 0) link(parent, members[a]!, members[b]!);
          }
        }
      }
    },
    ({ values, places }) => {
      for (let g = 0; g + 1 < starts.length; g++) {
        for (let a = starts[g]! + 1; a < starts[g + 1]!; a++) {
          const k = members[a]!;
          for (let b = starts[g]!; b < a; b++) {
            const l = members[b]!;
            // a row with variance 0 has left its cluster
            const cell = cellOf(places, k, l);
            if (cell >= 0) values[cell] = covarianceOf(k, l);
          }
        }
      }
    },
  );
}

/** The sampling correlation of two rows of one cluster. */
export function correlation({ rho, time }: ClusterCovariance, i: number, j: number): number {
  return time === null ? rho : rho ** Math.abs(time[i]! - time[j]!);
}

/** The used entries, cluster by cluster: those of cluster g are members[starts[g]] up to members[starts[g + 1]]. */
function groupEntries(
  { cluster, time, rho }: ClusterCovariance,
  { source, numbers }: Selection,
): { members: Int32Array; starts: Int32Array } {
  let groups = 0;
  for (let k = 0; k < source.length; k++) {
    const i = source[k]!;
    if (i < 0) continue;
    if (cluster[i]! < 0) throw missing("cluster", numbers[k]!);
    if (time !== null) checkTime(time[i]!, rho, numbers[k]!);
    groups = Math.max(groups, cluster[i]! + 1);
  }
  const starts = new Int32Array(groups + 1);
  for (let k = 0; k < source.length; k++) if (source[k]! >= 0) starts[cluster[source[k]!]! + 1]!++;
  for (let g = 0; g < groups; g++) starts[g + 1]! += starts[g]!;
  const next = starts.slice();
  const members = new Int32Array(starts[groups]!);
  for (let k = 0; k < source.length; k++) if (source[k]! >= 0) members[next[cluster[source[k]!]!]!++] = k;
  return { members, starts };
}

function checkTime(time: number, rho: number, number: number): void {
  if (Number.isNaN(time)) throw missing("time", number);
  if (!Number.isFinite(time)) {
    throw new DrmError("bad_known_v", `time[${number + 1}] is ${time}: times are finite numbers`);
  }
  if (rho < 0 && !Number.isInteger(time)) {
    throw new DrmError(
      "bad_known_v",
      `time[${number + 1}] = ${time}: with a negative rho times are whole numbers`,
    );
  }
}

/** A constant correlation of m effect sizes cannot be below -1 / (m - 1). */
function checkRho({ rho, time }: ClusterCovariance, starts: Int32Array): void {
  if (rho >= 0 || time !== null) return;
  let m = 2;
  for (let g = 0; g + 1 < starts.length; g++) m = Math.max(m, starts[g + 1]! - starts[g]!);
  const least = -1 / (m - 1);
  if (rho < least * (1 + 1e-8)) {
    const limit = Number(least.toPrecision(4));
    throw new DrmError(
      "bad_known_v",
      `rho = ${rho} is not possible in a cluster of ${count(m, "row")}: the least is ${limit}`,
    );
  }
}

function missing(name: string, number: number): DrmError {
  const what = `${name}[${number + 1}] is missing`;
  return new DrmError("bad_known_v", `${what}: every row that is used needs its ${name}`);
}

function unequal(name: string, length: number, n: number): DrmError {
  return new DrmError(
    "bad_known_v",
    `vi has ${count(n, "value")} but ${name} has ${length}: give one of each for every row`,
  );
}
