import { BlockCovariance } from "../covariance/block-covariance";
import { removeProjection, spanOf } from "../linalg/orthogonal";
import { norm } from "../linalg/vector";
import type { StandardModel } from "./standard-model";
import { blockOf, linearPredictor } from "./theta-blocks";
import { typicalLoading } from "./typical-loading";

/*
 * Rows of known variance 0. As their sigma goes to 0 the mean is made to meet them. Of m such rows Z, with X_Z of rank r,
 *
 *   y_Z outside the span of X_Z   the likelihood goes to 0: no mean meets them;
 *   y_Z in the span, ML           it has no bound: -log sigma for each of the m rows, and nothing against it;
 *   y_Z in the span, REML         log|X' S^-1 X| takes r of these back: no bound where m > r, a finite supremum where m = r.
 *
 * That supremum is the restricted likelihood of the other rows given that the mean meets these. Random intercepts that
 * keep their variance are met like means: their indicators D_Z are columns beside X_Z, and the m rows count less their rank.
 *
 * Other rows may pay for it. Along a direction of sigma's coefficients in which log sigma_i changes by c_i a unit, a row's
 * variance v_i + sigma_i^2 changes by twice e_i = c_i, or max(c_i, 0) where v_i > 0 keeps it from falling. In the end
 *
 *   log L = -t ( sum w_i e_i - sum over B of e_i ) + o(t),
 *
 * B being the rows that settle what is integrated out, those of small e_i first: the mean by REML, intercepts that keep their
 * variance. It has no bound where that is above 0 and the mean meets all rows with e_i < 0.
 */

type Inputs = Pick<StandardModel, "rows" | "y" | "location" | "blocks" | "v" | "weights">;

/** Independent of the vectors before it: what is left beside them is more than this share of it. */
const INDEPENDENT = 1e-7;

/** Rows whose sigma alone gives them a variance: known variance 0, a weight, and a sigma that is not held at 0. */
export function rowsWithoutV({ rows, blocks, v, weights }: Inputs): number[] {
  const found: number[] = [];
  const { basis, offset } = blockOf({ blocks }, "sigma");
  if (basis.columns === 0) return found;
  for (let i = 0; i < rows; i++) {
    if (v[i] === 0 && weights?.[i] !== 0 && offset[i] !== Number.NEGATIVE_INFINITY) found.push(i);
  }
  return found;
}

/**
 * The rows without V, where the restricted likelihood is finite whichever of them are met: their (x, y) are independent, so
 * that no subset with dependent x has a y to match. Otherwise none.
 */
export function exactRows(inputs: Inputs): Int32Array {
  const { y, location } = inputs;
  const found = rowsWithoutV(inputs);
  const isIndependent =
    found.length <= location.columns + 1 &&
    rankOf(found.map((row) => withResponse(rowOf(inputs, row), y[row]!))) === found.length;
  return Int32Array.from(isIndependent ? found : []);
}

function withResponse(row: Float64Array, y: number): Float64Array {
  const out = new Float64Array(row.length + 1);
  out.set(row);
  out[row.length] = y;
  return out;
}

/** More rows are met by no mean, unless the data were made so; a search that comes by such a rise tells of it anyway. */
const MOST_MET = 100;
/** Beside all changes: a rate below this is rounding. */
const RISING = 1e-9;

/**
 * Whether the likelihood has no bound along a direction of sigma's coefficients, above; `random` intercepts keep their variances.
 *
 * @param changes c_i by row
 */
export function isUnboundedAlong(
  model: StandardModel,
  changes: Float64Array,
  random: StandardModel["random"],
): boolean {
  const { v, weights } = model;
  const rates = changes.map((change, i) => (v[i]! > 0 ? Math.max(change, 0) : change));
  let all = 0;
  let rate = 0;
  for (let i = 0; i < rates.length; i++) {
    const weight = weights === null ? 1 : weights[i]!;
    if (weight === 0) rates[i] = 0;
    rate += weight * rates[i]!;
    all += weight * Math.abs(rates[i]!);
  }
  // what is integrated out only takes from the rise
  if (!(rate < -RISING * all)) return false;
  const falling: number[] = [];
  for (let i = 0; i < rates.length; i++) if (rates[i]! < 0) falling.push(i);
  if (falling.length > MOST_MET || !isMet(model, falling, random)) return false;
  return rate - settled(model, rates, falling, random) < -RISING * all;
}

/** Whether some mean and intercepts meet all these rows. */
function isMet(model: StandardModel, rows: readonly number[], random: StandardModel["random"]): boolean {
  const levels = levelsOf(rows, random);
  const ofMeans: Float64Array[] = [];
  const withResponses: Float64Array[] = [];
  for (const row of rows) {
    const mean = Float64Array.from([...indicatorsAt(row, levels), ...rowOf(model, row)]);
    extend(ofMeans, mean);
    extend(withResponses, withResponse(mean, model.y[row]!));
    // the mean of rows before it, and another response
    if (withResponses.length > ofMeans.length) return false;
  }
  return true;
}

/** Adds to an orthonormal basis what is left of a vector beside it; false where that is nothing. */
function extend(basis: Float64Array[], vector: Float64Array): boolean {
  const left = removeProjection(vector.slice(), basis);
  const length = norm(left);
  if (!(length > INDEPENDENT * norm(vector))) return false;
  basis.push(left.map((part) => part / length));
  return true;
}

