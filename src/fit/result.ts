import type { BlockCovariance } from "../covariance/block-covariance";
import type { Column } from "../data/table";
import type { Design } from "../design/design";
import { deparse } from "../formula/deparse";
import type { Dpar } from "../formula/dpar";
import type { DrmFormula } from "../formula/formula";
import { namingColumns } from "../formula/naming-columns";
import type { Frame } from "../frame/frame";
import type { BuiltModel } from "../model/build-model";
import { blocksOf } from "../model/model";
import { correlationMap } from "../model/terms/correlated-effects";
import { parametersOf } from "../model/terms/parameters";
import { multipliersOf } from "../model/terms/terms";
import { version } from "../version";
import type { Engine } from "./engine";
import type { Coefficient, Fit, FittedCorrelations, KnownVSummary, OptimSummary, Response } from "./fit";
import { fittedValues } from "./fitted-values";
import type { Search, SearchOptions } from "./optimise";
import { randomEffects } from "./random-effects";
import { blockOf, linearPredictor } from "./theta-blocks";
import { gradientTolerance, maxAbs } from "./trust-region";
import type { Uncertainty } from "./uncertainty";

/** Collects what drm() returns. The engine has been settled at the optimum. */
export function buildFit(
  frame: Frame,
  built: BuiltModel,
  engine: Engine,
  found: Search,
  inference: Uncertainty,
  options: SearchOptions,
): Fit {
  const { formula } = frame;
  const { model, locations, knownV, fixed } = built;
  const designs: Record<string, Design> = {};
  for (const { designs: own } of blocksOf(model)) for (const design of own) designs[design.key] = design;
  const response: Record<string, Response> = {};
  for (const { key, response: values, offset } of locations) {
    const dpar = formula.dpars.find((candidate) => candidate.key === key)!;
    const present = frame.outcomePresent?.[dpar.outcome === 2 ? 1 : 0];
    response[key] = { label: deparse(dpar.response!), values: whereFitted(values, present), offset };
  }
  const coefficients = coefficientRows(designs, inference);
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
    dpars: dparsOf(formula, designs, fixed),
    coefficients,
    vcov: inference.vcov,
    fixed,
    designs,
    ...(built.slopes !== null && { slopes: built.slopes }),
    ...built.sources,
    ...(built.correlated.length > 0 && { correlated: fittedCorrelations(built, engine, found.best.theta) }),
    response,
    weights: frame.weights,
    knownV: knownVSummary(knownV, frame.outcomePresent),
    fitted: fittedValues(frame, built, engine, found.best.theta),
    random: randomEffects(model, engine, found.best.theta),
    rows: frame.rows,
    data: columnsUsed(frame),
    ...(frame.beside.studyCells !== null && { studyCells: frame.beside.studyCells }),
    ...(frame.beside.squaresOfV !== null && { squaresOfV: frame.beside.squaresOfV }),
    optim: optimSummary(engine, found, inference, options),
  } satisfies Fit);
}

function dparsOf({ dpars }: DrmFormula, designs: Fit["designs"], fixed: Fit["fixed"]): Dpar[] {
  const out: Dpar[] = [];
  for (const { key, kind, outcome, group, slope, within, correlations, structure, link } of dpars) {
    if (designs[key] === undefined && !Object.hasOwn(fixed, key)) continue;
    const dpar: Dpar = { key, kind, outcome, group, link };
    if (slope === undefined && structure === undefined && correlations === undefined) out.push(dpar);
    else
      out.push({
        ...dpar,
        ...(slope !== undefined && { slope }),
        ...(within !== undefined && { within }),
        ...(correlations !== undefined && { correlations }),
        ...(structure !== undefined && { structure }),
      });
  }
  return out;
}

function fittedCorrelations(
  { correlated }: BuiltModel,
  { model }: Engine,
  theta: Float64Array,
): FittedCorrelations[] {
  const kappa = linearPredictor(blockOf(model, "cor"), theta);
  let next = 0;
  return correlated.map((effects) => {
    const { parameters } = correlationMap(effects);
    next += parameters;
    return { ...effects, kappa: kappa.slice(next - parameters, next) };
  });
}

function coefficientRows(designs: Readonly<Record<string, Design>>, inference: Uncertainty): Coefficient[] {
  const names: { dpar: string; term: string }[] = [];
  for (const [dpar, design] of Object.entries(designs))
    for (const term of design.names) names.push({ dpar, term });
  const k = names.length;
  return names.map(({ dpar, term }, i) => ({
    dpar,
    term,
    estimate: inference.estimates[i]!,
    stdError: Math.sqrt(inference.vcov[i * k + i]!),
    atBoundary: inference.atBoundary[i] === 1,
  }));
}

