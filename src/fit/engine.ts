import { createProblem, Order, type Problem, Status } from "../../bindings/kernel";
import { scratch } from "../data/doubles";
import { packV } from "../model/packed-v";
import { rearrange, rearrangeRows, type Sections, sections } from "../model/sections";
import { type StandardModel, tiesOf } from "./standard-model";
import { thetaSize } from "./theta-blocks";
import type { Objective } from "./trust-region";

/** What a search needs: a model, and its profiled objective. */
export interface Searchable {
  readonly model: StandardModel;
  readonly objective: Objective;
}

/** A standard model in WebAssembly memory, with its profiled objective. */
export interface Engine extends Searchable {
  readonly layout: Sections;
  readonly problem: Problem;
  evaluations(): number;
  /** Another response, in the model's units; all else of the problem stays. */
  setResponse(y: Float64Array): void;
  /** Makes the problem's results those of `theta`; free when it was evaluated last. */
  settleAt(theta: Float64Array): boolean;
  dispose(): void;
}

/**
 * Lends an engine of a model to `use`, and takes its WebAssembly memory back when that returns or throws: an engine that was
 * kept would be memory that nothing ever frees.
 */
export function withEngine<Result>(model: StandardModel, use: (engine: Engine) => Result): Result {
  const engine = createEngine(model);
  try {
    return use(engine);
  } finally {
    engine.dispose();
  }
}

export function createEngine(model: StandardModel): Engine {
  const layout = sections(tiesOf(model));
  const problem = load(model, layout);
  const q = thetaSize(model);

  let evaluations = 0;
  const last = scratch(q);
  let lastDefined = false;
  const gradient = scratch(q);
  const hessian = scratch(q * q);
  const objective: Objective & { value: number } = {
    size: q,
    value: Number.NaN,
    gradient,
    hessian,
    valueAt(theta) {
      evaluations++;
      lastDefined = false;
      return problem.evaluate(theta, Order.Value) === Status.Ok ? problem.value : Number.NaN;
    },
    evaluate(theta) {
      evaluations++;
      for (let k = 0; k < q; k++) last[k] = theta[k]!;
      lastDefined = problem.evaluate(theta, Order.Hessian) === Status.Ok;
      if (!lastDefined) return false;
      objective.value = problem.value;
      problem.read("gradient", gradient);
      problem.read("hessian", hessian);
      lastDefined = allFinite(gradient) && allFinite(hessian);
      return lastDefined;
    },
  };
  return {
    model,
    layout,
    objective,
    problem,
    evaluations: () => evaluations,
    setResponse(y) {
      problem.setResponse(rearrangeRows(y, layout, model.rows, 1));
      lastDefined = false;
    },
    settleAt(theta) {
      return (lastDefined && theta.every((value, k) => value === last[k])) || objective.evaluate(theta);
    },
    dispose: () => problem.dispose(),
  };
}

function load(model: StandardModel, layout: Sections): Problem {
  const { rows, location, scale, sd, rho, weights } = model;
  const row = (values: Float64Array, columns = 1, fill = 0) =>
    rearrangeRows(values, layout, rows, columns, fill);
  const V = packV(layout, model.V, model.unit * model.unit);
  const levels = layout.modelLevel;
  const pairs = layout.modelPair;
  return createProblem({
    rows: layout.rows,
    scalarRows: layout.scalarRows,
    nestedRows: layout.nestedRows,
    pairRows: layout.pairRows,
    y: row(model.y),
    X: row(location.values, location.columns),
    p: location.columns,
    W: row(scale.values, scale.columns),
    qSigma: scale.columns,
    // padding: v = 1 and sigma = 0 add log 1 = 0 and, with y = 0 and x = 0, nothing else
    logSigmaOffset: row(model.logSigmaOffset, 1, Number.NEGATIVE_INFINITY),
    v: row(model.v, 1, 1),
    weights: weights === null ? null : row(weights, 1, 1),
    reml: model.reml,
    levels: {
      count: levels.length,
      U: rearrange(sd.values, levels, sd.rows, sd.columns),
      qSd: sd.columns,
      logSdOffset: rearrange(model.logSdOffset, levels, sd.rows, 1),
      parent: layout.levelParent,
      end: layout.levelEnd,
    },
    pairs: {
      count: pairs.length,
      T: rearrange(rho.values, pairs, rho.rows, rho.columns),
      qRho: rho.columns,
      etaOffset: rearrange(model.etaOffset, pairs, model.etaOffset.length, 1),
      v12: V.pairs,
    },
    clusters: {
      sizes: layout.clusterSizes,
      V: V.clusters,
      rowLevels: layout.rowLevels,
      terms: layout.terms,
      pairRows: layout.clusterPairs,
    },
  });
}

function allFinite(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i]!)) return false;
  return true;
}
