import fc from "fast-check";
import { expect, it } from "vitest";
import { inverseCrossProduct, leastSquares } from "../../src/linalg/least-squares";
import { columnsOf } from "../../src/linalg/orthogonal";
import { dot, norm } from "../../src/linalg/vector";
import { difference, identity, ROUNDING, randomMatrix, settings, times, transposed } from "./matrices";

const ROWS = 20;

it("leaves a residual orthogonal to X, and the inverse of X'X, whatever the units of the columns", () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 6 }), (seed, p) => {
      const X = randomMatrix(seed, p, ROWS).map((value, at) => value * 10 ** (3 * Math.floor(at / ROWS) - 6));
      const y = randomMatrix(seed + 1, ROWS, 1);
      const { Q, inverseR, residual } = leastSquares(X, y, ROWS, p);
      for (const x of columnsOf(X, ROWS, p)) {
        expect(Math.abs(dot(x, residual))).toBeLessThan(ROWS * ROUNDING * norm(x) * norm(y));
      }
      // X R^-1 = Q
      const product = times(transposed(inverseR, p, p), X, p, p, ROWS);
      expect(difference(product, Float64Array.from(Q.flatMap((q) => [...q])))).toBeLessThan(1e-12);
      const gram = times(X, transposed(X, p, ROWS), p, ROWS, p);
      const unit = times(inverseCrossProduct(inverseR, p), gram, p, p, p);
      // (X'X)^-1 X'X in columns of one length
      const lengths = columnsOf(X, ROWS, p).map(norm);
      const scaled = unit.map((value, at) => (value * lengths[Math.floor(at / p)]!) / lengths[at % p]!);
      expect(difference(scaled, identity(p))).toBeLessThan(1e-10);
    }),
    settings,
  );
});

it("by hand: the line through (0, 1), (1, 3), (2, 5)", () => {
  const { inverseR, residual } = leastSquares(
    Float64Array.of(1, 1, 1, 0, 1, 2),
    Float64Array.of(1, 3, 5),
    3,
    2,
  );
  expect(norm(residual)).toBeLessThan(1e-14);
  // X'X = (3 3; 3 5)
  const expected = Float64Array.of(5 / 6, -1 / 2, -1 / 2, 1 / 2);
  expect(difference(inverseCrossProduct(inverseR, 2), expected)).toBeLessThan(1e-14);
});
