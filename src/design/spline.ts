import { DrmError } from "../errors";
import { nullSpace } from "../linalg/null-space";
import { sampleQuantile } from "../stats/sample-quantile";

/**
 * Natural cubic splines, R's ns(): cubic B-splines (Cox and de Boor) whose second derivative is zero at the
 * boundary knots, linear beyond them. With C the 2 x m matrix of second derivatives at the boundaries, the basis
 * is B Q without the first two columns, where Q comes from the QR of C'. Q's signs are those of LINPACK's
 * Householder reflections, because R's coefficients depend on them. Cost O(n m^2), m = df + 2.
 */
export interface SplineBasis {
  /** tells it from other bases */
  readonly kind: "ns";
  /** Interior knots. */
  readonly knots: readonly number[];
  /** Boundary knots. */
  readonly boundary: readonly [number, number];
  /** Row-major m x df: B-splines (the first left out) to basis. */
  readonly transform: readonly number[];
}

export interface SplineOptions {
  readonly df: number | null;
  readonly knots: readonly number[] | null;
  readonly boundary: readonly number[] | null;
}

const ORDER = 4;

export function learnSpline(x: Float64Array, options: SplineOptions, label: string): SplineBasis {
  const { boundary, knots } = placeKnots(x, options, label);
  const extended = extend(knots, boundary);
  const m = knots.length + ORDER - 1;
  const constraint = boundary.map((at) => bsplines(extended, at, 2).slice(1));
  const transform = Array.from(nullSpace(constraint, [0, 1], m));
  return { kind: "ns", knots, boundary, transform };
}

export function applySpline({ knots, boundary, transform }: SplineBasis, x: Float64Array): Float64Array[] {
  const extended = extend(knots, boundary);
  const df = knots.length + 1;
  const columns = Array.from({ length: df }, () => new Float64Array(x.length));
  const [low, high] = boundary;
  for (let i = 0; i < x.length; i++) {
    const at = x[i]!;
    if (Number.isNaN(at)) {
      for (const column of columns) column[i] = at;
      continue;
    }
    const pivot = Math.min(Math.max(at, low), high);
    let basis = bsplines(extended, pivot, 0);
    if (pivot !== at) {
      const slope = bsplines(extended, pivot, 1);
      basis = basis.map((value, k) => value + (at - pivot) * slope[k]!);
    }
    for (let j = 0; j < df; j++) {
      let sum = 0;
      for (let k = 1; k < basis.length; k++) sum += basis[k]! * transform[(k - 1) * df + j]!;
      columns[j]![i] = sum;
    }
  }
  return columns;
}

function placeKnots(x: Float64Array, options: SplineOptions, label: string) {
  const sorted = Float64Array.from(x).sort();
  const given = options.boundary === null ? null : [...options.boundary].sort((a, b) => a - b);
  if (given !== null && given.length !== 2) {
    throw new DrmError("bad_term", `${label}: Boundary.knots are two numbers, not ${given.length}`);
  }
  const boundary: readonly [number, number] = [
    given?.[0] ?? sorted[0]!,
    given?.[1] ?? sorted[sorted.length - 1]!,
  ];
  if (!(boundary[0] < boundary[1])) {
    throw new DrmError("bad_term", `${label}: a spline needs at least two distinct values`);
  }
  let knots: number[];
  if (options.knots !== null) knots = [...options.knots].sort((a, b) => a - b);
  else {
    const df = options.df ?? 1;
    if (!Number.isInteger(df) || df < 1) {
      throw new DrmError("bad_term", `${label}: df must be a whole number of at least 1, not ${df}`);
    }
    const inside = sorted.filter((value) => value >= boundary[0] && value <= boundary[1]);
    knots = Array.from({ length: df - 1 }, (_, k) => sampleQuantile(inside, (k + 1) / df));
  }
  const outside = knots.find((knot) => !(knot > boundary[0] && knot < boundary[1]));
  if (outside !== undefined) {
    const range = `the boundary knots ${boundary[0]} and ${boundary[1]}`;
    throw new DrmError(
      "bad_term",
      `${label}: knot ${outside} does not lie between ${range}: use fewer or other knots`,
    );
  }
  return { boundary, knots };
}

function extend(knots: readonly number[], boundary: readonly [number, number]): number[] {
  const [low, high] = boundary;
  return [...new Array<number>(ORDER).fill(low), ...knots, ...new Array<number>(ORDER).fill(high)];
}

/** The cubic B-splines, or a derivative of them, at one point within the boundary knots. */
function bsplines(knots: readonly number[], at: number, derivative: 0 | 1 | 2): number[] {
  const count = knots.length - ORDER;
  // the last interval is closed, so that the right boundary belongs to it
  let interval = ORDER - 1;
  while (interval < count - 1 && at >= knots[interval + 1]!) interval++;
  let values = new Array<number>(knots.length - 1).fill(0);
  values[interval] = 1;
  for (let order = 2; order <= ORDER; order++) {
    const differentiate = order > ORDER - derivative;
    const next = new Array<number>(knots.length - order).fill(0);
    for (let j = 0; j < next.length; j++) {
      const left = knots[j + order - 1]! - knots[j]!;
      const right = knots[j + order]! - knots[j + 1]!;
      const a = left === 0 ? 0 : values[j]! / left;
      const b = right === 0 ? 0 : values[j + 1]! / right;
      next[j] = differentiate ? (order - 1) * (a - b) : (at - knots[j]!) * a + (knots[j + order]! - at) * b;
    }
    values = next;
  }
  return values;
}
