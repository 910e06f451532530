import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { choleskyFactor } from "../../src/linalg/cholesky";
import {
  choleskySolve,
  solveLower,
  solveLowerAt,
  solveLowerTransposed,
  solveUpper,
} from "../../src/linalg/solve";
import {
  difference,
  largest,
  lower,
  positiveDefinite,
  randomMatrix,
  settings,
  times,
  transposed,
} from "./matrices";

/** A residual beside the sizes that it is the rest of: the backward error of a solve, whatever the conditioning. */
const BACKWARD = 1e-14;

/** A lower triangle with a diagonal that is small at places, and a NaN above it that nothing may read. */
function triangle(seed: number, n: number): Float64Array {
  const L = randomMatrix(seed, n, n);
  for (let i = 0; i < n; i++) {
    L[i * n + i] = (i % 3 === 0 ? 1e-3 : 1) * (1 + Math.abs(L[i * n + i]!));
    for (let j = i + 1; j < n; j++) L[i * n + j] = Number.NaN;
  }
  return L;
}

function residual(A: Float64Array, n: number, x: Float64Array, b: Float64Array): number {
  const sizes = times(A.map(Math.abs), x.map(Math.abs), n, n, 1);
  return difference(times(A, x, n, n, 1), b) / (largest(sizes) + largest(b));
}

describe("triangular systems leave residuals of rounding", () => {
  const cases = (solve: (L: Float64Array, n: number, b: Float64Array) => number) =>
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 16 }), (seed, n) => {
        expect(solve(triangle(seed, n), n, randomMatrix(seed + 1, n, 1))).toBeLessThan(BACKWARD);
      }),
      settings,
    );

  it("L x = b", () =>
    cases((L, n, b) => {
      const x = b.slice();
      solveLower(L, n, x);
      return residual(lower(L, n), n, x, b);
    }));

  it("L' x = b", () =>
    cases((L, n, b) => {
      const x = b.slice();
      solveLowerTransposed(L, n, x);
      return residual(transposed(lower(L, n), n, n), n, x, b);
    }));

  it("R x = b", () =>
    cases((L, n, b) => {
      const x = b.slice();
      solveUpper(transposed(L, n, n), n, x);
      return residual(transposed(lower(L, n), n, n), n, x, b);
    }));
});

it("solveLowerAt() is solveLower() of the entries at some places, and leaves the others", () => {
  fc.assert(
    fc.property(fc.nat(), fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8]), (seed, places) => {
      const n = places.length;
      const L = triangle(seed, n);
      const x = randomMatrix(seed + 1, 9, 1);
      const own = Float64Array.from(places, (place) => x[place]!);
      solveLower(L, n, own);
      const expected = x.slice();
      places.forEach((place, i) => {
        expected[place] = own[i]!;
      });
      solveLowerAt(L, places, x);
      expect(x).toEqual(expected);
    }),
    settings,
  );
});

it("choleskySolve() solves A x = b and keeps b", () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 16 }), (seed, n) => {
      const a = positiveDefinite(seed, n);
      const b = randomMatrix(seed + 1, n, 1);
      const before = b.slice();
      const place = new Float64Array(n);
      const x = choleskySolve(choleskyFactor(a, n)!, n, b, place);
      expect(x).toBe(place);
      expect(b).toEqual(before);
      expect(residual(a, n, x, b)).toBeLessThan(BACKWARD);
    }),
    settings,
  );
});
