import { DrmError, didYouMean } from "../errors";
import { locationsOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import { checkOptions, type OptionKinds } from "../options";
import { count } from "../words";
import { coefficientIndices, coefficientName } from "./coefficients";
import { type HypothesisTest, testHypothesis } from "./linear-hypothesis";
import { type TestStatistic, testBasis } from "./test-basis";

/** Which hypothesis is tested. */
export interface WaldTestOptions {
  /** default the location, "mu" ("mu1" of two outcomes) */
  readonly dpar?: string;
  /** one term as the formula has it ("habitat", "a:b"), or one coefficient ("habitatforest") */
  readonly term?: string;
  /** several of them, tested together; default all moderators of the dpar, or its intercept when it has none */
  readonly terms?: readonly string[];
  /**
   * any linear hypothesis instead, matrix b = rhs: rows over the coefficients of `dpar`, or without one over all, in the
   * order of `vcov(fit)`
   */
  readonly matrix?: readonly ArrayLike<number>[];
  /** one value for each row of `matrix`, default zeros */
  readonly rhs?: ArrayLike<number>;
  /** "z" (default): chi-squared; "t", "knha", "adhoc": F. After robust() "t" is the default */
  readonly test?: TestStatistic;
}

const WALD_TEST_OPTIONS: OptionKinds<WaldTestOptions> = {
  dpar: "text",
  term: "text",
  terms: "textList",
  matrix: "rows",
  rhs: "numbers",
  test: "text",
};

/** A Wald test of coefficients of one dpar, or of any linear hypothesis. */
export interface WaldTest extends HypothesisTest {
  /** "" for a matrix over all coefficients */
  readonly dpar: string;
  /** the coefficients tested, or those that a matrix has weights for ("dpar:term" without a dpar) */
  readonly terms: readonly string[];
}

/**
 * Joint Wald test that the coefficients of a term are all zero, on the link scale: the omnibus test QM of moderators of
 * mu, and the same of moderators of sigma, sd(group) or rho12; or of any linear hypothesis. Covariance matrix and degrees
 * of freedom are those of testBasis(): by default chi-squared with the block of vcov(fit), so that for ML the estimation
 * of the scale is allowed for. An intercept or cell mean of log-SDs is tested against an SD of 1, which tables leave out:
 * ask for it only where that is meant. NaN when a coefficient is at its boundary or has no standard error.
 *
 *   waldTest(fit, { term: "habitat", test: "knha" })
 *   waldTest(fit, { dpar: "sigma" })
 *   waldTest(fit, { dpar: "mu", matrix: [[0, 1, -1]] })
 *
 * @throws DrmError "bad_option" for an unknown dpar, term or test, more than one of `term`, `terms` and `matrix`, none to
 *   test, or a matrix of another shape or with dependent rows; "not_supported" as testBasis() has it
 */
export function waldTest(fit: Fit, options: WaldTestOptions = {}): WaldTest {
  requireFit("waldTest", fit);
  checkOptions("waldTest", options, WALD_TEST_OPTIONS);
  const { term, terms, matrix, rhs, test } = options;
  if ([term, terms, matrix].filter((given) => given !== undefined).length > 1) {
    throw new DrmError("bad_option", "waldTest() takes one of term, terms and matrix");
  }
  if (rhs !== undefined && matrix === undefined) {
    throw new DrmError("bad_option", "rhs is the right-hand side of a matrix: give both");
  }
  const basis = testBasis(fit, test);
  if (matrix !== undefined) {
    const { L, c } = linearHypothesis(fit, options.dpar, matrix, rhs);
    const concerned = fit.coefficients.filter((_, i) => L.some((row) => row[i] !== 0));
    return {
      dpar: options.dpar ?? "",
      terms: concerned.map((one) => (options.dpar === undefined ? coefficientName(one) : one.term)),
      ...testHypothesis(fit, basis, L, c),
    };
  }
  const { dpar = locationsOf(fit)[0]!.key } = options;
  const tested = testedCoefficients(fit, dpar, term !== undefined ? [term] : terms);
  const k = fit.coefficients.length;
  const L = tested.map((i) => Float64Array.from({ length: k }, (_, j) => (i === j ? 1 : 0)));
  return {
    dpar,
    terms: tested.map((i) => fit.coefficients[i]!.term),
    ...testHypothesis(fit, basis, L, new Float64Array(L.length)),
  };
}

function linearHypothesis(
  fit: Fit,
  dpar: string | undefined,
  matrix: readonly ArrayLike<number>[],
  rhs: ArrayLike<number> | undefined,
): { L: Float64Array[]; c: Float64Array } {
  const columns = coefficientIndices(fit, dpar);
  const of = dpar === undefined ? "the model" : dpar;
  if (matrix.length === 0)
    throw new DrmError("bad_option", "matrix has no rows: give one for each hypothesis");
  const L = matrix.map((row, a) => {
    if (row.length !== columns.length) {
      const names = columns.map((i) => coefficientName(fit.coefficients[i]!)).join(", ");
      const seen = `row ${a + 1} of matrix has ${count(row.length, "cell")}`;
      throw new DrmError(
        "bad_option",
        `${seen}; ${of} has ${count(columns.length, "coefficient")}: ${names}`,
      );
    }
    const full = new Float64Array(fit.coefficients.length);
    columns.forEach((i, j) => {
      full[i] = row[j]!;
    });
    if (!full.every(Number.isFinite)) {
      throw new DrmError("bad_option", `row ${a + 1} of matrix has a cell that is not a finite number`);
    }
    return full;
  });
  const c = Float64Array.from({ length: L.length }, (_, a) => (rhs === undefined ? 0 : rhs[a]!));
  if ((rhs !== undefined && rhs.length !== L.length) || !c.every(Number.isFinite)) {
    throw new DrmError("bad_option", `rhs: wanted ${L.length} finite numbers, one for each row of matrix`);
  }
  return { L, c };
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
