import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inverseOf, normalTo } from "../../src/linalg/elimination";
import { dot, norm } from "../../src/linalg/vector";
import { difference, identity, randomMatrix, settings, times } from "./matrices";

const rows = (...values: number[][]) => values.map((row) => Float64Array.from(row));
const matrixRows = (A: Float64Array, k: number, n: number) =>
  Array.from({ length: k }, (_, i) => A.slice(i * n, (i + 1) * n));

/** Of complete pivoting, whatever the conditioning. */
const ROUNDING = 1e-13;

describe("inverseOf()", () => {
  it("by hand, and none of a singular matrix", () => {
    expect(inverseOf(rows([1, 2], [4, 4]))).toEqual(Float64Array.of(-1, 0.5, 1, -0.25));
    expect(inverseOf(rows([2, 0, 0], [0, 0, 4], [0, 1, 0]))).toEqual(
      Float64Array.of(0.5, 0, 0, 0, 0, 1, 0, 0.25, 0),
    );
    expect(inverseOf(rows([-4]))).toEqual(Float64Array.of(-0.25));
    expect(inverseOf(rows([0]))).toBeNull();
    expect(inverseOf(rows([1, 2], [2, 4]))).toBeNull();
    expect(inverseOf(rows([1, 2, 3], [4, 5, 6], [7, 8, 9]))).toBeNull();
  });

  it("is the inverse on both sides, and leaves the rows as they are", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 6 }), (seed, n) => {
        const A = randomMatrix(seed, n, n);
        const own = matrixRows(A, n, n);
        const inverse = inverseOf(own)!;
        expect(Float64Array.from(own.flatMap((row) => [...row]))).toEqual(A);
        const size = norm(A) * norm(inverse);
        expect(difference(times(A, inverse, n, n, n), identity(n)) / size).toBeLessThan(ROUNDING);
        expect(difference(times(inverse, A, n, n, n), identity(n)) / size).toBeLessThan(ROUNDING);
      }),
      settings,
    );
  });
});

describe("normalTo()", () => {
  it("by hand, and none where the rows leave more than one direction", () => {
    expect([...normalTo(rows([1, 0, 0], [0, 0, 2]), 3)!]).toEqual([0, 1, 0]);
    expect([...normalTo([], 1)!]).toEqual([1]);
    expect(normalTo(rows([1, 2, 3], [2, 4, 6]), 3)).toBeNull();
    expect(normalTo(rows([0, 0]), 2)).toBeNull();
  });

  it("is orthogonal to every row", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 2, max: 7 }), (seed, n) => {
        const own = matrixRows(randomMatrix(seed, n - 1, n), n - 1, n);
        const normal = normalTo(own, n)!;
        expect(norm(normal)).toBeGreaterThan(0);
        for (const row of own)
          expect(Math.abs(dot(row, normal))).toBeLessThan(ROUNDING * norm(row) * norm(normal));
      }),
      settings,
    );
  });
});
