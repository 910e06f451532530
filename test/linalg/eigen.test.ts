import fc from "fast-check";
import { expect, it } from "vitest";
import { symmetricEigen } from "../../src/linalg/eigen";
import { kinds, largest, ROUNDING, settings, symmetric } from "./matrices";

it("puts the matrix together again, with orthonormal vectors and ascending values", () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 24 }), kinds, (seed, n, kind) => {
      const a = symmetric(seed, n, kind);
      const before = a.slice();
      const { values, vectors } = symmetricEigen(a, n);
      expect(a).toEqual(before);
      const size = Math.max(largest(a), Number.MIN_VALUE);
      for (let i = 0; i < n; i++) {
        if (i > 0) expect(values[i]!).toBeGreaterThanOrEqual(values[i - 1]!);
        for (let j = 0; j < n; j++) {
          let product = 0;
          let inner = 0;
          for (let k = 0; k < n; k++) {
            product += vectors[i * n + k]! * (values[k]! / size) * vectors[j * n + k]!;
            inner += vectors[k * n + i]! * vectors[k * n + j]!;
          }
          expect(Math.abs(product - a[i * n + j]! / size)).toBeLessThan(n * ROUNDING);
          expect(Math.abs(inner - (i === j ? 1 : 0))).toBeLessThan(n * ROUNDING);
        }
      }
    }),
    settings,
  );
});

it("by hand", () => {
  const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
  expect([...values].map((value) => Math.round(value * 1e12) / 1e12)).toEqual([1, 3]);
  expect(Math.abs(vectors[0]! + vectors[2]!)).toBeLessThan(ROUNDING);
  expect([...symmetricEigen(Float64Array.of(-7), 1).values]).toEqual([-7]);
  expect([...symmetricEigen(new Float64Array(0), 0).values]).toEqual([]);
});

it("takes no longer than its cubic cost: 40 columns, 20 times, in well under a second", () => {
  const a = symmetric(1, 40, "random");
  const start = performance.now();
  for (let i = 0; i < 20; i++) symmetricEigen(a, 40);
  // 20 x 9 x 64,000 operations are about 20 ms
  expect(performance.now() - start).toBeLessThan(800);
});
