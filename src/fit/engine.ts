import { createProblem, Order, type Problem, Status } from "../../bindings/kernel";
import { rowOrder, toProblemOrder } from "../model/row-order";
import type { StandardModel } from "./standard-model";
import type { Objective } from "./trust-region";

/** A standard model in WebAssembly memory, with its profiled objective. */
export interface Engine {
  readonly model: StandardModel;
  readonly objective: Objective;
  readonly problem: Problem;
  evaluations(): number;
  /** Makes the problem's results those of `theta`; free when it was evaluated last. */
  settleAt(theta: Float64Array): boolean;
  dispose(): void;
}

export function createEngine(model: StandardModel): Engine {
  const { rows, weights, locationBasis, scaleBasis } = model;
  const p = locationBasis.columns;
  const q = scaleBasis.columns;
  const order = rowOrder(rows, model.clusterRows);
  const problem = createProblem({
    rows: order.total,
    scalarRows: order.scalarRows,
    y: toProblemOrder(model.y, order, rows, 1),
    X: toProblemOrder(locationBasis.values, order, rows, p),
    p,
    W: toProblemOrder(scaleBasis.values, order, rows, q),
    q,
    // padding: v = 1 and sigma = 0 add log 1 = 0 and, with y = 0 and x = 0, nothing else
    logSigmaOffset: toProblemOrder(model.logSigmaOffset, order, rows, 1, Number.NEGATIVE_INFINITY),
    v: toProblemOrder(model.v, order, rows, 1, 1),
    weights: weights === null ? null : toProblemOrder(weights, order, rows, 1, 1),
    clusterSizes: model.clusterSizes,
    clusterV: model.clusterV,
  });

  let evaluations = 0;
  const last = new Float64Array(q);
  let lastDefined = false;
  const gradient = new Float64Array(q);
  const hessian = new Float64Array(q * q);
  const objective: Objective & { value: number } = {
    size: q,
    value: Number.NaN,
    gradient,
    hessian,
    evaluate(theta) {
      evaluations++;
      last.set(theta);
      lastDefined = problem.evaluate(theta, Order.Hessian) === Status.Ok;
      if (!lastDefined) return false;
      objective.value = problem.value;
      problem.read("gradient", gradient);
      problem.read("hessian", hessian);
      lastDefined = hessian.every(Number.isFinite) && gradient.every(Number.isFinite);
      return lastDefined;
    },
  };
  return {
    model,
    objective,
    problem,
    evaluations: () => evaluations,
    settleAt(theta) {
      return (lastDefined && theta.every((value, k) => value === last[k])) || objective.evaluate(theta);
    },
    dispose: () => problem.dispose(),
  };
}
