import fc from "fast-check";
import { expect, test } from "vitest";
import { choleskyFactor } from "../../src/linalg/cholesky";
import { choleskySolve } from "../../src/linalg/solve";
import { sparseFactor } from "../../src/linalg/sparse-factor";

/** Diagonally dominant, with some cells off the diagonal. */
const anyMatrix = fc
  .tuple(
    fc.integer({ min: 1, max: 25 }),
    fc.array(fc.tuple(fc.nat(999), fc.nat(999), fc.double({ min: -1, max: 1, noNaN: true })), {
      maxLength: 60,
    }),
  )
  .map(([n, cells]) => {
    const A = new Float64Array(n * n);
    for (const [a, b, value] of cells) {
      const [i, j] = [a % n, b % n];
      if (i === j) continue;
      A[i * n + j] = value;
      A[j * n + i] = value;
    }
    for (let i = 0; i < n; i++) {
      let sum = 0.1;
      for (let j = 0; j < n; j++) sum += Math.abs(A[i * n + j]!);
      A[i * n + i] = sum;
    }
    return { A, n };
  });

const lowerOf = (A: Float64Array, n: number) =>
  Array.from({ length: n }, (_, i) => {
    const line = new Map<number, number>();
    for (let j = 0; j <= i; j++) if (A[i * n + j] !== 0) line.set(j, A[i * n + j]!);
    return line;
  });

test("solves and has the determinant of the dense factor", () => {
  fc.assert(
    fc.property(anyMatrix, ({ A, n }) => {
      const factor = sparseFactor(lowerOf(A, n), 1e-14);
      if (typeof factor === "number") throw new Error(`not positive definite at ${factor}`);
      const L = choleskyFactor(A, n, new Float64Array(n * n))!;
      let logDet = 0;
      for (let i = 0; i < n; i++) logDet += 2 * Math.log(L[i * n + i]!);
      expect(factor.logDet).toBeCloseTo(logDet, 10);
      const b = Float64Array.from({ length: n }, (_, i) => Math.sin(i + 1));
      const x = factor.solve(b);
      const wanted = choleskySolve(L, n, b, new Float64Array(n));
      for (let i = 0; i < n; i++) expect(x[i]).toBeCloseTo(wanted[i]!, 9);
    }),
  );
});

test("a long chain costs no fill and no time", () => {
  const n = 50_000;
  const lower = Array.from(
    { length: n },
    (_, i) =>
      new Map(
        i === 0
          ? [[0, 2]]
          : [
              [i - 1, -1],
              [i, 2],
            ],
      ),
  );
  const factor = sparseFactor(lower, 1e-14);
  // the determinant of the second difference matrix is n + 1
  expect(typeof factor === "object" && factor.logDet).toBeCloseTo(Math.log(n + 1), 8);
});

test("says at which row a matrix turned out not to be positive definite", () => {
  expect(
    sparseFactor(
      [
        new Map([[0, 1]]),
        new Map([
          [0, 2],
          [1, 1],
        ]),
      ],
      1e-14,
    ),
  ).toBeTypeOf("number");
  expect(sparseFactor([new Map([[0, 1]]), new Map(), new Map([[2, 1]])], 1e-14)).toBe(1);
});
