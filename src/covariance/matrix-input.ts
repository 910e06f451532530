import { DrmError } from "../errors";
import { count } from "../words";
import type { BlockMatrix } from "./blocks";
import type { Cells } from "./cells";
import { type BivariateCovariance, metaVcovBivariate } from "./meta-vcov-bivariate";
import { type ClusterCovariance, metaVcovCluster } from "./meta-vcov-cluster";
import { type Selection, wrongSize } from "./selection";
import type { SparseMatrix } from "./sparse";
import { isRows, type SquareMatrix } from "./square";

/**
 * A matrix with its dimensions, `nrow` and `ncol` or `rows` and `columns`, and its cells row by row in `values`. n x 1 is a
 * vector of variances.
 */
export type SizedMatrix =
  | { readonly nrow: number; readonly ncol: number; readonly values: Cells }
  | { readonly rows: number; readonly columns: number; readonly values: Cells };

/**
 * What `matrices` may hold for meta_V(): sampling variances or covariances of all data rows, in data order, before
 * any row is dropped. In bivariate models the entries are stacked: y1[1], y2[1], y1[2], ...
 */
export type MatrixInput =
  | SquareMatrix
  | SizedMatrix
  | BlockMatrix
  | SparseMatrix
  | ClusterCovariance
  | BivariateCovariance;

export type MatrixForm =
  | { readonly form: "vector"; readonly values: Cells }
  | { readonly form: "square"; readonly matrix: SquareMatrix }
  | { readonly form: "blocks"; readonly matrix: BlockMatrix }
  | { readonly form: "sparse"; readonly matrix: SparseMatrix }
  | { readonly form: "cluster"; readonly matrix: ClusterCovariance }
  | { readonly form: "bivariate"; readonly matrix: BivariateCovariance };

/** Tells the forms apart and checks their dimensions. */
export function matrixForm(input: MatrixInput, selection: Selection): MatrixForm {
  const { label, total } = selection;
  if (typeof input !== "object" || input === null) throw notMatrix(label, input);
  if ("blocks" in input && Array.isArray(input.blocks)) return { form: "blocks", matrix: input };
  if ("kind" in input && input.kind === "cluster") return { form: "cluster", matrix: reviveCluster(input) };
  if ("kind" in input && input.kind === "bivariate")
    return { form: "bivariate", matrix: reviveBivariate(input) };
  if ("n" in input && "row" in input && "column" in input && "value" in input) {
    if (input.n !== total) throw wrongSize(selection, input.n, input.n);
    return { form: "sparse", matrix: input };
  }
  if (isSized(input)) {
    const [nrow, ncol] = dimensions(input);
    const { values } = input;
    if (!(Number.isInteger(nrow) && Number.isInteger(ncol) && typeof values?.length === "number")) {
      const wanted = "nrow and ncol, whole numbers, and its values by row";
      throw new DrmError("bad_known_v", `'${label}' is a matrix with dimensions: it needs ${wanted}`);
    }
    if (nrow !== total || (ncol !== total && ncol !== 1))
      throw wrongSize(selection, nrow, ncol === 1 ? null : ncol);
    if (values.length !== nrow * ncol) {
      const seen = `'${label}' is ${nrow} x ${ncol} but holds ${count(values.length, "value")}`;
      throw new DrmError("bad_known_v", `${seen}: it needs ${nrow * ncol}`);
    }
    return ncol === 1 ? { form: "vector", values } : { form: "square", matrix: values };
  }
  if (!("length" in input)) throw notMatrix(label, input);
  if (isRows(input)) {
    checkRows(input, selection);
    return { form: "square", matrix: input };
  }
  if (input.length === total) return { form: "vector", values: input };
  if (input.length === total * total) return { form: "square", matrix: input };
  const side = Math.sqrt(input.length);
  // a whole square is a matrix, unless it has the look of a vector that lost its dropped rows
  const isMatrix = Number.isInteger(side) && input.length > total;
  throw isMatrix ? wrongSize(selection, side, side) : wrongSize(selection, input.length, null);
}

/** An object that was read from JSON holds plain arrays, in which null is missing. */
function reviveCluster(input: ClusterCovariance): ClusterCovariance {
  const { vi, cluster, rho, time } = input;
  if (vi instanceof Float64Array && cluster instanceof Int32Array) return input;
  return metaVcovCluster(time ? { vi, cluster, rho, time, type: "ar1" } : { vi, cluster, rho });
}

function reviveBivariate(input: BivariateCovariance): BivariateCovariance {
  const { v1, v2, cov12 } = input;
  return v1 instanceof Float64Array ? input : metaVcovBivariate({ v1, v2, cov12 });
}

/**
 * The data rows that a V passed as a vector (or to metaVcovCluster) leaves without a variance: 1 = missing. Null when
 * there are none, when V is a matrix, and when its length is not n. Such rows are dropped like rows with a missing cell.
 */
export function missingRows(input: MatrixInput, n: number): Uint8Array | null {
  const values = variancesOf(input);
  if (values?.length !== n) return null;
  let missing: Uint8Array | null = null;
  for (let i = 0; i < n; i++) {
    const value = values[i];
    if (value !== null && value !== undefined && !Number.isNaN(value)) continue;
    missing ??= new Uint8Array(n);
    missing[i] = 1;
  }
  return missing;
}

function variancesOf(input: MatrixInput): Cells | null {
  if (typeof input !== "object" || input === null) return null;
  if ("kind" in input) return input.kind === "cluster" ? input.vi : null;
  if (isSized(input)) return dimensions(input)[1] === 1 ? input.values : null;
  return "length" in input && !isRows(input) ? input : null;
}

// every array has a method called values, so that is not what tells
function isSized(input: MatrixInput): input is SizedMatrix {
  return "nrow" in input || "columns" in input;
}

function dimensions(matrix: SizedMatrix): [number, number] {
  return "nrow" in matrix ? [matrix.nrow, matrix.ncol] : [matrix.rows, matrix.columns];
}

function checkRows(rows: readonly Cells[], selection: Selection): void {
  const { label, total } = selection;
  const ncol = rows[0]!.length;
  for (let i = 0; i < rows.length; i++) {
    const length = rows[i]?.length ?? 0;
    if (length !== ncol) {
      const seen = `row ${i + 1} of '${label}' has ${count(length, "cell")}, row 1 has ${ncol}`;
      throw new DrmError("bad_known_v", `${seen}: a covariance matrix has rows of one length`);
    }
  }
  if (rows.length !== total || ncol !== total) throw wrongSize(selection, rows.length, ncol);
}

function notMatrix(label: string, input: unknown): DrmError {
  if (typeof input === "number") {
    const what = `'${label}' is a single number: V needs one sampling variance for every row`;
    return new DrmError("bad_known_v", `${what}, as a column, a vector or a matrix`);
  }
  const seen =
    input === null || typeof input !== "object"
      ? String(input)
      : `an object with ${Object.keys(input).slice(0, 5)}`;
  const forms =
    "a vector, rows of numbers, { blocks }, { n, row, column, value }, metaVcovCluster(), metaVcovBivariate()";
  return new DrmError("bad_known_v", `'${label}' is ${seen}, not a matrix; wanted ${forms}`);
}
