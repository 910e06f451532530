import { addProduct, project } from "../design/basis";
import { blockFrom, type Model } from "../model/model";
import { expand, type FreeSpace, restrictTo } from "./boundary";
import { createEngine, type Engine } from "./engine";
import { type StandardModel, standardModel } from "./standard-model";
import { startingPoints } from "./starts";
import { thetaBlocks } from "./theta-blocks";
import { maxAbs, minimise, type Objective } from "./trust-region";
import { lookout } from "./vanishing";

/** The best point found with a coefficient held at a value. */
export interface HeldPoint {
  readonly logLik: number;
  /** scale coefficients, in the coordinates of the problem's engine */
  readonly theta: Float64Array;
}

/** A model in which one coefficient, or a combination, can be held at any value, and all else is optimised. */
export interface HeldProblem {
  /** in which the coefficient's distances are measured: a unit changes the linear predictor by one (mu: by the data's spread) */
  readonly unit: number;
  /** where a search without better knowledge starts */
  readonly starts: readonly Float64Array[];
  /** the value that the coefficient has in a point of the search; null for a location coefficient */
  valueAt(theta: Float64Array): number | null;
  /** null when no optimum was reached from there */
  solve(value: number, start: Float64Array): HeldPoint | null;
  nearEdge(theta: Float64Array): boolean;
}

const MAX_EVALUATIONS = 200;
const MOST_STARTS = 9;
/** A gradient at which a search that ran along a flat edge counts as arrived, relative to max(1, |value|). */
const FLAT_GRADIENT = 1e-9;

/**
 * A linear combination of the coefficients of sigma, sd(group) and rho12: c'theta = value is a linear constraint, and
 * the optimum is sought in the null space of c.
 *
 * @param weights of the user's coefficients, numbered over all of theta
 */
export function heldScale(engine: Engine, weights: Float64Array): HeldProblem {
  const { model, objective } = engine;
  const c = functional(model, objective.size, weights);
  let squares = 0;
  for (const part of c) squares += part * part;
  const free = nullSpace(c);
  const dot = (theta: Float64Array) => theta.reduce((sum, value, k) => sum + value * c[k]!, 0);
  const suspicionAt = lookout(model);
  return {
    unit: Math.sqrt(squares),
    starts: startingPoints(model, MOST_STARTS),
    valueAt: dot,
    nearEdge: (theta) => suspicionAt(theta) !== "none",
    solve(value, start) {
      const shift = (value - dot(start)) / squares;
      const base = start.map((part, k) => part + shift * c[k]!);
      const found = descend(restrictTo(objective, base, free), new Float64Array(free.count));
      return found && { logLik: model.logLikConstant - found.value, theta: expand(base, free, found.theta) };
    },
  };
}

/**
 * A location coefficient: its column times the value is moved to the offset, and a model without the column is fitted.
 * Each value needs a problem of its own, since the response changes.
 */
export function heldLocation(model: Model, coefficient: number): HeldProblem {
  const { values, rows, columns, designs } = model.location;
  const column = values.subarray(coefficient * rows, (coefficient + 1) * rows);
  const rest = new Float64Array(rows * (columns - 1));
  rest.set(values.subarray(0, coefficient * rows));
  rest.set(values.subarray((coefficient + 1) * rows), coefficient * rows);
  const standard = standardModel({
    ...model,
    location: blockFrom(rows, columns - 1, rest, designs),
  });
  // what the other columns cannot explain of this one
  const remainder = column.slice();
  addProduct(standard.location, project(standard.location, column), remainder, -1);
  const suspicionAt = lookout(standard);
  return {
    unit: standard.unit / Math.sqrt(remainder.reduce((sum, part) => sum + part * part, 0) / rows),
    starts: startingPoints(standard, MOST_STARTS),
    valueAt: () => null,
    nearEdge: (theta) => suspicionAt(theta) !== "none",
    solve(value, start) {
      const y = standard.y.map((response, i) => response - (value / standard.unit) * remainder[i]!);
      const engine = createEngine({ ...standard, y });
      try {
        const found = descend(engine.objective, start);
        return found && { logLik: standard.logLikConstant - found.value, theta: found.theta };
      } finally {
        engine.dispose();
      }
    },
  };
}

function descend(objective: Objective, start: Float64Array): { value: number; theta: Float64Array } | null {
  const run = minimise(objective, start, {
    maxEvaluations: MAX_EVALUATIONS,
    // where a nuisance SD vanishes the objective is flat, and Newton creeps: each step halves what is left
    stop: ({ gradient, value }) => maxAbs(gradient) <= 1e-3 * FLAT_GRADIENT * Math.max(1, Math.abs(value)),
  });
  const arrived = run.converged || maxAbs(run.gradient) <= FLAT_GRADIENT * Math.max(1, Math.abs(run.value));
  return arrived && Number.isFinite(run.value) ? run : null;
}

/** c with c'theta = weights'(the user's coefficients): c = T' weights, block by block. */
function functional(model: StandardModel, size: number, weights: Float64Array): Float64Array {
  const c = new Float64Array(size);
  for (const { basis, start } of thetaBlocks(model)) {
    const { columns, toOriginal: T } = basis;
    for (let i = 0; i < columns; i++)
      for (let j = i; j < columns; j++) c[start + j]! += T[i * columns + j]! * weights[start + i]!;
  }
  return c;
}

/** Orthonormal columns that span the directions with c'd = 0: those of a Householder reflection of c but the first. */
function nullSpace(c: Float64Array): FreeSpace {
  const size = c.length;
  const count = size - 1;
  // the largest part is reflected onto, so that nothing cancels
  let pivot = 0;
  for (let k = 1; k < size; k++) if (Math.abs(c[k]!) > Math.abs(c[pivot]!)) pivot = k;
  let norm = 0;
  for (const part of c) norm = Math.hypot(norm, part);
  const v = c.slice();
  v[pivot]! += Math.sign(c[pivot]!) * norm;
  const squares = v.reduce((sum, part) => sum + part * part, 0);
  const basis = new Float64Array(size * count);
  for (let column = 0, k = 0; k < size; k++) {
    if (k === pivot) continue;
    for (let i = 0; i < size; i++)
      basis[i * count + column] = (i === k ? 1 : 0) - (2 * v[i]! * v[k]!) / squares;
    column++;
  }
  return { basis, count };
}
