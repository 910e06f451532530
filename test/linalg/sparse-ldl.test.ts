import { describe, expect, test } from "vitest";
import { choleskyFactor } from "../../src/linalg/cholesky";
import { choleskyInverse } from "../../src/linalg/inverse";
import { SparseLdl } from "../../src/linalg/sparse-ldl";

/** A random positive definite matrix with about `density` of its places filled, as entries and dense. */
function random(n: number, density: number, seed: number) {
  let state = seed;
  const uniform = () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
  const A = new Float64Array(n * n);
  const rows: number[] = [];
  const columns: number[] = [];
  const values: number[] = [];
  const add = (i: number, j: number, value: number) => {
    rows.push(i);
    columns.push(j);
    values.push(value);
    A[i * n + j]! += value;
    if (i !== j) A[j * n + i]! += value;
  };
  for (let i = 0; i < n; i++) {
    add(i, i, 1 + uniform());
    for (let j = 0; j < i; j++) {
      if (uniform() > density) continue;
      const value = uniform() - 0.5;
      add(i, j, value / 2);
      // the same place again, from the other triangle
      add(j, i, value / 2);
      add(i, i, Math.abs(value));
      add(j, j, Math.abs(value));
    }
  }
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const k = Math.floor(uniform() * (i + 1));
    [order[i], order[k]] = [order[k]!, order[i]!];
  }
  const L = choleskyFactor(A, n, new Float64Array(n * n))!;
  return { sparse: { n, rows, columns, values }, order, inverse: choleskyInverse(L, n), b: A.subarray(0, n) };
}

describe.each([
  [1, 0],
  [7, 0.5],
  [30, 0.1],
  [40, 0.9],
])("n = %i, density %d", (n, density) => {
  const { sparse, order, inverse } = random(n, density, 17 * n);
  const factor = new SparseLdl(sparse, order);

  test("solves, and has the diagonal of the inverse", () => {
    const diagonal = factor.inverseDiagonal();
    for (let j = 0; j < n; j++) {
      const unit = new Float64Array(n);
      unit[j] = 1;
      const column = factor.solve(unit);
      for (let i = 0; i < n; i++) expect(column[i]).toBeCloseTo(inverse[i * n + j]!, 12);
      expect(diagonal[j]).toBeCloseTo(inverse[j * n + j]!, 12);
    }
  });

  test("spreads: the products of its columns are the inverse", () => {
    const sum = new Float64Array(n * n);
    for (let k = 0; k < n; k++) {
      const unit = new Float64Array(n);
      unit[k] = 1;
      const x = factor.spread(unit);
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sum[i * n + j]! += x[i]! * x[j]!;
    }
    for (let q = 0; q < n * n; q++) expect(sum[q]).toBeCloseTo(inverse[q]!, 12);
  });
});

test("has the determinant; its own order of a long chain has no fill", () => {
  const n = 50_000;
  const chain = Array.from({ length: n }, (_, i) => i);
  const rows = [...chain, ...chain.slice(1)];
  const columns = [...chain, ...chain.slice(0, -1)];
  const values = rows.map((row, q) => (row === columns[q] ? 2 : -1));
  // that of second differences is n + 1
  expect(new SparseLdl({ n, rows, columns, values }).logDet).toBeCloseTo(Math.log(n + 1), 8);
});

test("names a variable at which a matrix is not positive definite", () => {
  const pair = (correlation: number) =>
    new SparseLdl({ n: 3, rows: [0, 1, 2, 2], columns: [0, 1, 2, 1], values: [1, 4, 9, 6 * correlation] });
  expect(pair(0.9).weakPivot(1e-12)).toBe(-1);
  expect([1, 2]).toContain(pair(1).weakPivot(1e-12));
  expect([1, 2]).toContain(pair(1.1).weakPivot(1e-12));
  // with rounding only between it and singular
  expect(pair(1 - 1e-14).weakPivot(0)).toBe(-1);
  expect([1, 2]).toContain(pair(1 - 1e-14).weakPivot(1e-12));
});

test("a component that is not positive definite is NaN, the others are not", () => {
  const rows = [0, 1, 1, 2];
  const columns = [0, 0, 1, 2];
  const factor = new SparseLdl({ n: 3, rows, columns, values: [1, 2, 1, 4] }, Int32Array.of(0, 1, 2));
  const x = factor.solve([1, 1, 1]);
  expect(x[0]).toBeNaN();
  expect(x[1]).toBeNaN();
  expect(x[2]).toBe(0.25);
});
