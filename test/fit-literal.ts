import type { Column } from "../src/data/table";
import { tableFrom } from "../src/data/table-from";
import { buildDesign, type Design } from "../src/design/design";
import type { Fit, OptimSummary } from "../src/fit/fit";
import { drmFormula } from "../src/formula/formula";
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
  const table = tableFrom(reference.data);
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
  const numbers = (name: string) => (frame.column(name) as Extract<Column, { kind: "numeric" }>).values;
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
