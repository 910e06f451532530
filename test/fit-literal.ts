import type { ColumnInput } from "../src/data/column-from";
import type { FactorColumn, NumericColumn } from "../src/data/table";
import { tableFrom } from "../src/data/table-from";
import { buildDesign, type Design } from "../src/design/design";
import type { Fit, OptimSummary } from "../src/fit/fit";
import type { Dpar } from "../src/formula/dpar";
import { type DrmFormula, drmFormula } from "../src/formula/formula";
import { buildFrame } from "../src/frame/frame";
import { type DrmCase, loadCase } from "./cases";

/** The restoration example as its case file polished it: a fit without an optimizer. */
export function restorationFit(overrides: Partial<Fit> = {}): Fit {
  return { ...fitLiteral(loadCase("drm-a-restoration")), ...overrides };
}

export const CONVERGED: OptimSummary = {
  code: 0,
  message: "converged",
  iterations: 5,
  evaluations: 7,
  maxEvaluations: 500,
  gradient: new Float64Array(5),
  maxGradient: 2e-10,
  gradientTolerance: 2.5e-7,
  hessianPositiveDefinite: true,
  hessianCondition: 12.5,
  optima: [-24.773196719485156],
  startsTried: 3,
  kernel: "scalar",
};

/** A univariate case with a diagonal V and no random effects as the fit that drm() should return for it. */
export function fitLiteral(reference: DrmCase): Fit {
  const formula = drmFormula(...reference.formulas);
  const table = tableFrom(reference.data as Record<string, ColumnInput>);
  const frame = buildFrame(formula, table, { factors: reference.factors ?? undefined });
  const designs: Record<string, Design> = {};
  for (const dpar of formula.dpars) designs[dpar.key] = buildDesign(dpar, frame);
  const coefficients = reference.expected.coefficients.map(({ dpar, term, estimate, std_error }) => {
    return { dpar, term, estimate, stdError: std_error, atBoundary: false };
  });
  const eta = (key: string) => {
    const gamma = coefficients.filter(({ dpar }) => dpar === key).map(({ estimate }) => estimate);
    const { values, nrow } = designs[key];
    return Float64Array.from({ length: nrow }, (_, i) =>
      gamma.reduce((sum, g, j) => sum + g * values[j * nrow + i], 0),
    );
  };
  const numbers = (name: string) => (frame.column(name) as NumericColumn).values;
  const hasOffset = formula.dpars[0].offsets.length > 0;
  const offset = hasOffset ? numbers("off") : null;
  const used = [...new Set(formula.dpars.flatMap(({ variables }) => variables)), "vi"];
  return {
    kind: "drmeta-fit",
    version: "0.1.0",
    formulas: reference.formulas,
    family: reference.family,
    method: reference.method,
    nobs: frame.nrow,
    dropped: frame.dropped,
    logLik: reference.expected.logLik,
    df: coefficients.length,
    dpars: dparsOf(formula),
    coefficients,
    vcov: Float64Array.from(reference.expected.vcov.flat()),
    fixed: {},
    designs,
    response: { mu: { label: "yi", values: numbers("yi"), offset } },
    weights: reference.weights === null ? null : numbers(reference.weights),
    knownV: { kind: "diagonal", label: "vi", variances: numbers("vi"), clusters: 0, largestCluster: 1 },
    fitted: {
      mu: eta("mu").map((value, i) => value + (offset?.[i] ?? 0)),
      sigma: eta("sigma").map(Math.exp),
    },
    rows: frame.rows,
    data: Object.fromEntries(used.map((name) => [name, frame.column(name)])),
    optim: CONVERGED,
  };
}

function dparsOf({ dpars }: DrmFormula): Dpar[] {
  return dpars.map(({ key, kind, outcome, group, link }) => ({ key, kind, outcome, group, link }));
}

/** For literal fits with random intercepts. */
export const SD_OF_STUDY: Dpar = { key: "sd(study)", kind: "sd", outcome: 1, group: "study", link: "log" };

