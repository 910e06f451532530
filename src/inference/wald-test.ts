import { DrmError, didYouMean } from "../errors";
import type { Fit } from "../fit/fit";
import { choleskyFactor, choleskySolve } from "../fit/small-matrix";
import { chiSquaredUpperTail } from "../stats/chi-squared";
import { fUpperTail } from "../stats/f-distribution";
import { coefficientIndices } from "./coefficients";

export interface WaldTestOptions {
  /** default the location, "mu" ("mu1" of two outcomes) */
  readonly dpar?: string;
  /** one term as the formula has it ("habitat", "a:b"), or one coefficient ("habitatforest") */
  readonly term?: string;
  /** several of them, tested together; default all moderators of the dpar, or its intercept when it has none */
  readonly terms?: readonly string[];
  /** denominator degrees of freedom of an F test; default none, a chi-squared test */
  readonly ddf?: number;
}

export interface WaldTest {
  readonly dpar: string;
  /** the coefficients tested */
  readonly terms: readonly string[];
  /** QM = b' V^-1 b, chi-squared under the null hypothesis; with ddf QM / df, an F */
  readonly statistic: number;
  /** coefficients tested */
  readonly df: number;
  /** of the F test, null for chi-squared */
  readonly ddf: number | null;
  readonly pValue: number;
}

/**
 * Joint Wald test that the coefficients of a term are all zero, on the link scale: the omnibus test QM of moderators of
 * mu, and the same of moderators of sigma, sd(group) or rho12. V is the block of vcov(fit), so that for ML the
 * estimation of the scale is allowed for. NaN when a coefficient is at its boundary or has no standard error.
 *
 * @throws DrmError "bad_option" for an unknown dpar or term, both `term` and `terms`, none to test, or a ddf that is
 *   not positive
 */
export function waldTest(fit: Fit, options: WaldTestOptions = {}): WaldTest {
  const { dpar = fit.family === "gaussian" ? "mu" : "mu1", term, terms, ddf } = options;
  if (term !== undefined && terms !== undefined) {
    throw new DrmError("bad_option", "waldTest() takes term or terms, not both");
  }
  if (ddf !== undefined && !(ddf > 0)) {
    throw new DrmError("bad_option", `ddf ${ddf}: degrees of freedom are positive`);
  }
  const tested = testedCoefficients(fit, dpar, term !== undefined ? [term] : terms);
  const m = tested.length;
  const k = fit.coefficients.length;
  const b = Float64Array.from(tested, (i) => fit.coefficients[i]!.estimate);
  const V = new Float64Array(m * m);
  for (let a = 0; a < m; a++)
    for (let c = 0; c < m; c++) V[a * m + c] = fit.vcov[tested[a]! * k + tested[c]!]!;
  const QM = quadraticForm(V, b);
  const isF = ddf !== undefined;
  return {
    dpar,
    terms: tested.map((i) => fit.coefficients[i]!.term),
    statistic: isF ? QM / m : QM,
    df: m,
    ddf: ddf ?? null,
    pValue: isF ? fUpperTail(QM / m, m, ddf) : chiSquaredUpperTail(QM, m),
  };
}

/** Positions in fit.coefficients. */
function testedCoefficients(fit: Fit, dpar: string, wanted: readonly string[] | undefined): number[] {
  const indices = coefficientIndices(fit, dpar);
  const design = fit.designs[dpar];
  if (design === undefined) {
    throw new DrmError("bad_option", `${dpar} is held at a value: it has no coefficients to test`);
  }
  const { assign, termLabels, names } = design;
  if (wanted === undefined) {
    const moderators = indices.filter((_, j) => assign[j] !== 0);
    return moderators.length > 0 ? moderators : indices;
  }
  if (wanted.length === 0) throw new DrmError("bad_option", "terms is empty: name at least one");
  const chosen = new Set<number>();
  for (const name of wanted) {
    const label = termLabels.indexOf(name) + 1;
    const own = indices.filter((_, j) => (label > 0 ? assign[j] === label : names[j] === name));
    if (own.length === 0) {
      const known = [...new Set([...termLabels, ...names])];
      const has = `the terms of ${dpar} are ${known.join(", ")}`;
      throw new DrmError("bad_option", `no term '${name}': ${has}${didYouMean(name, known)}`);
    }
    for (const i of own) chosen.add(i);
  }
  return indices.filter((i) => chosen.has(i));
}

/** b' V^-1 b, in correlations, since the units of coefficients may differ by many powers of ten. */
function quadraticForm(V: Float64Array, b: Float64Array): number {
  const m = b.length;
  const se = Float64Array.from({ length: m }, (_, i) => Math.sqrt(V[i * m + i]!));
  const R = V.map((value, at) => value / (se[Math.floor(at / m)]! * se[at % m]!));
  const z = b.map((value, i) => value / se[i]!);
  if (!z.every(Number.isFinite) || !R.every(Number.isFinite)) return Number.NaN;
  const L = choleskyFactor(R, m);
  if (L === null) return Number.NaN;
  const solved = choleskySolve(L, m, z);
  return z.reduce((sum, value, i) => sum + value * solved[i]!, 0);
}
