import type { BlockCovariance } from "../covariance/block-covariance";
import { scratch } from "../data/doubles";
import { DrmError } from "../errors";
import type { Fit } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import { columnsOf, orthogonalise, removeProjection } from "../linalg/orthogonal";
import { solveLowerAt } from "../linalg/solve";
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
export function cochransQ({ y, location, V, rows }: Model): number {
  const { columns, values } = location;
  const whitened = scratch(rows * (columns + 1));
  whitened.set(values);
  whitened.set(y, rows * columns);
  whiten(whitened, columns + 1, V);
  // X is made orthonormal in its place, y stays as it is behind it
  orthogonalise(whitened, rows, columns, 1, whitened, scratch(columns * columns), scratch(columns));
  const basis = columnsOf(whitened, rows, columns + 1);
  const residual = removeProjection(basis.pop()!, basis);
  return norm(residual) ** 2;
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
