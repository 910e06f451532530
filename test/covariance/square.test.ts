import { describe, expect, it } from "vitest";
import type { MatrixInput } from "../../src/covariance/known-v";
import { errorOf } from "../frame/literal-table";
import { bivariateV, clustersOf, knownV, vOf } from "./build";

const error = (V: readonly (readonly (number | null)[])[]) => errorOf(() => vOf(V.length, V));

describe("a full matrix is refused", () => {
  it("when it is not symmetric", () => {
    expect(
      error([
        [1, 0.5],
        [0.4, 1],
      ]),
    ).toBe("bad_known_v: V is not symmetric: V[2, 1] = 0.4 but V[1, 2] = 0.5");
    // relative to the largest entry, not to the cells
    expect(
      clustersOf(
        vOf(3, [
          [1, 1e-9, 0],
          [2e-9, 1, 0],
          [0, 0, 1],
        ]),
      ),
    ).toHaveLength(1);
    expect(
      error([
        [1e-9, 1e-10],
        [2e-10, 1e-9],
      ]),
    ).toMatch(/not symmetric/);
  });

  it("when a used cell is missing", () => {
    const complete = "V must be complete for the rows that are used";
    expect(
      error([
        [1, null],
        [null, 1],
      ]),
    ).toBe(`bad_known_v: V[2, 1] is missing: ${complete}`);
    expect(
      error([
        [1, null],
        [0, 1],
      ]),
    ).toBe(`bad_known_v: V[1, 2] is missing: ${complete}`);
    expect(
      error([
        [1, Number.NaN],
        [Number.NaN, 1],
      ]),
    ).toBe(`bad_known_v: V[2, 1] is missing: ${complete}`);
    expect(
      error([
        [1, 0],
        [0, null],
      ]),
    ).toBe(`bad_known_v: V[2, 2] is missing: ${complete}`);
  });

  it("when a variance is negative or infinite", () => {
    expect(
      error([
        [1, 0],
        [0, -0.02],
      ]),
    ).toBe("bad_known_v: V[2, 2] = -0.02: sampling variances must be >= 0");
    expect(
      error([
        [Number.POSITIVE_INFINITY, 0],
        [0, 1],
      ]),
    ).toMatch(/V\[1, 1\] is Infinity: to leave its row out/);
    expect(
      error([
        [1, Number.NEGATIVE_INFINITY],
        [Number.NEGATIVE_INFINITY, 1],
      ]),
    ).toMatch(/V\[2, 1\] is -Infinity/);
  });

  it("when a covariance is too large for its variances", () => {
    expect(
      error([
        [1, 2.5],
        [2.5, 4],
      ]),
    ).toBe(
      "bad_known_v: V[2, 1] = 2.5 is not a covariance: with variances 4 and 1 it cannot exceed 2 (a correlation beyond 1)",
    );
    expect(
      error([
        [1, -2.5],
        [-2.5, 4],
      ]),
    ).toMatch(/V\[2, 1\] = -2.5 is not a covariance/);
    expect(
      clustersOf(
        vOf(2, [
          [1, 2],
          [2, 4],
        ]),
      ),
    ).toHaveLength(1);
  });

  it("when a row without a variance has covariances", () => {
    expect(
      error([
        [0, 0.1],
        [0.1, 4],
      ]),
    ).toBe("bad_known_v: V[2, 1] = 0.1, but the variance of row 1 is 0: its covariances must be 0");
    expect(
      vOf(2, [
        [0, 0],
        [0, 4],
      ]).kind,
    ).toBe("diagonal");
  });

  it("with the numbers of data rows and studies", () => {
    const V: MatrixInput = [
      [1, 9, 0],
      [9, 1, 0.5],
      [0, 0.4, 1],
    ];
    expect(errorOf(() => knownV("y ~ 1 + meta_V(V = V)", { y: [null, 1, 2] }, { V }))).toBe(
      "bad_known_v: V is not symmetric: V[3, 2] = 0.4 but V[2, 3] = 0.5",
    );
    const stacked = [
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0.1],
      [0, 0, 0.1, 0],
    ];
    expect(errorOf(() => bivariateV(2, stacked))).toBe(
      "bad_known_v: V[4, 3] = 0.1, but the variance of outcome 2 of study 2 is 0: its covariances must be 0",
    );
  });
});

it("finds pairs in every tile of a matrix of several tiles", () => {
  const n = 70;
  const V = new Float64Array(n * n);
  for (let i = 0; i < n; i++) V[i * n + i] = 1;
  for (const [i, j] of [
    [0, 69],
    [31, 32],
    [5, 40],
    [66, 68],
  ] as const)
    V[i * n + j] = V[j * n + i] = (i + j) / 1000;
  expect(clustersOf(vOf(n, V))).toEqual([
    { rows: [0, 69], V: [[1], [0.069, 1]] },
    { rows: [5, 40], V: [[1], [0.045, 1]] },
    { rows: [31, 32], V: [[1], [0.063, 1]] },
    { rows: [66, 68], V: [[1], [0.134, 1]] },
  ]);
});
