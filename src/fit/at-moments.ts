import { along, freeSpace } from "./boundary";
import type { Searchable } from "./engine";
import type { Tau2 } from "./moments";
import type { Boundary, Optimum } from "./optimum";
import { recessions } from "./recession";
import type { StandardModel } from "./standard-model";
import { blockOf } from "./theta-blocks";

/** log SD below that of the smallest sampling variance, from where the edge at 0 is seen. */
const NEAR_ZERO = 20;

/** The point that an equation of moments gives, as if it were a maximum: there is nothing to search. */
export function atMoments({ model, objective }: Searchable, { tau2, stdError }: Tau2): Optimum {
  const { basis, offset } = blockOf(model, "sigma");
  const slope = basis.values[0]!;
  const thetaAt = (logSd: number) => Float64Array.of((logSd - offset[0]!) / slope);
  const edge = tau2 > 0 ? null : zeroFrom(model, thetaAt);
  const theta = edge === null ? thetaAt(0.5 * Math.log(tau2)) : edge.theta;
  const converged = objective.evaluate(theta);
  return {
    theta,
    value: objective.value,
    // the equation holds, and the variance of log sigma is that of tau^2 / (4 tau^4)
    gradient: Float64Array.of(0),
    hessian: Float64Array.of(((2 * tau2 * slope) / stdError) ** 2),
    converged,
    unbounded: false,
    iterations: 0,
    boundary: edge === null ? null : edge.boundary,
  };
}

function zeroFrom(
  model: StandardModel,
  thetaAt: (logSd: number) => Float64Array,
): { readonly theta: Float64Array; readonly boundary: Boundary } {
  const smallest = model.v.reduce((least, v) => (v > 0 && v < least ? v : least), model.largestV);
  const near = thetaAt((smallest > 0 ? 0.5 * Math.log(smallest) : 0) - NEAR_ZERO);
  const edges = recessions(model, near, []).slice(0, 1);
  const theta = edges.reduce((at, { direction, toEdge }) => along(at, direction, toEdge), near);
  return { theta, boundary: { free: freeSpace(model, near.length, edges), edges } };
}