/** The sum of the rates of the rows that settle what is integrated out. */
function settled(
  model: StandardModel,
  rates: Float64Array,
  falling: readonly number[],
  random: StandardModel["random"],
): number {
  const { reml, location } = model;
  const p = reml ? location.columns : 0;
  // other levels are settled by their own variances
  const levels = levelsOf(falling, random);
  const count = levels.reduce((sum, { size }) => sum + size, 0);
  const basis: Float64Array[] = [];
  let sum = 0;
  const settle = (rows: readonly number[]): void => {
    for (const row of [...rows].sort((a, b) => rates[a]! - rates[b]!)) {
      if (basis.length === count + p) return;
      const mean = reml ? rowOf(model, row) : [];
      if (extend(basis, Float64Array.from([...indicatorsAt(row, levels), ...mean]))) sum += rates[row]!;
    }
  };
  settle(falling);
  for (let level = 0; level < count; level++) {
    const own = new Float64Array(count + p);
    own[level] = 1;
    extend(basis, own);
  }
  if (reml) settle(Array.from(rates.keys()).filter((row) => rates[row]! >= 0));
  return sum;
}

/** The levels that some rows have, numbered, by term, with the size of its column in Z. */
function levelsOf(rows: readonly number[], random: StandardModel["random"]) {
  return random.map((term) => {
    const { index } = term;
    const numbers = new Map<number, number>();
    for (const row of rows) {
      const level = index[row]!;
      if (level >= 0 && !numbers.has(level)) numbers.set(level, numbers.size);
    }
    return { term, numbers, size: numbers.size, unit: typicalLoading(term) };
  });
}

function indicatorsAt(row: number, levels: ReturnType<typeof levelsOf>): number[] {
  return levels.flatMap(({ term, numbers, size, unit }) => {
    const own = new Array<number>(size).fill(0);
    const level = numbers.get(term.index[row]!);
    if (level !== undefined) own[level] = term.zOf(row) / unit;
    return own;
  });
}

function rowOf({ location: { values, columns }, rows }: Inputs, row: number): Float64Array {
  return Float64Array.from({ length: columns }, (_, k) => values[k * rows + row]!);
}

function rankOf(vectors: readonly Float64Array[]): number {
  return spanOf(vectors, INDEPENDENT).length;
}

/** log sigma below which a row is as good as met, ... */
const MET = Math.log(1e-5);
/** ... and the variance that it keeps then, beside the spread of the data. */
const FLOOR = 1e-10;

/** Whether some of the exact rows is met at `theta`, so that the likelihood is to be taken from withFloors(). */
export function isExactAt(model: StandardModel, theta: Float64Array): boolean {
  const { basis, offset, start } = blockOf(model, "sigma");
  return model.exactRows.some((row) => {
    let u = offset[row]!;
    for (let k = 0; k < basis.columns; k++) u += theta[start + k]! * basis.values[k * basis.rows + row]!;
    return u < MET;
  });
}

/** The model with a small variance in its exact rows: at a sigma of 0 its restricted likelihood is that of the limit, nearly. */
export function withFloors(model: StandardModel): StandardModel {
  const { exactRows: rows, V, unit } = model;
  const v = model.v.slice();
  const variances = V.variances.slice();
  for (const row of rows) {
    v[row] = FLOOR;
    variances[row] = FLOOR * unit ** 2;
  }
  return { ...model, v, exactRows: new Int32Array(0), V: new BlockCovariance(variances, V.blocks) };
}

/**
 * A model in other columns of the mean with the same span: the first is all that the first of `heavy` rows has, the first two
 * all that the second has, and so on. Where these rows are in the order of their precisions X' S^-1 X is graded, a large one has
 * its corner to itself, and the likelihood keeps all its digits.
 */
export function withRowsApart(model: StandardModel, heavy: ArrayLike<number>): StandardModel {
  const { location } = model;
  const { values: X, rows: n, columns: p } = location;
  const directions: Float64Array[] = [];
  const ranks = Array.from(heavy, (row) => {
    extend(directions, rowOf(model, row));
    return directions.length;
  });
  while (directions.length < p) {
    const left = Array.from({ length: p }, (_, k) => {
      const unit = new Float64Array(p);
      unit[k] = 1;
      return removeProjection(unit, directions);
    });
    const longest = left.reduce((a, b) => (norm(b) > norm(a) ? b : a));
    const length = norm(longest);
    directions.push(longest.map((part) => part / length));
  }
  const values = new Float64Array(n * p);
  directions.forEach((direction, j) => {
    for (let k = 0; k < p; k++)
      for (let i = 0; i < n; i++) values[j * n + i]! += direction[k]! * X[k * n + i]!;
    ranks.forEach((rank, at) => {
      if (j >= rank) values[j * n + heavy[at]!] = 0;
    });
  });
  return { ...model, location: { ...location, values } };
}

/** Precisions that differ by more than this cost digits in any columns. */
const UNEVEN = Math.log(1e3);

/**
 * Where nothing but sigma gives rows a variance, and moderators make it very different: the rows of the smallest, as many as
 * the mean has coefficients, in order. Null where columns do not matter.
 */
export function heavyRows(model: StandardModel, theta: Float64Array): number[] | null {
  const { largestV, random, location } = model;
  const sigma = blockOf(model, "sigma");
  if (largestV > 0 || random.length > 0 || sigma.basis.columns < 2) return null;
  const u = linearPredictor(sigma, theta);
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < u.length; i++) {
    if (u[i]! < least) least = u[i]!;
    if (u[i]! > most) most = u[i]!;
  }
  if (!(most - least > UNEVEN)) return null;
  const basis: Float64Array[] = [];
  return Array.from(u.keys())
    .sort((a, b) => u[a]! - u[b]!)
    .filter((row) => basis.length < location.columns && extend(basis, rowOf(model, row)));
}
