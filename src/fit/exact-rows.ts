import { BlockCovariance } from "../covariance/block-covariance";
import { removeProjection, spanOf } from "../linalg/orthogonal";
import { norm } from "../linalg/vector";
import type { StandardModel } from "./standard-model";
import { blockOf } from "./theta-blocks";

/*
 * Rows of known variance 0. As their sigma goes to 0 the mean is made to meet them. Of m such rows Z, with X_Z of rank r,
 *
 *   y_Z outside the span of X_Z   the likelihood goes to 0: no mean meets them;
 *   y_Z in the span, ML           it has no bound: -log sigma for each of the m rows, and nothing against it;
 *   y_Z in the span, REML         log|X' S^-1 X| takes r of these back: no bound where m > r, a finite supremum where m = r.
 *
 * That supremum is the restricted likelihood of the other rows given that the mean meets these. Random intercepts that
 * keep their variance are met like means: their indicators D_Z are columns beside X_Z, and the m rows count less their rank.
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

/** Whether the likelihood has no bound as the sigma of these rows goes to 0; `random` intercepts keep their variances. */
export function isUnboundedAt(
  model: StandardModel,
  rows: readonly number[],
  random: StandardModel["random"],
): boolean {
  const { y, location, reml } = model;
  if (rows.length > MOST_MET) return false;
  const indicators = random.flatMap(({ index }) => {
    const levels = new Set(rows.map((row) => index[row]!).filter((level) => level >= 0));
    return [...levels].map((level) => Float64Array.from(rows, (row) => (index[row] === level ? 1 : 0)));
  });
  const X = rows.map((row) => rowOf(model, row));
  const means = Array.from({ length: location.columns }, (_, k) => Float64Array.from(X, (x) => x[k]!));
  const free = rankOf(indicators);
  const met = rankOf([...indicators, ...means]);
  if (rows.length <= (reml ? met : free)) return false;
  return rankOf([...indicators, ...means, Float64Array.from(rows, (row) => y[row]!)]) === met;
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
 * A model in other columns of the mean with the same span: all but the first few are 0 in the exact rows. Their large
 * precisions then stand in a corner of X' S^-1 X by themselves, and the likelihood keeps all its digits.
 */
export function withExactRowsApart(model: StandardModel, exactRows: Int32Array): StandardModel {
  const { location } = model;
  const { values: X, rows: n, columns: p } = location;
  const directions = spanOf(
    Array.from(exactRows, (row) => rowOf(model, row)),
    INDEPENDENT,
  );
  const rank = directions.length;
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
    if (j >= rank) for (const row of exactRows) values[j * n + row] = 0;
  });
  return { ...model, location: { ...location, values } };
}
