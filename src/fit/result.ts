import type { Column } from "../data/table";
import type { Design } from "../design/design";
import type { Frame } from "../frame/frame";
import type { Model } from "../model/model";
import { version } from "../version";
import type { Engine } from "./engine";
import type { Coefficient, Fit, KnownVSummary, OptimSummary } from "./fit";
import { gradientTolerance, type Search, type SearchOptions } from "./optimise";
import { addProduct } from "./standardise";
import { maxAbs } from "./trust-region";
import type { Uncertainty } from "./uncertainty";

/** Collects what drm() returns. */
export function buildFit(
  frame: Frame,
  model: Model,
  engine: Engine,
  found: Search,
  inference: Uncertainty,
  options: SearchOptions,
): Fit {
  const { formula } = frame;
  const location = formula.dpars[0]!;
  const designs: Record<string, Design> = { mu: model.location };
  const fixed: Record<string, number> = {};
  if (model.scale === null) fixed.sigma = Math.exp(model.fixedLogSigma);
  else designs.sigma = model.scale;

  const coefficients = coefficientRows(designs, inference);
  const fitted = fittedValues(model, engine, found);
  const response: Float64Array = Float64Array.from(model.y);
  const offset = location.offsets.length === 0 ? null : new Float64Array(model.rows);
  if (offset !== null) {
    for (let i = 0; i < offset.length; i++) {
      offset[i] = model.offset![i]!;
      response[i]! += offset[i]!;
      fitted.mu[i]! += offset[i]!;
    }
  }
  return Object.freeze({
    kind: "drmeta-fit",
    version,
    formulas: formula.texts,
    family: formula.family,
    method: model.method,
    nobs: frame.nrow,
    dropped: frame.dropped,
    logLik: engine.model.logLikConstant - found.best.value,
    df: coefficients.length,
    coefficients,
    vcov: inference.vcov,
    fixed,
    designs,
    response: { mu: { label: model.responseLabel, values: response, offset } },
    weights: model.weights,
    knownV: knownVSummary(model),
    fitted,
    rows: frame.rows,
    data: columnsUsed(frame),
    optim: optimSummary(model, engine, found, inference, options),
  } satisfies Fit);
}

function coefficientRows(designs: Readonly<Record<string, Design>>, inference: Uncertainty): Coefficient[] {
  const names: { dpar: string; term: string }[] = [];
  for (const [dpar, design] of Object.entries(designs)) for (const term of design.names) names.push({ dpar, term });
  const k = names.length;
  return names.map(({ dpar, term }, i) => ({
    dpar,
    term,
    estimate: inference.estimates[i]!,
    stdError: Math.sqrt(inference.vcov[i * k + i]!),
    atBoundary: inference.atBoundary[i] === 1,
  }));
}

/** From the engine's own basis, where nothing cancels and a vanished sigma is exactly zero. */
function fittedValues(model: Model, engine: Engine, found: Search): { mu: Float64Array; sigma: Float64Array } {
  const { locationBasis, scaleBasis, leastSquares, unit } = engine.model;
  const beta = engine.problem.read("beta", new Float64Array(locationBasis.columns));
  for (let j = 0; j < beta.length; j++) beta[j] = leastSquares[j]! + unit * beta[j]!;
  const mu = new Float64Array(model.rows);
  addProduct(locationBasis, beta, mu);
  const sigma = Float64Array.from(engine.model.logSigmaOffset);
  addProduct(scaleBasis, found.best.theta, sigma);
  for (let i = 0; i < sigma.length; i++) sigma[i] = unit * Math.exp(sigma[i]!);
  return { mu, sigma };
}

function knownVSummary({ knownV }: Model): KnownVSummary {
  const { kind, label, variances, clusterSizes } = knownV;
  let largestCluster = 1;
  for (const size of clusterSizes) largestCluster = Math.max(largestCluster, size);
  return { kind, label, variances, clusters: clusterSizes.length, largestCluster };
}

function columnsUsed(frame: Frame): Record<string, Column> {
  const out: Record<string, Column> = {};
  for (const name of frame.used) out[name] = frame.column(name);
  return out;
}

function optimSummary(
  model: Model,
  engine: Engine,
  { best, distinct, startsTried }: Search,
  inference: Uncertainty,
  options: SearchOptions,
): OptimSummary {
  const finite = inference.gradient.filter((g) => !Number.isNaN(g));
  const constant = engine.model.logLikConstant;
  return {
    code: best.unbounded ? 2 : best.converged ? 0 : 1,
    message: message(best, distinct.length),
    iterations: best.iterations,
    evaluations: engine.evaluations(),
    maxEvaluations: options.maxEvaluations,
    gradient: inference.gradient,
    maxGradient: maxAbs(finite),
    gradientTolerance: gradientTolerance(best.value),
    hessianPositiveDefinite: inference.hessianPositiveDefinite,
    hessianCondition: inference.hessianCondition,
    optima: distinct.map((value) => constant - value),
    startsTried,
    kernel: kernelName(model),
  };
}

function message(best: Search["best"], optima: number): string {
  if (best.unbounded) {
    return "the likelihood is unbounded: some rows without a known variance are fitted perfectly, so their sigma runs to 0";
  }
  if (!best.converged) return "not converged: the estimates are not the optimum";
  const several = optima > 1 ? `; ${optima} distinct maxima were met and the highest is reported` : "";
  if (best.boundary !== null) return `converged at the boundary: a heterogeneity is estimated as zero${several}`;
  return `converged${several}`;
}

function kernelName({ knownV, rows }: Model): string {
  if (knownV.clusterSizes.length === 0) return "scalar";
  return knownV.clusterRows.length === rows ? "dense" : "scalar + dense";
}
