import { expect, test } from "vitest";
import type { LevelMatrix } from "../../../src/covariance/related/named-matrix";
import { precisionLevels as byPrecision } from "../../../src/covariance/related/precision-levels";
import { treeLevels } from "../../../src/covariance/related/tree-levels";
import { messageOf } from "../../message-of";
import { expectClose, fromCorrelation, fromPrecision, inverted, precisionOf } from "./plain";

const precisionLevels = (matrix: LevelMatrix, levels: readonly string[], names: typeof NAMES) =>
  byPrecision(matrix, names)(levels);

const NAMES = { name: "Q", group: "animal" };
const LEVELS = ["a", "b", "c", "d"];
const Q = [
  [2, -1, 0, 0],
  [-1, 3, -1, 0],
  [0, -1, 2, 0.5],
  [0, 0, 0.5, 1],
];

test("a precision is kept as it is, levels with rows first", () => {
  const { structure, others, place, conditional } = precisionLevels(
    { levels: LEVELS, values: Q },
    ["d", "b"],
    NAMES,
  );
  expect(structure.names).toEqual(["d", "b", "a", "c"]);
  expect([...place]).toEqual([0, 1]);
  expect(others).toEqual(["a", "c"]);
  // zeros stay zeros
  expect(structure.values.length).toBe(7);
  const order = [3, 1, 0, 2];
  expect(precisionOf(structure)).toEqual(order.map((i) => order.map((j) => Q[i]![j]!)));
  const { inverse, logDet } = inverted(Q);
  expectClose(
    fromCorrelation(structure),
    order.map((i) => order.map((j) => inverse[i]![j]!)),
    1e-15,
  );
  expect(structure.logDet).toBeCloseTo(-logDet, 14);
  expect(conditional("c")).toEqual({ effects: [3], weights: [1], variance: 0 });
});

test("that of a tree over tips and inner nodes is the tree", () => {
  const { structure: tree } = treeLevels("((a:1,b:2):1,(c:1,d:1):2);", {
    name: "tree",
    group: "species",
    scale: true,
    branch: null,
  })(LEVELS);
  const { rows, columns, values, levels } = tree;
  const names = Array.from({ length: levels }, (_, l) => LEVELS[l] ?? `node ${l}`);
  const { structure } = precisionLevels(
    { levels: names, row: rows, column: columns, value: values },
    LEVELS,
    NAMES,
  );
  expect(structure.logDet).toBeCloseTo(tree.logDet, 13);
  expectClose(
    fromCorrelation(structure)
      .slice(0, 4)
      .map((row) => row.slice(0, 4)),
    fromCorrelation(tree),
    1e-14,
  );
  expectClose(fromPrecision(structure).K, fromCorrelation(structure), 1e-13);
});

test("one that is singular has no covariances", () => {
  const chain = [
    [1, -1, 0],
    [-1, 2, -1],
    [0, -1, 1],
  ];
  expect(
    messageOf(() => precisionLevels({ levels: ["a", "b", "c"], values: chain }, ["a"], NAMES)),
  ).toContain("the matrix 'Q' is not positive definite");
});
