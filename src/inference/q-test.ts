import type { BlockCovariance } from "../covariance/block-covariance";
import { scratch, unfilled } from "../data/doubles";
import { DrmError } from "../errors";
import type { Fit } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import { choleskyFactor } from "../linalg/cholesky";
import { columnsOf, orthogonalise, removeProjection } from "../linalg/orthogonal";
import { solveLower, solveLowerAt } from "../linalg/solve";
import { norm } from "../linalg/vector";
import type { Model } from "../model/model";
import { openFit } from "../opened/open-fit";
import { chiSquaredUpperTail } from "../stats/chi-squared";

/** A pivot of a cluster of V below this share of its variance: some combination of effect sizes is known exactly. */
const SINGULAR = 1e-14;

/** Cochran's test of (residual) heterogeneity. */
export interface QTest {
  /** Cochran's Q; with moderators QE, the weighted residual sum of squares */
  readonly statistic: number;
  /** effect sizes minus location coefficients */
  readonly df: number;
  /** P(chi-squared(df) > statistic) */
  readonly pValue: number;
}

/**
 * Cochran's Q test of (residual) heterogeneity: whether effect sizes vary around the location model by more than their
 * sampling errors (Cochran 1954, Biometrics 10, 101-129; with moderators Hedges and Olkin 1985, chapter 8),
 *
 *   Q = (y - X b)' V^-1 (y - X b),   b = (X' V^-1 X)^-1 X' V^-1 y,
 *
 * so that sigma and the random intercepts of the fit play no part. V may have covariances, and two outcomes are tested
 * together. Cost O(rows p^2) and the cube of each cluster of V.
 *
 * @throws DrmError "bad_option" for a fit without meta_V(), with likelihood weights, or with a V that leaves some
 *   combination of effect sizes without sampling error
 */
export function qTest(fit: Fit): QTest {
  requireFit("qTest", fit);
  if (fit.knownV.kind === "none") {
    throw new DrmError("bad_option", "qTest() compares with sampling variances: the model has no meta_V()");
  }
  if (fit.weights !== null) {
    throw new DrmError("bad_option", "qTest() has no meaning with likelihood weights: fit without them");
  }
  const { model } = openFit(fit);
  const statistic = cochransQ(model);
  const df = model.rows - model.location.columns;
  return { statistic, df, pValue: df > 0 ? chiSquaredUpperTail(statistic, df) : Number.NaN };
}

/** Whether V leaves every effect size, and every combination of them, some sampling error; false without meta_V(). */
export function hasSamplingErrors(fit: Fit): boolean {
  if (fit.knownV.kind === "none") return false;
  try {
    cochransQ(openFit(fit).model);
    return true;
  } catch (error) {
    if (error instanceof DrmError && error.code === "bad_option") return false;
    throw error;
  }
}

/** Throws DrmError "bad_option" for a V that leaves some combination of effect sizes without sampling error. */
export function cochransQ(model: Model): number {
  return norm(whitenedFit(model).residual) ** 2;
}

/** Weighted least squares of the mean, after V^-1/2. */
interface WhitenedFit {
  /** orthonormal columns that span those of V^-1/2 X */
  readonly basis: readonly Float64Array[];
  readonly residual: Float64Array;
}

function whitenedFit({ y, location, V, rows }: Model): WhitenedFit {
  const { columns, values } = location;
  const whitened = unfilled(rows * (columns + 1));
  whitened.set(values);
  whitened.set(y, rows * columns);
  whiten(whitened, columns + 1, V);
  // X is made orthonormal in its place, y stays as it is behind it
  orthogonalise(whitened, rows, columns, 1, whitened, scratch(columns * columns), scratch(columns));
  const basis = columnsOf(whitened, rows, columns + 1);
  const residual = removeProjection(basis.pop()!, basis);
  return { basis, residual };
}

/** Left of a column of the mean, and of Q, below which their difference with the whole has lost digits. */
const FEW_DIGITS = 0.01;

