import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { covarianceLevels as byMatrix } from "../../../src/covariance/related/covariance-levels";
import type { LevelMatrix } from "../../../src/covariance/related/named-matrix";
import { parseCsv } from "../../../src/data/csv";
import { messageOf } from "../../message-of";
import { expectClose, fromCorrelation, fromPrecision, inverted, lastGiven, namedGiven } from "./plain";
import { grownTree, sharedLengths } from "./random-tree";

const covarianceLevels = (matrix: LevelMatrix, levels: readonly string[], names: typeof NAMES) =>
  byMatrix(matrix, names)(levels);

const NAMES = { name: "K", group: "species" };

const named = (K: readonly (readonly number[])[], levels = K.map((_, i) => `l${i}`)): LevelMatrix => ({
  levels,
  values: K,
});
const correlations = (K: readonly (readonly number[])[]) =>
  K.map((row, i) => row.map((x, j) => x / Math.sqrt(K[i]![i]! * K[j]![j]!)));
const levelsOf = (matrix: LevelMatrix) => (matrix as { levels: readonly string[] }).levels;

/** The matrix as its levels have it, from P and from correlation(). */
function given(matrix: LevelMatrix, levels = levelsOf(matrix)) {
  const { structure, place } = covarianceLevels(matrix, levels, NAMES);
  const byLevel = (K: readonly (readonly number[])[]) =>
    levels.map((_, i) => levels.map((_, j) => K[place[i]!]![place[j]!]!));
  const { K, logDet } = fromPrecision(structure);
  return { structure, inverse: byLevel(K), cells: byLevel(fromCorrelation(structure)), logDet };
}

/** A positive definite matrix that is no tree's. */
const anyCovariance = fc
  .tuple(fc.integer({ min: 3, max: 8 }), fc.infiniteStream(fc.integer({ min: -99, max: 99 })))
  .map(([n, numbers]) => {
    const A = Array.from({ length: n }, () =>
      Array.from({ length: n + 2 }, () => numbers.next().value / 100),
    );
    return A.map((a, i) =>
      A.map((b, j) => a.reduce((sum, x, k) => sum + x * b[k]!, 0) + (i === j ? 0.1 : 0)),
    );
  });

describe("a matrix that is no tree's", () => {
  test("is inverted; its scale stays", () => {
    fc.assert(
      fc.property(anyCovariance, (K) => {
        const { structure, inverse, cells, logDet } = given(named(K));
        expectClose(cells, K, 1e-13);
        expectClose(inverse, K, 1e-10);
        expect(structure.logDet).toBeCloseTo(logDet, 9);
      }),
    );
  });

  test("loses the levels without rows: those with rows keep their covariances", () => {
    const K = [
      [2, 0.5, -0.3, 0.2],
      [0.5, 1, 0.4, 0.1],
      [-0.3, 0.4, 3, -0.6],
      [0.2, 0.1, -0.6, 1.5],
    ];
    const { structure, inverse } = given(named(K), ["l3", "l0"]);
    expect(structure.names).toEqual(["l3", "l0"]);
    expect(structure.levels).toBe(2);
    expectClose(
      inverse,
      [
        [1.5, 0.2],
        [0.2, 2],
      ],
      1e-14,
    );
    const known = covarianceLevels(named(K), ["l3", "l0", "l1"], NAMES);
    const { others, conditional } = known;
    expect(others).toEqual(["l2"]);
    const order = [3, 0, 1, 2];
    const { weights, variance } = lastGiven(order.map((i) => order.map((j) => K[i]![j]!)));
    const told = namedGiven(known, "l2");
    expectClose([[...told.weights, told.variance]], [[...weights, variance]], 1e-13);
    expect(conditional("l0")).toEqual({ effects: [1], weights: [Math.sqrt(2)], variance: 0 });
    expect(conditional("m")).toBeNull();
  });

  test("in groups that do not correlate, has zeros in its inverse", () => {
    const block = [
      [1, 0.5, -0.2],
      [0.5, 1, 0.3],
      [-0.2, 0.3, 1],
    ];
    const K = Array.from({ length: 6 }, (_, i) =>
      Array.from({ length: 6 }, (_, j) => (i % 2 === j % 2 ? block[i >> 1]![j >> 1]! : 0)),
    );
    const { structure, inverse } = given(named(K));
    expect(structure.values.length).toBe(2 * 6);
    expectClose(inverse, K, 1e-14);
  });

  test("levels that it cannot tell apart are one", () => {
    const K = [
      [1, 0.5, 1, -0.2],
      [0.5, 1, 0.5, 0.3],
      [1, 0.5, 1, -0.2],
      [-0.2, 0.3, -0.2, 1],
    ];
    const { structure, cells, inverse } = given(named(K));
    expect(structure.names).toEqual(["l0", "l1", "l3"]);
    expectClose(cells, K, 1e-15);
    expectClose(inverse, K, 1e-14);
  });

  test("is refused where it is singular or no covariance", () => {
    const refused = (K: readonly (readonly number[])[]) => messageOf(() => given(named(K)));
    // the third is the difference of the first two
    expect(
      refused([
        [1, 0.3, 0.7],
        [0.3, 1, -0.7],
        [0.7, -0.7, 1.4],
      ]),
    ).toContain(
      "bad_structure: the matrix 'K' is not positive definite: the row of 'l2' is a combination of the others",
    );
    expect(
      refused([
        [1, 0.9, -0.9],
        [0.9, 1, 0.9],
        [-0.9, 0.9, 1],
      ]),
    ).toContain("is not positive definite");
    expect(
      refused([
        [1, 1.2],
        [1.2, 1],
      ]),
    ).toContain("has 1.2 at ('l1', 'l0'), a correlation beyond 1");
    expect(
      refused([
        [1, 2, 0.1],
        [2, 4, 0.2],
        [0.1, 0.2, 1],
      ]),
    ).toContain(
      "levels 'l0' and 'l1' are perfectly correlated in the matrix 'K' but have different variances",
    );
  });
});

