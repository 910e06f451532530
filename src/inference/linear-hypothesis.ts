import { DrmError } from "../errors";
import type { Fit } from "../fit/fit";
import { choleskyFactor } from "../linalg/cholesky";
import { orthogonalise } from "../linalg/orthogonal";
import { choleskySolve } from "../linalg/solve";
import { chiSquaredUpperTail } from "../stats/chi-squared";
import { fUpperTail } from "../stats/f-distribution";
import { locationCount } from "./residual-df";
import { clusterTerms, someVanishes } from "./robust/cluster-terms";
import { sandwichOf } from "./robust/sandwich";
import { wishartDf } from "./robust/satterthwaite";
import type { TestBasis } from "./test-basis";

/** A test of linear hypotheses. */
export interface HypothesisTest {
  /** chi-squared QM = (L b - c)' (L V L')^-1 (L b - c); with `ddf` an F */
  readonly statistic: number;
  /** rows of L */
  readonly df: number;
  /** denominator degrees of freedom of the F test, null for chi-squared */
  readonly ddf: number | null;
  /** upper tail of `statistic` */
  readonly pValue: number;
}

/** Relative to a row's length: what is left of it beside the rows before it counts as nothing. */
const DEPENDENT = 1e-10;

/**
 * Wald test of L b = c with the covariance matrix and the degrees of freedom of a test basis. L's rows are over all
 * coefficients of the fit. Chi-squared where the basis is normal, else F = QM / q with the smallest degrees of freedom
 * of the coefficients concerned; for CR2 robust errors
 *
 *   F = (eta - q + 1) / (eta q) QM  with q and eta - q + 1 degrees of freedom
 *
 * (Pustejovsky and Tipton 2018, "HTZ"; eta of wishartDf()). NaN when a coefficient concerned has no standard error, and
 * when some combination of the rows has a robust variance of 0, resting on one cluster.
 *
 * @throws DrmError "bad_option" for rows that are not linearly independent; "not_supported" for location and other
 *   coefficients together in Knapp-Hartung tests or after robust()
 */
export function testHypothesis(
  fit: Fit,
  basis: TestBasis,
  L: readonly Float64Array[],
  c: Float64Array,
): HypothesisTest {
  requireIndependent(L);
  const q = L.length;
  const k = fit.coefficients.length;
  const concerned = fit.coefficients.flatMap((_, i) => (L.some((row) => row[i] !== 0) ? [i] : []));
  refuseMixture(fit, basis, concerned);
  const V = new Float64Array(q * q);
  const d = new Float64Array(q);
  for (let a = 0; a < q; a++) {
    // NaN elsewhere is none of this hypothesis's business
    for (const i of concerned) {
      if (L[a]![i] !== 0) d[a]! += L[a]![i]! * fit.coefficients[i]!.estimate;
      for (let b = 0; b < q; b++) {
        for (const j of concerned) {
          const weight = L[a]![i]! * L[b]![j]!;
          if (weight !== 0) V[a * q + b]! += weight * basis.vcov[i * k + j]!;
        }
      }
    }
    d[a]! -= c[a]!;
  }
  const QM = robustlySingular(fit, L) ? Number.NaN : quadraticForm(V, d);
  const ddf = concerned.reduce((least, i) => Math.min(least, basis.df[i]!), Number.POSITIVE_INFINITY);
  if (ddf === Number.POSITIVE_INFINITY) {
    return { statistic: QM, df: q, ddf: null, pValue: chiSquaredUpperTail(QM, q) };
  }
  if (fit.robust?.type === "CR2") return hotelling(fit, L, QM);
  return { statistic: QM / q, df: q, ddf, pValue: fUpperTail(QM / q, q, ddf) };
}

/** Whether L V L' is singular but for rounding, which a matrix that was summed over clusters no longer shows. */
function robustlySingular(fit: Fit, L: readonly Float64Array[]): boolean {
  if (fit.robust === undefined) return false;
  const contrasts = ofLocation(fit, L);
  if (contrasts.every((weight) => weight === 0)) return false;
  return someVanishes(clusterTerms(sandwichOf(fit), contrasts, L.length));
}

/** The location's part of the rows, one after the other. */
function ofLocation(fit: Fit, L: readonly Float64Array[]): Float64Array {
  const p = locationCount(fit);
  const out = new Float64Array(L.length * p);
  L.forEach((row, a) => {
    out.set(row.subarray(0, p), a * p);
  });
  return out;
}

function hotelling(fit: Fit, L: readonly Float64Array[], QM: number): HypothesisTest {
  const q = L.length;
  const eta = wishartDf(sandwichOf(fit), ofLocation(fit, L), q);
  const ddf = eta - q + 1;
  const statistic = ddf > 0 ? (ddf / (eta * q)) * QM : Number.NaN;
  return { statistic, df: q, ddf, pValue: fUpperTail(statistic, q, ddf) };
}

/** Between the location and the rest a covariance is known only of the model's own errors. */
function refuseMixture(fit: Fit, { factor }: TestBasis, concerned: readonly number[]): void {
  if (fit.robust === undefined && factor === null) return;
  const p = locationCount(fit);
  if (concerned.every((i) => i >= p) || concerned.every((i) => i < p)) return;
  const errors = fit.robust === undefined ? "Knapp-Hartung" : "robust";
  const what = `${errors} errors are of the location, and the hypothesis has other coefficients too`;
  throw new DrmError("not_supported", `${what}: test them apart`);
}

function requireIndependent(L: readonly Float64Array[]): void {
  const k = L[0]?.length ?? 0;
  const X = new Float64Array(k * L.length);
  L.forEach((row, a) => {
    X.set(row, a * k);
  });
  const shares = new Float64Array(L.length);
  orthogonalise(X, k, L.length, 1, X, new Float64Array(L.length ** 2), shares);
  const first = shares.findIndex((share) => share <= DEPENDENT ** 2);
  if (first < 0) return;
  const what = L[first]!.some((weight) => weight !== 0)
    ? "is a combination of those before it"
    : "is all zero";
  throw new DrmError("bad_option", `row ${first + 1} of the hypothesis matrix ${what}: leave it out`);
}

/** d' V^-1 d, in correlations, since the units of coefficients may differ by many powers of ten. */
function quadraticForm(V: Float64Array, d: Float64Array): number {
  const m = d.length;
  const se = Float64Array.from({ length: m }, (_, i) => Math.sqrt(V[i * m + i]!));
  const R = V.map((value, at) => value / (se[Math.floor(at / m)]! * se[at % m]!));
  const z = d.map((value, i) => value / se[i]!);
  if (!z.every(Number.isFinite) || !R.every(Number.isFinite)) return Number.NaN;
  const L = choleskyFactor(R, m);
  if (L === null) return Number.NaN;
  const solved = choleskySolve(L, m, z);
  return z.reduce((sum, value, i) => sum + value * solved[i]!, 0);
}