/**
 * Cochran's Q of a model without some effect sizes S, time and again. With orthonormal columns U and residuals e of the whole
 * after V^-1/2,
 *
 *   Q(-S) = Q - e_S' e_S - g' (I - U_S' U_S)^-1 g,   g = U_S' e_S,
 *
 * where S takes all of a cluster of V or nothing; otherwise, and where little would be left, it is worked out anew. Cost
 * O(effect sizes left out p^2).
 *
 * @returns the function of S and of what makes the model that is left, which throws what cochransQ() does
 */
export function deletedQ(model: Model): (leftOut: readonly number[], rest: () => Model) => number {
  const whole = fitOf(model);
  if (whole === null) return (_, rest) => cochransQ(rest());
  const { basis, residual } = whole;
  const p = basis.length;
  const Q = norm(residual) ** 2;
  const isClosed = clusterTest(model.V);
  return (leftOut, rest) => {
    if (!isClosed(leftOut)) return cochransQ(rest());
    const gram = scratch(p * p);
    const g = scratch(p);
    for (let j = 0; j < p; j++) gram[j * p + j] = 1;
    let left = Q;
    for (const i of leftOut) {
      const e = residual[i]!;
      left -= e * e;
      for (let j = 0; j < p; j++) {
        const u = basis[j]![i]!;
        g[j]! += u * e;
        for (let k = 0; k <= j; k++) gram[j * p + k]! -= u * basis[k]![i]!;
      }
    }
    const L = choleskyFactor(gram, p, gram);
    if (L === null) return cochransQ(rest());
    for (let j = 0; j < p; j++) if (L[j * p + j]! ** 2 < FEW_DIGITS) return cochransQ(rest());
    solveLower(L, p, g);
    for (let j = 0; j < p; j++) left -= g[j]! * g[j]!;
    return left < FEW_DIGITS * Q ? cochransQ(rest()) : left;
  };
}

/** Null for a V without an inverse: without some effect sizes it may have one. */
function fitOf(model: Model): WhitenedFit | null {
  try {
    return whitenedFit(model);
  } catch (error) {
    if (error instanceof DrmError) return null;
    throw error;
  }
}

/** Whether some effect sizes are all of the clusters of V that they are in. */
function clusterTest(V: BlockCovariance): (members: readonly number[]) => boolean {
  if (V.clusters === 0) return () => true;
  const sizes = new Map<number, number>();
  const firstOf = new Int32Array(V.variances.length).fill(-1);
  V.eachTie((first, entry) => {
    firstOf[entry] = first;
    sizes.set(first, (sizes.get(first) ?? 0) + 1);
  });
  return (members) => {
    const counts = new Map<number, number>();
    for (const i of members) {
      const first = firstOf[i]!;
      if (first >= 0) counts.set(first, (counts.get(first) ?? 0) + 1);
    }
    for (const [first, count] of counts) if (count < sizes.get(first)!) return false;
    return true;
  };
}

/** B := L^-1 B for V = L L', B rows x columns, column-major. */
function whiten(B: Float64Array, columns: number, V: BlockCovariance): void {
  const { variances } = V;
  const rows = variances.length;
  const { factors } = V.factor(SINGULAR);
  if (factors === null) throw singular();
  const alone = V.alone();
  for (let j = 0; j < columns; j++) {
    const column = B.subarray(j * rows, (j + 1) * rows);
    for (const { members, L } of factors) solveLowerAt(L, members, column);
  }
  for (let i = 0; i < rows; i++) {
    if (alone[i] === 0) continue;
    if (!(variances[i]! > 0)) throw singular();
    const sd = Math.sqrt(variances[i]!);
    for (let at = i; at < B.length; at += rows) B[at]! /= sd;
  }
}

function singular(): DrmError {
  const why = "V is singular (a variance of 0, or outcomes that are known without error)";
  return new DrmError("bad_option", `qTest() needs sampling error in every effect size: ${why}`);
}
