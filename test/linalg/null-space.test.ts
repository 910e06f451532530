import fc from "fast-check";
import { expect, it } from "vitest";
import { nullSpace } from "../../src/linalg/null-space";
import {
  difference,
  identity,
  largest,
  ROUNDING,
  randomMatrix,
  settings,
  times,
  transposed,
} from "./matrices";

it("is orthonormal, and orthogonal to the vectors, for any pivots", () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.integer({ min: 1, max: 8 }),
      fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 1, maxLength: 3 }),
      (seed, n, places) => {
        const pivots = places.filter((place) => place < n);
        const vectors = pivots.map((_, l) => randomMatrix(seed + l, n, 1));
        const count = n - pivots.length;
        const N = nullSpace(vectors, pivots, n);
        expect(N).toHaveLength(n * count);
        expect(difference(times(transposed(N, n, count), N, count, n, count), identity(count))).toBeLessThan(
          n * ROUNDING,
        );
        for (const vector of vectors) {
          expect(largest(times(vector, N, 1, n, count))).toBeLessThan(n * ROUNDING * largest(vector));
        }
      },
    ),
    settings,
  );
});

it("by hand: beside a unit vector the other unit vectors, and beside nothing all but the pivot's", () => {
  expect([...nullSpace([[0, -2, 0]], [1], 3)]).toEqual([1, 0, 0, 0, 0, 1]);
  expect([...nullSpace([[0, 0]], [0], 2)]).toEqual([0, 1]);
  const [x, y] = nullSpace([[3, 4]], [0], 2);
  expect(x).toBeCloseTo(-0.8, 15);
  expect(y).toBeCloseTo(0.6, 15);
});