describe("a matrix that is a tree's", () => {
  test("becomes the tree, as a covariance and as a correlation of any tree", () => {
    fc.assert(
      fc.property(grownTree, fc.boolean(), (grown, isCorrelation) => {
        const all = sharedLengths(grown);
        const kept = all.flatMap((_, i) => (all[i]![i]! > 0 ? [i] : []));
        fc.pre(kept.length > 0);
        const V = kept.map((i) => kept.map((j) => all[i]![j]!));
        const K = isCorrelation ? correlations(V) : V;
        const { structure, cells, inverse, logDet } = given(named(K));
        // a sparse inverse: an entry a node and an edge
        expect(structure.values.length).toBeLessThan(2 * structure.levels);
        expectClose(cells, K, 1e-9);
        expectClose(inverse, K, 1e-8);
        expect(structure.logDet).toBeCloseTo(logDet, 8);
      }),
      { numRuns: 300 },
    );
  });

  test("R's vcv(tree, corr = TRUE) of trees that are not ultrametric, and phylogenies written with 15 digits", () => {
    const { cases } = JSON.parse(readFileSync(new URL("./fixtures/ape.json", import.meta.url), "utf8")) as {
      cases: readonly { tips: readonly string[]; C: readonly number[]; V: readonly number[] }[];
    };
    for (const { tips, C, V } of cases) {
      for (const cells of [C, V]) {
        const values = cells.map((x) => Number(x.toPrecision(15)));
        const { structure } = covarianceLevels({ levels: tips, values }, tips, NAMES);
        expect(structure.values.length).toBeLessThan(2 * structure.levels);
        expect(structure.levels).toBeLessThan(2 * tips.length);
      }
    }
  });

  test("rounded to four digits it is fitted as given", () => {
    const { cases } = JSON.parse(readFileSync(new URL("./fixtures/ape.json", import.meta.url), "utf8")) as {
      cases: readonly { id: string; tips: readonly string[]; C: readonly number[] }[];
    };
    const { tips, C } = cases.find(({ id }) => id === "additive")!;
    const n = tips.length;
    const K = tips.map((_, i) => tips.map((_, j) => Number(C[i * n + j]!.toFixed(4))));
    const { structure, cells, inverse } = given(named(K, [...tips]));
    // no tree's any more
    expect(structure.levels).toBe(n);
    expect(structure.values.length).toBeGreaterThan(2 * n);
    expectClose(cells, K, 1e-15);
    expectClose(inverse, K, 1e-10);
  });

  test("a correlation among others that is 1e-6 off makes it none", () => {
    const K = [
      [1, 0.5, 0.2],
      [0.5, 1, 0.2],
      [0.2, 0.2, 1],
    ];
    expect(given(named(K)).structure.levels).toBe(5);
    // three levels with positive correlations are always some tree's; four are not
    const four = [...K.map((row, i) => [...row, [0.1, 0.1, 0.1][i]!]), [0.1, 0.1, 0.1, 1]];
    expect(given(named(four)).structure.levels).toBe(7);
    four[3]![0] = 0.1 + 1e-6;
    four[0]![3] = 0.1 + 1e-6;
    four[3]![1] = 0.1 - 1e-6;
    four[1]![3] = 0.1 - 1e-6;
    four[2]![0] = 0.2 - 1e-6;
    four[0]![2] = 0.2 - 1e-6;
    const off = given(named(four));
    expect(off.structure.levels).toBe(4);
    expectClose(off.cells, four, 1e-15);
  });

  test("independent levels, whatever their variances", () => {
    const { structure, cells } = given(
      named([
        [2, 0, 0],
        [0, 3, 0],
        [0, 0, 1],
      ]),
    );
    expect(structure.levels).toBe(3);
    expect([...structure.values]).toEqual([1, 1, 1]);
    expectClose(
      cells,
      [
        [2, 0, 0],
        [0, 3, 0],
        [0, 0, 1],
      ],
      1e-15,
    );
  });

  test("what it says of a level without rows", () => {
    fc.assert(
      fc.property(grownTree, fc.boolean(), (grown, isCorrelation) => {
        const all = sharedLengths(grown);
        // one of each group at distance 0, so that the plain inverse exists
        const kept = all.flatMap((row, i) =>
          row[i]! > 0 &&
          !all.some(
            (other, j) =>
              j < i && Math.abs(other[i]! - row[i]!) < 1e-7 && Math.abs(other[j]! - row[i]!) < 1e-7,
          )
            ? [i]
            : [],
        );
        fc.pre(kept.length > 1);
        const V = kept.map((i) => kept.map((j) => all[i]![j]!));
        const K = isCorrelation ? correlations(V) : V;
        const { weights, variance } = lastGiven(K);
        const names = K.map((_, i) => `l${i}`);
        const told = namedGiven(covarianceLevels(named(K), names.slice(0, -1), NAMES), names.at(-1)!);
        expectClose([[...told.weights, told.variance]], [[...weights, variance]], 1e-6);
      }),
      { numRuns: 200 },
    );
  });
});

