import { addProduct, type Basis, project } from "../design/basis";
import { expand, type FreeSpace, restrictTo } from "../fit/boundary";
import { insideOf } from "../fit/edge-search";
import { type Engine, type Searchable, withEngine } from "../fit/engine";
import { MAX_EVALUATIONS, search } from "../fit/optimise";
import type { Optimum } from "../fit/optimum";
import { type StandardModel, standardModel } from "../fit/standard-model";
import { startingPoints } from "../fit/starts";
import { blockOf, type Part, type ThetaBlock, thetaBlocks } from "../fit/theta-blocks";
import { gradientTolerance, maxAbs } from "../fit/trust-region";
import { lookout } from "../fit/vanishing";
import { nullSpace } from "../linalg/null-space";
import { blockFrom, type Model } from "../model/model";

/** The best point found with a coefficient held at a value. */
export interface HeldPoint {
  readonly logLik: number;
  /** scale coefficients, in the coordinates of the problem's engine; a little inside where the point is at an edge */
  readonly theta: Float64Array;
}

/** A model in which one coefficient, or a combination, can be held at any value, and all else is optimised. */
export interface HeldProblem {
  /** in which the coefficient's distances are measured: a unit changes the linear predictor by one (mu: by the data's spread) */
  readonly unit: number;
  /** where a search without better knowledge starts */
  readonly start: Float64Array;
  /** the value that the coefficient has in a point of the search; null for a location coefficient */
  valueAt(theta: Float64Array): number | null;
  /** the optimum reached from a point, or at the edges of whole formulas; null when there is none */
  solve(value: number, start: Float64Array): HeldPoint | null;
  /** the optimum that a fit of the model would find */
  fit(value: number): HeldPoint | null;
  nearEdge(theta: Float64Array): boolean;
}

/**
 * A linear combination of the coefficients of one formula of sigma, sd(group) or rho12. With c'theta = value the formula's
 * design loses a column and gains an offset, and the rest is the model that it was:
 *
 *   theta = value c / c'c + F phi,   F'F = I,  F'c = 0
 *
 * @param weights of the user's coefficients, numbered over all of theta
 */
export function heldScale(engine: Engine, weights: Float64Array): HeldProblem {
  const { model, objective } = engine;
  const c = functional(model, objective.size, weights);
  let squares = 0;
  for (const part of c) squares += part * part;
  const part = model.parts.find(({ start, columns }) =>
    c.subarray(start, start + columns).some((weight) => weight !== 0),
  )!;
  const free = freeBeside(c, part);
  const suspicionAt = lookout(model);
  const modelAt = modelBeside(
    model,
    part,
    free,
    c.map((weight) => weight / squares),
  );
  const optimum = (value: number, start: Float64Array | null) => {
    const base = c.map((weight) => (value * weight) / squares);
    const held: Searchable = {
      model: modelAt(value),
      objective: restrictTo(objective, base, free),
    };
    const near = start && components(free, start);
    return pointOf(held, near, (phi) => expand(base, free, phi));
  };
  return {
    unit: Math.sqrt(squares),
    start: startingPoints(model, 1)[0]!,
    valueAt: (theta) => theta.reduce((sum, value, k) => sum + value * c[k]!, 0),
    nearEdge: (theta) => suspicionAt(theta) !== "none",
    solve: optimum,
    fit: (value) => optimum(value, null),
  };
}

/**
 * A location coefficient: its column times the value is moved to the offset, and a model without the column is fitted. One
 * engine serves all values, the response in it being overwritten; it lives as long as `use` runs.
 */
export function withHeldLocation<Result>(
  model: Model,
  coefficient: number,
  use: (problem: HeldProblem) => Result,
): Result {
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
  return withEngine(standard, (engine) => {
    const optimum = (value: number, start: Float64Array | null) => {
      const y = standard.y.map((response, i) => response - (value / standard.unit) * remainder[i]!);
      engine.setResponse(y);
      const held: Searchable = { model: { ...standard, y }, objective: engine.objective };
      return pointOf(held, start, (theta) => theta);
    };
    return use({
      unit: standard.unit / Math.sqrt(remainder.reduce((sum, part) => sum + part * part, 0) / rows),
      start: startingPoints(standard, 1)[0]!,
      valueAt: () => null,
      nearEdge: (theta) => suspicionAt(theta) !== "none",
      solve: optimum,
      fit: (value) => optimum(value, null),
    });
  });
}

