import { describe, expect, it } from "vitest";
import { errorOf } from "../frame/literal-table";
import { clustersOf, knownV, vOf } from "./build";

type Triplet = readonly [row: number, column: number, value: number | null];

function sparse(n: number, ...cells: Triplet[]) {
  return { n, row: cells.map(([i]) => i), column: cells.map(([, j]) => j), value: cells.map(([, , v]) => v) };
}

describe("a sparse matrix", () => {
  it("loses its dropped rows", () => {
    const V = sparse(3, [0, 0, 1], [0, 1, -5], [1, 1, null], [2, 2, 3], [0, 2, 0.5]);
    const v = knownV("y ~ 1 + meta_V(V = V)", { y: [1, null, 3] }, { V });
    expect(clustersOf(v)).toEqual([{ rows: [0, 1], V: [[1], [0.5, 3]] }]);
  });

  it("may hold zeros and cells given twice", () => {
    const V = sparse(
      3,
      [0, 0, 1],
      [1, 1, 1],
      [2, 2, 1],
      [1, 1, 1],
      [0, 1, 0.5],
      [1, 0, 0.5],
      [0, 1, 0.5],
      [2, 0, 0],
    );
    expect(clustersOf(vOf(3, V))).toEqual([{ rows: [0, 1], V: [[1], [0.5, 1]] }]);
  });

  it("is refused with the cell that is wrong", () => {
    const error = (...cells: Triplet[]) =>
      errorOf(() => vOf(2, sparse(2, ...cells))).replace("bad_known_v: ", "");
    const diagonal: Triplet[] = [
      [0, 0, 1],
      [1, 1, 1],
    ];
    expect(error([0, 0, 1])).toBe(
      "V[2, 2] is not given: a sparse V needs every sampling variance, zeros too",
    );
    expect(error([0, 0, 1], [1, 1, -1])).toBe("V[2, 2] = -1: sampling variances must be >= 0");
    expect(error(...diagonal, [1, 1, 2])).toBe("V[2, 2] is given as 1 and as 2: a variance is given once");
    expect(error(...diagonal, [0, 1, 0.5], [1, 0, 0.4])).toBe(
      "V[2, 1] is given as 0.5 and as 0.4: it must agree with itself and with V[1, 2]",
    );
    expect(error(...diagonal, [0, 1, null])).toMatch(/^V\[1, 2\] is missing/);
    expect(error(...diagonal, [0, 1, 1.5])).toMatch(/^V\[1, 2\] = 1.5 is not a covariance/);
    expect(error(...diagonal, [0, 2, 0.5])).toBe(
      "'V' has a cell at (0, 2): rows and columns count from 0 to 1",
    );
    expect(errorOf(() => vOf(2, { n: 2, row: [0, 1], column: [0], value: [1, 1] }))).toBe(
      "bad_known_v: 'V' has 2 rows, 1 column and 2 values: a sparse matrix needs one of each for every cell",
    );
  });
});
