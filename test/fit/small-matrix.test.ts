import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { choleskyFactor, choleskyInverse, choleskySolve, symmetricEigen } from "../../src/fit/small-matrix";
import { randomFrom } from "./random-problem";

/** Backward stability: a few roundings a row, relative to the size of the matrix. */
const ROUNDING = 1e-14;
const settings = { numRuns: 200, seed: 20260103 };

type Kind = "random" | "graded" | "repeated" | "zero" | "diagonal" | "low rank" | "huge" | "tiny";

function symmetric(seed: number, n: number, kind: Kind): Float64Array {
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

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

describe("symmetricEigen", () => {
  const kinds = fc.constantFrom<Kind[]>(
    "random",
    "graded",
    "repeated",
    "zero",
    "diagonal",
    "low rank",
    "huge",
    "tiny",
  );

  it("puts the matrix together again, with orthonormal vectors and ascending values", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 24 }), kinds, (seed, n, kind) => {
        const a = symmetric(seed, n, kind);
        const { values, vectors } = symmetricEigen(a, n);
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
});

describe("Cholesky", () => {
  it("factor, solve and inverse agree", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 12 }), (seed, n) => {
        const b = symmetric(seed, n, "random");
        const a = new Float64Array(n * n);
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) {
            a[i * n + j] = i === j ? 1 : 0;
            for (let k = 0; k < n; k++) a[i * n + j]! += b[i * n + k]! * b[j * n + k]!;
          }
        }
        const L = choleskyFactor(a, n)!;
        const inverse = choleskyInverse(L, n);
        for (let j = 0; j < n; j++) {
          const x = choleskySolve(L, n, a.subarray(j * n, (j + 1) * n));
          for (let i = 0; i < n; i++) {
            expect(Math.abs(x[i]! - (i === j ? 1 : 0))).toBeLessThan(1e-10);
            let sum = 0;
            for (let k = 0; k < n; k++) sum += inverse[i * n + k]! * a[k * n + j]!;
            expect(Math.abs(sum - (i === j ? 1 : 0))).toBeLessThan(1e-10);
          }
        }
      }),
      settings,
    );
  });

  it("refuses what is not positive definite, also by rounding alone", () => {
    expect(choleskyFactor(Float64Array.of(1, 2, 2, 1), 2)).toBeNull();
    expect(choleskyFactor(Float64Array.of(0), 1)).toBeNull();
    expect(choleskyFactor(Float64Array.of(Number.NaN), 1)).toBeNull();
    expect(choleskyFactor(Float64Array.of(0.01, 0.03, 0.03, 0.09), 2)).toBeNull();
  });
});
