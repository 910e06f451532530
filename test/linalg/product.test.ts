import fc from "fast-check";
import { expect, it } from "vitest";
import { congruence, crossProduct, product, timesTransposed, transposed } from "../../src/linalg/product";
import {
  difference,
  largest,
  transposed as plainTransposed,
  ROUNDING,
  randomMatrix,
  settings,
  symmetric,
  times,
} from "./matrices";

it("products of all shapes are those by the formula", () => {
  const size = fc.integer({ min: 0, max: 6 });
  fc.assert(
    fc.property(fc.nat(), size, size, size, (seed, k, l, n) => {
      const A = randomMatrix(seed, k, l);
      // zeros are skipped
      for (let at = 0; at < A.length; at += 3) A[at] = 0;
      const B = randomMatrix(seed + 1, l, n);
      const AB = times(A, B, k, l, n);
      const close = ROUNDING * (largest(A) * largest(B) + 1);
      expect(difference(product(A, B, k, l, n), AB)).toBeLessThan(close);
      expect(difference(timesTransposed(A, plainTransposed(B, l, n), k, l, n), AB)).toBeLessThan(close);
      expect(difference(crossProduct(plainTransposed(A, k, l), B, l, k, n), AB)).toBeLessThan(close);
      expect(transposed(A, k, l)).toEqual(plainTransposed(A, k, l));
    }),
    settings,
  );
});

it("congruence() is A B A', symmetric to the last digit, in the places given", () => {
  const size = fc.integer({ min: 1, max: 6 });
  fc.assert(
    fc.property(fc.nat(), size, size, (seed, k, n) => {
      const A = randomMatrix(seed, k, n);
      const B = symmetric(seed + 1, n, "random");
      const place = new Float64Array(k * k);
      const C = congruence(A, B, k, n, place, new Float64Array(k * n));
      expect(C).toBe(place);
      const expected = times(times(A, B, k, n, n), plainTransposed(A, k, n), k, n, k);
      expect(difference(C, expected)).toBeLessThan(ROUNDING * (n * n * largest(A) ** 2 * largest(B)));
      expect(plainTransposed(C, k, k)).toEqual(C);
    }),
    settings,
  );
});