/** A fit with random intercepts of study beside what it has: SDs by level, predictions of 0. */
export function withStudies(fit: Fit, codes: Int32Array, sd: Float64Array): Fit {
  const levels = Array.from(sd, (_, level) => `s${level}`);
  const none = new Float64Array(sd.length);
  const design = {
    ...fit.designs.sigma!,
    key: SD_OF_STUDY.key,
    names: ["(Intercept)"],
    nrow: sd.length,
    values: none.map(() => 1),
    levels,
    index: codes,
  };
  return {
    ...fit,
    dpars: [...fit.dpars, SD_OF_STUDY],
    designs: { ...fit.designs, [SD_OF_STUDY.key]: design },
    random: [
      {
        dpar: SD_OF_STUDY.key,
        group: "study",
        term: "(Intercept)",
        levels,
        codes,
        sd,
        estimate: none,
        stdError: none,
      },
    ],
  };
}

/** Three studies, the last without its second outcome: enough for everything that a bivariate fit keeps by outcome. */
export function bivariateFit(overrides: Partial<Fit> = {}): Fit {
  const formula = drmFormula("mu1 = y1 ~ 1 + meta_V(V = V)", "mu2 = y2 ~ 1");
  const table = tableFrom({ y1: [0.1, 0.2, 0.6], y2: [0.3, 0.5, null] });
  const frame = buildFrame(formula, table, { matrixNames: new Set(["V"]) });
  const designs = Object.fromEntries(formula.dpars.map((dpar) => [dpar.key, buildDesign(dpar, frame)]));
  const estimates = {
    mu1: 0.3,
    mu2: 0.4,
    sigma1: Math.log(0.2),
    sigma2: Math.log(0.1),
    rho12: Math.atanh(0.5),
  };
  const coefficients = Object.entries(estimates).map(([dpar, estimate]) => {
    return { dpar, term: "(Intercept)", estimate, stdError: 0.1, atBoundary: false };
  });
  const filled = (value: number) => new Float64Array(3).fill(value);
  return {
    ...restorationFit(),
    formulas: formula.texts,
    family: "biv_gaussian",
    nobs: 3,
    df: 5,
    dpars: dparsOf(formula),
    coefficients,
    vcov: Float64Array.from({ length: 25 }, (_, i) => (i % 6 === 0 ? 0.01 : 0)),
    designs,
    response: {
      mu1: { label: "y1", values: Float64Array.of(0.1, 0.2, 0.6), offset: null },
      mu2: { label: "y2", values: Float64Array.of(0.3, 0.5, Number.NaN), offset: null },
    },
    knownV: {
      kind: "block",
      label: "V",
      variances: Float64Array.of(0.05, 0.03, 0.04, 0.02, 0.06, Number.NaN),
      covariances: Float64Array.of(0.01, 0.008, Number.NaN),
      clusters: 2,
      largestCluster: 2,
      blocks: {
        sizes: Int32Array.of(2, 2),
        rows: Int32Array.of(0, 1, 2, 3),
        values: Float64Array.of(0.05, 0.01, 0.03, 0.04, 0.008, 0.02),
      },
    },
    fitted: {
      mu1: filled(0.3),
      mu2: filled(0.4),
      sigma1: filled(0.2),
      sigma2: filled(0.1),
      rho12: filled(0.4999995),
    },
    rows: Int32Array.of(0, 1, 2),
    data: { y1: frame.column("y1"), y2: frame.column("y2") },
    ...overrides,
  };
}

/** The restoration example with sigma of the grasslands at zero: both coefficients of sigma at their boundary. */
export function boundaryFit(): Fit {
  const fit = restorationFit();
  const k = fit.coefficients.length;
  const habitat = fit.data.habitat as FactorColumn;
  return {
    ...fit,
    coefficients: fit.coefficients.map((coefficient) => {
      if (coefficient.dpar !== "sigma") return coefficient;
      const estimate =
        coefficient.term === "(Intercept)" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
      return { ...coefficient, estimate, stdError: Number.NaN, atBoundary: true };
    }),
    vcov: fit.vcov.map((value, i) => (i % k > 2 || Math.floor(i / k) > 2 ? Number.NaN : value)),
    fitted: { ...fit.fitted, sigma: fit.fitted.sigma.map((sd, i) => (habitat.codes[i] === 0 ? 0 : sd)) },
  };
}
