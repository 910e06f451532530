import { largest } from "../data/range";
import { DrmError } from "../errors";
import { isList, shown } from "../options";
import type { BivariateCovariance } from "./meta-vcov-bivariate";
import { type ClusterCovariance, correlation } from "./meta-vcov-cluster";

/**
 * The whole matrix as an array of rows: n x n for metaVcovCluster(), stacked 2n x 2n (y1[1], y2[1], y1[2], ...) for
 * metaVcovBivariate(). For looking at; a fit never needs it.
 */
export function toDense(matrix: ClusterCovariance | BivariateCovariance): number[][] {
  requireCovariance("toDense", matrix);
  return firstRows(matrix, matrix.kind === "cluster" ? matrix.vi.length : 2 * matrix.v1.length);
}

/** Text of the matrix with row and column names, 7 significant digits; of a large one the first `most` rows and columns. */
export function formatMatrix(matrix: ClusterCovariance | BivariateCovariance, most = 10): string {
  requireCovariance("formatMatrix", matrix);
  if (!(typeof most === "number" && most >= 1)) {
    throw new DrmError("bad_option", `most = ${shown(most)}: a number of rows of at least 1 is needed`);
  }
  const order = matrix.kind === "cluster" ? matrix.vi.length : 2 * matrix.v1.length;
  const size = Math.min(order, Math.floor(most));
  const names = Array.from({ length: size }, (_, k) =>
    matrix.kind === "cluster" ? `[${k + 1}]` : `y${(k % 2) + 1}[${(k >> 1) + 1}]`,
  );
  const cells = firstRows(matrix, size).map((row) =>
    row.map((value) => String(Number(value.toPrecision(7)))),
  );
  const widths = names.map((name, l) =>
    largest(
      cells.map((row) => row[l]!.length),
      name.length,
    ),
  );
  const margin = largest(names.map((name) => name.length));
  const line = (head: string, row: readonly string[]): string =>
    [head.padEnd(margin), ...row.map((cell, l) => cell.padStart(widths[l]!))].join("  ");
  const lines = [line("", names), ...cells.map((row, k) => line(names[k]!, row))];
  if (size < order) lines.push(`... ${order} x ${order} in all`);
  return lines.join("\n");
}

function requireCovariance(caller: string, matrix: ClusterCovariance | BivariateCovariance): void {
  if (matrix?.kind === "cluster" && isList(matrix.vi)) return;
  if (matrix?.kind === "bivariate" && isList(matrix.v1)) return;
  const wanted = "what metaVcovCluster() or metaVcovBivariate() returns";
  throw new DrmError("bad_option", `${caller}() takes ${wanted}; it was given ${shown(matrix)}`);
}

function firstRows(matrix: ClusterCovariance | BivariateCovariance, shown: number): number[][] {
  const entry = matrix.kind === "cluster" ? clusterEntry : bivariateEntry;
  return Array.from({ length: shown }, (_, k) =>
    Array.from({ length: shown }, (_, l) => entry(matrix as never, k, l)),
  );
}

function clusterEntry(matrix: ClusterCovariance, k: number, l: number): number {
  const { vi, cluster } = matrix;
  if (k === l) return vi[k]!;
  // a missing cluster is no cluster that rows could share
  if (cluster[k] !== cluster[l] || cluster[k]! < 0) return 0;
  return correlation(matrix, k, l) * Math.sqrt(vi[k]!) * Math.sqrt(vi[l]!);
}

function bivariateEntry({ v1, v2, cov12 }: BivariateCovariance, k: number, l: number): number {
  if (k >> 1 !== l >> 1) return 0;
  if (k !== l) return cov12[k >> 1]!;
  return (k % 2 === 0 ? v1 : v2)[k >> 1]!;
}
