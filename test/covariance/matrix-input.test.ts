import { describe, expect, it } from "vitest";
import type { MatrixInput } from "../../src/covariance/known-v";
import { readMatrixCsv } from "../../src/data/matrix-csv";
import { errorOf } from "../frame/literal-table";
import { bivariateV, knownV, plain, vOf } from "./build";

const ROWS = [
  [4, 0, 1],
  [0, 3, 0],
  [1, 0, 2],
];

describe("the forms of V", () => {
  const forms: Readonly<Record<string, MatrixInput>> = {
    rows: ROWS,
    "typed rows": ROWS.map((row) => Float64Array.from(row)),
    flat: ROWS.flat(),
    "flat, typed": Float64Array.from(ROWS.flat()),
    csv: readMatrixCsv("4,0,1\n0,3,0\n1,0,2\n"),
    sized: { rows: 3, columns: 3, values: ROWS.flat() },
    blocks: {
      blocks: [
        { rows: [2, 0], matrix: [2, 1, 1, 4] },
        { rows: [1], matrix: [[3]] },
      ],
    },
    "one block": { blocks: [{ rows: [0, 1, 2], matrix: ROWS }] },
    "lower triangle": { n: 3, row: [0, 2, 1, 2], column: [0, 0, 1, 2], value: [4, 1, 3, 2] },
    "upper triangle": { n: 3, row: [0, 0, 1, 2], column: [0, 2, 1, 2], value: [4, 1, 3, 2] },
    "both triangles": {
      n: 3,
      row: [0, 0, 2, 1, 2, 0],
      column: [0, 2, 0, 1, 2, 1],
      value: [4, 1, 1, 3, 2, 0],
    },
  };
  for (const [name, form] of Object.entries(forms)) {
    it(`${name} gives the same clusters`, () => {
      expect(plain(vOf(3, form))).toEqual({
        kind: "block",
        variances: [4, 3, 2],
        clusters: [{ rows: [0, 2], V: [[4], [1, 2]] }],
      });
    });
  }

  it("a diagonal matrix is diagonal in all of them", () => {
    const blocks = [0, 1].map((row) => ({ rows: [row], matrix: [[row + 1]] }));
    const diagonals: MatrixInput[] = [
      [
        [1, 0],
        [0, 2],
      ],
      [1, 0, 0, 2],
      { blocks },
      { n: 2, row: [0, 1], column: [0, 1], value: [1, 2] },
    ];
    for (const V of diagonals)
      expect(plain(vOf(2, V))).toEqual({ kind: "diagonal", variances: [1, 2], clusters: [] });
  });
});

describe("wrong sizes", () => {
  const size = (n: number, V: MatrixInput) => errorOf(() => vOf(n, V)).replace("bad_known_v: ", "");
  const square = (n: number) => Array.from({ length: n }, () => new Array<number>(n).fill(0));

  it("name both numbers", () => {
    expect(size(3, [1, 2])).toBe("'V' has 2 values, but the data have 3 rows: it must have 3 values");
    expect(size(3, square(2))).toBe("'V' is 2 x 2, but the data have 3 rows: it must be 3 x 3");
    expect(size(3, square(4).flat())).toBe("'V' is 4 x 4, but the data have 3 rows: it must be 3 x 3");
    expect(size(3, { nrow: 3, ncol: 2, values: [] })).toBe(
      "'V' is 3 x 2, but the data have 3 rows: it must be 3 x 3",
    );
    expect(size(2, { nrow: 2, ncol: 2, values: [1] })).toBe("'V' is 2 x 2 but holds 1 value: it needs 4");
    expect(size(2, [[1, 0], [0]])).toBe(
      "row 2 of 'V' has 1 cell, row 1 has 2: a covariance matrix has rows of one length",
    );
    expect(size(3, { n: 2, row: [], column: [], value: [] })).toMatch(
      /^'V' is 2 x 2, but the data have 3 rows/,
    );
  });

  it("recognize a V without the dropped rows", () => {
    const data = { y: [1, null, 3, 4, 5] };
    const advice = "the 1 that are dropped included (4 is what is left without them)";
    const error = (V: MatrixInput) => errorOf(() => knownV("y ~ 1 + meta_V(V = V)", data, { V }));
    expect(error([1, 2, 3, 4])).toBe(
      `bad_known_v: 'V' has 4 values, but the data have 5 rows: it must have 5 values, ${advice}`,
    );
    expect(error(square(4))).toBe(
      `bad_known_v: 'V' is 4 x 4, but the data have 5 rows: it must be 5 x 5, ${advice}`,
    );
    expect(error(square(4).flat())).toBe(
      `bad_known_v: 'V' is 4 x 4, but the data have 5 rows: it must be 5 x 5, ${advice}`,
    );
  });

  it("recognize one outcome given for two and two for one", () => {
    expect(size(3, square(6))).toMatch(/it must be 3 x 3; a V of two outcomes needs mu1 and mu2 formulas$/);
    expect(errorOf(() => bivariateV(3, square(3)))).toMatch(
      /data have 3 rows and two outcomes: it must be 6 x 6, stacked y1\[1\], y2\[1\], y1\[2\]/,
    );
  });

  it("refuse what is no matrix", () => {
    const no = (V: unknown) => size(2, V as MatrixInput);
    expect(no(0.1)).toMatch(/^'V' is a single number: V needs one sampling variance for every row/);
    expect(no("vi")).toMatch(/^'V' is vi, not a matrix; wanted a vector/);
    expect(no({ a: 1 })).toMatch(/^'V' is an object with a, not a matrix/);
    expect(no(null)).toMatch(/^'V' is null, not a matrix/);
  });
});
