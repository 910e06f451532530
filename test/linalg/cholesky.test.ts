import fc from "fast-check";
import { expect, it } from "vitest";
import { choleskyFactor, semidefiniteFactor } from "../../src/linalg/cholesky";
import {
  difference,
  largest,
  lower,
  positiveDefinite,
  ROUNDING,
  randomMatrix,
  settings,
  times,
  transposed,
} from "./matrices";

it("L L' is the matrix, and only its lower triangle is read", () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: 16 }), (seed, n) => {
      const a = positiveDefinite(seed, n);
      const half = a.map((value, at) => (at % n <= Math.floor(at / n) ? value : Number.NaN));
      const L = choleskyFactor(half, n)!;
      expect(difference(times(L, transposed(L, n, n), n, n, n), a)).toBeLessThanOrEqual(
        n * ROUNDING * largest(a),
      );
      for (let i = 0; i < n; i++) expect(L[i * n + i]).toBeGreaterThan(0);
    }),
    settings,
  );
});

it("writes into the place that it is given, the matrix itself too", () => {
  const a = positiveDefinite(5, 6);
  const L = choleskyFactor(a, 6)!;
  expect(choleskyFactor(a, 6, a)).toBe(a);
  expect(lower(a, 6)).toEqual(L);
});

it("refuses what is not positive definite, also by rounding alone", () => {
  expect(choleskyFactor(Float64Array.of(1, 2, 2, 1), 2)).toBeNull();
  expect(choleskyFactor(Float64Array.of(0), 1)).toBeNull();
  expect(choleskyFactor(Float64Array.of(Number.NaN), 1)).toBeNull();
  expect(choleskyFactor(Float64Array.of(0.01, 0.03, 0.03, 0.09), 2)).toBeNull();
});

it("and what is nearly not, as far as the caller says", () => {
  // the second pivot is 1 - r^2, 2e-6 of its element
  const r = 1 - 1e-6;
  const near = () => Float64Array.of(1, r, r, 1);
  expect(choleskyFactor(near(), 2)).not.toBeNull();
  expect(choleskyFactor(near(), 2, near(), 1e-6)).not.toBeNull();
  expect(choleskyFactor(near(), 2, near(), 3e-6)).toBeNull();
});

/** As simulate() asks it of V. */
const ZERO = 1e-8;

it("semidefiniteFactor(): of a matrix of any rank, with columns of zeros for what is missing", () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 8 }), (seed, n, k) => {
      const b = randomMatrix(seed, n, k);
      const a = times(b, transposed(b, n, k), n, k, n);
      const L = lower(semidefiniteFactor(a.slice(), n, ZERO)!, n);
      // what a zero pivot leaves out is as large as the tolerance lets it be
      expect(difference(times(L, transposed(L, n, n), n, n, n), a)).toBeLessThanOrEqual(
        Math.sqrt(ZERO) * largest(a),
      );
      const columns = Array.from({ length: n }, (_, j) => L.some((value, at) => at % n === j && value !== 0));
      expect(columns.filter(Boolean).length).toBeLessThanOrEqual(k);
    }),
    settings,
  );
});

it("semidefiniteFactor(): by hand, and none of a matrix with a negative eigenvalue", () => {
  expect([...lower(semidefiniteFactor(Float64Array.of(4, 2, 2, 1), 2, ZERO)!, 2)]).toEqual([2, 0, 1, 0]);
  expect([...lower(semidefiniteFactor(Float64Array.of(0, 0, 0, 9), 2, ZERO)!, 2)]).toEqual([0, 0, 0, 3]);
  expect(semidefiniteFactor(Float64Array.of(1, 2, 2, 1), 2, ZERO)).toBeNull();
});
