import fc from "fast-check";
import { expect, it } from "vitest";
import { choleskyFactor } from "../../src/linalg/cholesky";
import { choleskyInverse } from "../../src/linalg/inverse";
import { difference, identity, positiveDefinite, settings, times } from "./matrices";

/** Condition numbers of the random matrices go to some 1e4. */
const CLOSE = 1e-10;

it("choleskyInverse() is the inverse on both sides, and symmetric to the last digit", () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 12 }), (seed, n) => {
      const a = positiveDefinite(seed, n);
      const inverse = choleskyInverse(choleskyFactor(a, n)!, n);
      expect(difference(times(inverse, a, n, n, n), identity(n))).toBeLessThan(CLOSE);
      expect(difference(times(a, inverse, n, n, n), identity(n))).toBeLessThan(CLOSE);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < i; j++) expect(inverse[i * n + j]).toBe(inverse[j * n + i]);
    }),
    settings,
  );
});
