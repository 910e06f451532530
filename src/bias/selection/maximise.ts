import { minimise } from "../../fit/trust-region";
import { type Selected, selectionObjective } from "./likelihood";

/** A maximum of the likelihood. */
export interface Maximum {
  /** of the mean, log sigma and log delta; -Infinity at a boundary */
  readonly theta: Float64Array;
  /** -log L */
  readonly value: number;
  /** those not at a boundary */
  readonly free: readonly number[];
  /** of the free ones, row-major */
  readonly hessian: Float64Array;
  /** rows x free */
  readonly scores: Float64Array;
  readonly converged: boolean;
  /** a maximum with a sigma above 0 that is lower than this one, at 0 */
  readonly other?: Maximum;
}

/** log delta, and log sigma in the unit of an effect size's SD, below this are taken for -Infinity. */
const ZERO = -9;
const MOST_EVALUATIONS = 200;

/** The best of Newton's runs from all starts, and of those with sigma at 0. */
export function maximise(selected: Selected, starts: readonly Float64Array[]): Maximum {
  const p = selected.mean.columns;
  const q = selected.logSigma?.columns ?? 0;
  const best = maximum(
    selected,
    starts,
    (theta) => theta,
    (j) => j,
  );
  // a sigma of all rows is 0 where no search arrives
  const isConstant = q === 1 && selected.logSigma!.values.every((x) => x === selected.logSigma!.values[0]);
  if (!isConstant) return best;
  const atZero = maximum(
    { ...selected, logSigma: null },
    starts.map((start) => without(start, p)),
    (theta) => Float64Array.from([...theta.subarray(0, p), Number.NEGATIVE_INFINITY, ...theta.subarray(p)]),
    (j) => (j < p ? j : j + 1),
  );
  const log = best.theta[p]! + selected.logSigma!.offset[0]!;
  if (log < ZERO) return atZero;
  if (best.value < atZero.value) return best;
  return { ...atZero, other: best };
}

function without(values: Float64Array, at: number): Float64Array {
  return values.filter((_, j) => j !== at);
}

function maximum(
  selected: Selected,
  starts: readonly Float64Array[],
  whole: (theta: Float64Array) => Float64Array,
  place: (j: number) => number,
): Maximum {
  const objective = selectionObjective(selected);
  const runs = starts.map((start) => minimise(objective, start, { maxEvaluations: MOST_EVALUATIONS }));
  const run = runs.reduce((best, one) => (one.value < best.value ? one : best));
  objective.evaluate(run.theta);
  const eta = selected.mean.columns + (selected.logSigma?.columns ?? 0);
  const theta = Float64Array.from(run.theta, (x, j) => (j >= eta && x < ZERO ? Number.NEGATIVE_INFINITY : x));
  const kept = Array.from(theta.keys()).filter((j) => Number.isFinite(theta[j]!));
  const { size, hessian, scores } = objective;
  return {
    theta: whole(theta),
    value: run.value,
    free: kept.map(place),
    hessian: Float64Array.from(kept.flatMap((j) => kept.map((l) => hessian[j * size + l]!))),
    scores: Float64Array.from(
      Array.from(selected.yi.keys()).flatMap((i) => kept.map((j) => scores[i * size + j]!)),
    ),
    converged: run.converged || kept.length < size,
  };
}
