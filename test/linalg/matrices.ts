import fc from "fast-check";
import { randomFrom } from "../fit/random-problem";

/** Backward stability: a few roundings a row, relative to the size of the matrix. */
export const ROUNDING = 1e-14;
export const settings = { numRuns: 200, seed: 20260103 };

export type Kind = "random" | "graded" | "repeated" | "zero" | "diagonal" | "low rank" | "huge" | "tiny";

export const kinds = fc.constantFrom<Kind[]>(
  "random",
  "graded",
  "repeated",
  "zero",
  "diagonal",
  "low rank",
  "huge",
  "tiny",
);

/** Some k x n matrix, row-major. */
export function randomMatrix(seed: number, k: number, n: number): Float64Array {
  const random = randomFrom(seed);
  return Float64Array.from({ length: k * n }, () => random.normal());
}

export function symmetric(seed: number, n: number, kind: Kind): Float64Array {
  const random = randomFrom(seed);
  const a = new Float64Array(n * n);
  const scale = kind === "huge" ? 1e150 : kind === "tiny" ? 1e-150 : 1;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const grade = kind === "graded" ? 10 ** -(i + j) : scale;
      const value =
        kind === "zero" || (kind === "diagonal" && i !== j)
          ? 0
          : kind === "repeated"
            ? i === j
              ? 2
              : 1
            : grade * random.normal();
      a[i * n + j] = value;
      a[j * n + i] = value;
    }
  }
  if (kind === "low rank") {
    const b = Float64Array.from({ length: n }, () => random.normal());
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) a[i * n + j] = b[i]! * b[j]!;
  }
  return a;
}

/** I + B B': no eigenvalue below 1. */
export function positiveDefinite(seed: number, n: number): Float64Array {
  const b = randomMatrix(seed, n, n);
  const a = times(b, transposed(b, n, n), n, n, n);
  for (let i = 0; i < n; i++) a[i * n + i]! += 1;
  return a;
}

/** Of a matrix, its lower triangle alone. */
export function lower(a: Float64Array, n: number): Float64Array {
  return a.map((value, at) => (at % n <= Math.floor(at / n) ? value : 0));
}

/** A B by the formula, for A k x l and B l x n. */
export function times(a: Float64Array, b: Float64Array, k: number, l: number, n: number): Float64Array {
  return Float64Array.from({ length: k * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let m = 0; m < l; m++) sum += a[i * l + m]! * b[m * n + j]!;
    return sum;
  });
}

/** A', for A rows x columns. */
export function transposed(a: Float64Array, rows: number, columns: number): Float64Array {
  return Float64Array.from(
    { length: a.length },
    (_, at) => a[(at % rows) * columns + Math.floor(at / rows)]!,
  );
}

export function identity(n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0));
}

export function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** The largest difference between two matrices of one shape; NaN where one has a NaN. */
export function difference(a: Float64Array, b: Float64Array): number {
  if (a.length !== b.length) throw new Error(`${a.length} numbers beside ${b.length}`);
  return a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0);
}
