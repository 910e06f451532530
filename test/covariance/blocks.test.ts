import { describe, expect, it } from "vitest";
import type { BlockMatrix } from "../../src/covariance/blocks";
import { errorOf } from "../frame/literal-table";
import { bivariateV, clustersOf, knownV, vOf } from "./build";

type Blocks = BlockMatrix["blocks"];

describe("a block-diagonal matrix", () => {
  it("falls apart where a block does", () => {
    const matrix = [
      [1, 0, 0.1],
      [0, 2, 0],
      [0.1, 0, 3],
    ];
    expect(clustersOf(vOf(3, { blocks: [{ rows: [0, 1, 2], matrix }] }))).toEqual([
      { rows: [0, 2], V: [[1], [0.1, 3]] },
    ]);
  });

  it("loses its dropped rows, also those that no block has", () => {
    const blocks = [
      {
        rows: [3, 1, 0],
        matrix: [
          [3, 0.3, 9],
          [0.3, 1, 9],
          [9, 9, null],
        ],
      },
    ];
    const v = knownV("y ~ 1 + meta_V(V = V)", { y: [null, 1, null, 3] }, { V: { blocks } });
    expect(clustersOf(v)).toEqual([{ rows: [0, 1], V: [[1], [0.3, 3]] }]);
  });

  it("counts stacked entries in a bivariate model", () => {
    const pair = (row: number) => ({ rows: Int32Array.of(row, row + 1), matrix: [1, 0.2, 0.2, 1] });
    expect(clustersOf(bivariateV(2, { blocks: [pair(2), pair(0)] })).map(({ rows }) => rows)).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  it("is refused when rows and blocks do not match", () => {
    const error = (blocks: Blocks) => errorOf(() => vOf(3, { blocks })).replace("bad_known_v: ", "");
    const one = (row: number) => ({ rows: [row], matrix: [1] });
    const pair = { rows: [0, 1], matrix: [1, 0.5, 0.5, 1] };
    expect(error([pair])).toBe(
      "row 3 is in no block of 'V': give it one, of size 1 if it covaries with nothing",
    );
    expect(error([pair, one(2), one(0)])).toBe(
      "row 1 of the data is in blocks 1 and 3 of 'V': a row belongs to one block",
    );
    expect(error([{ rows: [0, 0], matrix: [1, 1, 1, 1] }])).toBe(
      "row 1 of the data is twice in block 1 of 'V': a row belongs to one block",
    );
    expect(error([pair, one(3)])).toBe(
      "block 2 of 'V' has row 3, which the data do not have: rows count from 0 to 2",
    );
    expect(error([{ rows: [0, 1, 2], matrix: [1, 2] }])).toBe(
      "block 1 of 'V' has 3 rows but 2 cells; wanted 9",
    );
    expect(error([{ rows: [0, 1, 2], matrix: [[1]] }])).toBe(
      "block 1 of 'V' has 3 rows but a matrix of 1 x 1; wanted 3 x 3",
    );
    expect(error([{}] as unknown as Blocks)).toMatch(/^block 1 of 'V' must be { rows, matrix }/);
    expect(error([{ rows: [2, 1], matrix: [1, 0.5, 0.4, 1] }, one(0)])).toBe(
      "V is not symmetric: V[2, 3] = 0.4 but V[3, 2] = 0.5",
    );
  });
});