/** NaN for an outcome that is not in the fit: it, its variance or a moderator of it is missing. */
function whereFitted(values: Float64Array, present: Uint8Array | undefined): Float64Array {
  if (!present?.includes(0)) return values;
  return values.map((value, row) => (present[row] === 1 ? value : Number.NaN));
}

function knownVSummary(
  { kind, label, V }: BuiltModel["knownV"],
  present: Frame["outcomePresent"],
): KnownVSummary {
  return {
    kind,
    label,
    variances: V.variances,
    clusters: V.clusters,
    largestCluster: V.largestCluster,
    ...(present !== null && { covariances: withinStudies(V, present) }),
    ...(V.blocks !== null && { entries: V.cells, blocks: V.blocks }),
  };
}

/** Covariance of the entries 2 i and 2 i + 1 of a stacked V, by study i; NaN where an outcome is absent. */
function withinStudies(V: BlockCovariance, [first, second]: readonly [Uint8Array, Uint8Array]): Float64Array {
  return Float64Array.from(first, (present, i) =>
    present === 1 && second[i] === 1 ? V.at(2 * i, 2 * i + 1) : Number.NaN,
  );
}

function columnsUsed(frame: Frame): Record<string, Column> {
  const out: Record<string, Column> = {};
  const named = namingColumns(frame.formula);
  for (const name of frame.used) {
    const column = frame.column(name);
    const isLong = column.kind !== "factor" && column.written !== undefined && !named.has(name);
    out[name] = isLong ? { kind: column.kind, values: column.values } : column;
  }
  return out;
}

function optimSummary(
  engine: Engine,
  found: Search,
  inference: Uncertainty,
  options: SearchOptions,
): OptimSummary {
  const { best, distinct, startsTried } = found;
  const finite = inference.gradient.filter((g) => !Number.isNaN(g));
  const constant = engine.model.logLikConstant;
  return {
    code: convergence(best),
    message: message(found, multipliersOf(engine.model).length > 0),
    iterations: best.iterations,
    evaluations: engine.evaluations(),
    maxEvaluations: options.maxEvaluations,
    gradient: inference.gradient,
    maxGradient: maxAbs(finite),
    gradientTolerance: gradientTolerance(best.value),
    hessianPositiveDefinite: inference.hessianPositiveDefinite,
    hessianCondition: inference.hessianCondition,
    optima: distinct.map((value) => constant - value),
    ...(found.rises && { unboundedElsewhere: true as const }),
    startsTried,
    kernel: kernelName(engine),
  };
}

export function convergence({ unbounded, converged }: Search["best"]): 0 | 1 | 2 {
  if (unbounded) return 2;
  return converged ? 0 : 1;
}

/** What became of the search, in words; `proportional` where V is known up to phi. */
export function message({ best, distinct, spike, rises }: Search, proportional: boolean): string {
  const optima = distinct.length;
  if (best.unbounded && proportional) {
    return "the likelihood is unbounded: some rows, or a combination of rows that V gives no variance, are fitted perfectly, so their phi and sigma run to 0";
  }
  if (best.unbounded) {
    return "the likelihood is unbounded: some rows without a known variance, or a combination of rows that a singular V gives none, are fitted perfectly, so their sigma runs to 0";
  }
  if (!best.converged) return "not converged: the estimates are not the optimum";
  let several = optima > 1 ? `; ${optima} distinct maxima were met and the highest is reported` : "";
  if (rises) {
    several += proportional
      ? "; the likelihood has no bound where phi and sigma of a row are 0 and it is fitted perfectly: this is a maximum beside that"
      : "; the likelihood has no bound where sigma is 0 and a row without a sampling variance is fitted perfectly: this is a maximum beside that";
  }
  if (spike !== null) {
    several += `; correlations of +1 in some studies and -1 in the others have a log-likelihood higher by ${spike.toPrecision(2)}`;
  }
  if (best.boundary !== null) {
    const edges = best.boundary.edges.map(({ block }) => parametersOf(block.kind).atEdge).join(", and ");
    return `converged at the boundary: ${edges}${several}`;
  }
  return `converged${several}`;
}

/** The kernels that ran, joined by " + ". */
function kernelName({ layout }: Engine): string {
  const names = [
    layout.scalarRows > 0 && "scalar",
    layout.nestedRows > 0 && "nested",
    layout.sparseRows > 0 && "sparse",
    layout.pairRows > 0 && "pair",
    layout.clusterSizes.length > 0 && "dense",
  ];
  return names.filter(Boolean).join(" + ");
}