describe("forms", () => {
  const K = [
    [1, 0.5, -0.2],
    [0.5, 2, 0.3],
    [-0.2, 0.3, 1],
  ];
  const levels = ["a", "b", "c"];

  test.each<[string, LevelMatrix]>([
    ["rows", { levels, values: K }],
    ["all numbers", { levels, values: Float64Array.from(K.flat()) }],
    [
      "cells, the lower triangle",
      { levels, row: [0, 1, 1, 2, 2, 2], column: [0, 0, 1, 0, 1, 2], value: [1, 0.5, 2, -0.2, 0.3, 1] },
    ],
    ["a table with names above", parseCsv("a,b,c\n1,0.5,-0.2\n0.5,2,0.3\n-0.2,0.3,1\n")],
    [
      "a table with names above and beside",
      parseCsv("name,a,b,c\na,1,0.5,-0.2\nb,0.5,2,0.3\nc,-0.2,0.3,1\n"),
    ],
  ])("%s", (_, matrix) => {
    const { structure } = covarianceLevels(matrix, ["c", "a", "b"], NAMES);
    const order = [2, 0, 1];
    expectClose(
      fromPrecision(structure).K,
      order.map((i) => order.map((j) => K[i]![j]!)),
      1e-14,
    );
  });

  test("names may be numbers", () => {
    const { structure } = covarianceLevels({ levels: [10, 2], values: [1, 0.5, 0.5, 1] }, ["2", "10"], NAMES);
    expect(structure.names).toEqual(["2", "10"]);
  });

  const refused = (matrix: unknown) => messageOf(() => covarianceLevels(matrix as LevelMatrix, ["a"], NAMES));

  test.each<[unknown, string]>([
    [K, "without names: wanted { levels, values }"],
    [null, "is null without names"],
    [{ levels: ["a", "a"], values: [1, 0, 0, 1] }, "has the name 'a' twice"],
    [{ levels: "ab", values: [1] }, 'has "ab" for levels'],
    [{ levels, values: [1, 2, 3] }, "has 3 names and 3 numbers: wanted 9"],
    [{ levels, values: K.slice(1) }, "has 3 names and 2 rows"],
    [{ levels, values: [[1], ...K.slice(1)] }, "has 3 names and 1 numbers in row 1"],
    [
      { levels: ["a", "b"], values: [1, 0.5, 0.4, 1] },
      "is not symmetric: 0.4 at ('b', 'a'), 0.5 at ('a', 'b')",
    ],
    [{ levels: ["a", "b"], values: [1, null, 0.4, 1] }, "has no number at ('a', 'b')"],
    [{ levels: ["a", "b"], values: [1, 0, 0, -1] }, "has -1 on its diagonal at 'b'"],
    [{ levels: ["a", "b"], row: [0, 1, 0], column: [0, 0, 2], value: [1, 0, 0] }, "has a cell at (0, 2)"],
    [{ levels: ["a", "b"], row: [0, 1], column: [0, 0], value: [1, 0.1] }, "has 0 on its diagonal at 'b'"],
    [
      { levels: ["a", "b"], row: [0, 1, 0, 1], column: [0, 0, 1, 1], value: [1, 0.1, 0.2, 1] },
      "has 0.1 and 0.2 at ('b', 'a'): it must agree",
    ],
    [parseCsv("a,b,c\n1,0,0\n"), "is a table of 1 row and 3 columns"],
    [{ levels: ["b"], values: [1] }, "level 'a' of species is no name of the matrix 'K'"],
  ])("%j is refused", (matrix, words) => {
    expect(refused(matrix)).toContain(words);
  });
});

test("the inverse in the tests is one", () => {
  const { inverse, logDet } = inverted([
    [4, 2],
    [2, 3],
  ]);
  expectClose(
    inverse,
    [
      [3 / 8, -1 / 4],
      [-1 / 4, 1 / 2],
    ],
    1e-15,
  );
  expect(logDet).toBeCloseTo(Math.log(8), 14);
});