/** The search's best point from `near`, or from anywhere, as one of the whole model. */
function pointOf(
  held: Searchable,
  near: Float64Array | null,
  whole: (theta: Float64Array) => Float64Array,
): HeldPoint | null {
  const options = { maxEvaluations: MAX_EVALUATIONS, near, starts: near === null ? undefined : 1 };
  const { best: highest, settled } = search(held, options);
  const best = arrived(highest) ? highest : settled;
  if (!arrived(best)) return null;
  return { logLik: held.model.logLikConstant - best.value, theta: whole(insideOf(best)) };
}

/** Converged, or run along a flat edge until nothing was left to gain: Newton creeps there. */
function arrived({ converged, unbounded, value, gradient }: Optimum): boolean {
  if (unbounded || !Number.isFinite(value)) return false;
  return converged || maxAbs(gradient) <= 0.1 * gradientTolerance(value);
}

/** All directions of theta but c, those of each formula in the places of its columns, one fewer for the formula of c. */
function freeBeside(c: Float64Array, { start, columns }: Part): FreeSpace {
  const size = c.length;
  const count = size - 1;
  const functional = c.subarray(start, start + columns);
  // the directions are then nearest to those of the other columns, an intercept's too
  const largest = functional.reduce(
    (at, part, k) => (Math.abs(part) > Math.abs(functional[at]!) ? k : at),
    0,
  );
  const own = nullSpace([functional], [largest], columns);
  const basis = new Float64Array(size * count);
  for (let i = 0; i < size; i++) {
    if (i < start) basis[i * count + i] = 1;
    else if (i >= start + columns) basis[i * count + i - 1] = 1;
    else {
      for (let a = 0; a < columns - 1; a++) {
        basis[i * count + start + a] = own[(i - start) * (columns - 1) + a]!;
      }
    }
  }
  return { basis, count };
}

/** F'theta */
function components({ basis, count }: FreeSpace, theta: Float64Array): Float64Array {
  const phi = new Float64Array(count);
  for (let i = 0; i < theta.length; i++)
    for (let a = 0; a < count; a++) phi[a]! += basis[i * count + a]! * theta[i]!;
  return phi;
}

/** The model in phi, by value: `part` has the columns W F and the offset W unit value. */
function modelBeside(
  model: StandardModel,
  part: Part,
  free: FreeSpace,
  unit: Float64Array,
): (value: number) => StandardModel {
  const block = blockOf(model, part.kind);
  const { values, rows, columns, leastShare } = block.basis;
  const reduced = new Float64Array(rows * (columns - 1));
  const shift = new Float64Array(rows);
  for (let k = 0; k < columns; k++) {
    const column = values.subarray(k * rows, (k + 1) * rows);
    const move = unit[block.start + k]!;
    for (let i = 0; i < rows; i++) shift[i]! += move * column[i]!;
    for (let a = 0; a < columns - 1; a++) {
      const weight = free.basis[(block.start + k) * free.count + block.start + a]!;
      if (weight === 0) continue;
      for (let i = 0; i < rows; i++) reduced[a * rows + i]! += weight * column[i]!;
    }
  }
  const basis: Basis = {
    values: reduced,
    toOriginal: new Float64Array(0),
    rows,
    columns: columns - 1,
    leastShare,
  };
  const moved = (start: number) => (start > part.start ? start - 1 : start);
  const parts = model.parts
    .map(({ kind, start, columns: width }): Part => {
      return { kind, start: moved(start), columns: start === part.start ? width - 1 : width };
    })
    .filter(({ columns: width }) => width > 0);
  return (value) => {
    const offset = block.offset.map((own, i) => own + value * shift[i]!);
    const blocks = model.blocks.map((one): ThetaBlock => {
      if (one === block) return { ...block, basis, offset };
      return { ...one, start: one.start > block.start ? one.start - 1 : one.start };
    });
    return { ...model, parts, blocks };
  };
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
