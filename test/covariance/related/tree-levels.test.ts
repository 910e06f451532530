import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  treeLevels as onTree,
  type TreeInput,
  type TreeOptions,
} from "../../../src/covariance/related/tree-levels";
import { messageOf } from "../../message-of";
import { expectClose, fromCorrelation, fromPrecision, lastGiven, namedGiven } from "./plain";
import { grownTree, sharedLengths } from "./random-tree";

const treeLevels = (tree: TreeInput, levels: readonly string[], options: TreeOptions) =>
  onTree(tree, options)(levels);

const OPTIONS = { name: "tree", group: "species", scale: true, branch: null } as const;
const AS_WRITTEN = { ...OPTIONS, scale: false } as const;

interface ApeCase {
  readonly id: string;
  readonly newick: string;
  readonly tips: readonly string[];
  readonly V: readonly number[];
  readonly C: readonly number[];
  readonly grafen: readonly number[];
}
const ape: { readonly cases: readonly ApeCase[] } = JSON.parse(
  readFileSync(new URL("./fixtures/ape.json", import.meta.url), "utf8"),
);

const square = (values: readonly number[], n: number) =>
  Array.from({ length: n }, (_, i) => values.slice(i * n, (i + 1) * n));

describe.each(ape.cases)("R's ape: $id", ({ newick, tips, V, C, grafen }) => {
  // tips at distance 0 share a level: the matrix is asked by tip
  const matrixOf = (options: TreeOptions) => {
    const { structure, place } = treeLevels(newick, tips, options);
    return tips.map((_, i) => tips.map((_, j) => structure.correlation(place[i]!, place[j]!)));
  };

  test("vcv(tree)", () => expectClose(matrixOf(AS_WRITTEN), square(V, tips.length), 1e-14));
  test("vcv(tree, corr = TRUE)", () => expectClose(matrixOf(OPTIONS), square(C, tips.length), 1e-14));
  test("compute.brlen(tree, 'Grafen')", () =>
    expectClose(matrixOf({ ...OPTIONS, branch: "grafen" }), square(grafen, tips.length), 1e-14));
});

describe("the precision over tips and inner nodes", () => {
  test("inverts to the lengths that paths share, as a covariance and as a correlation", () => {
    fc.assert(
      fc.property(grownTree, (grown) => {
        const { newick, tips } = grown;
        const wanted = sharedLengths(grown);
        const { structure, place } = treeLevels(newick, tips, AS_WRITTEN);
        const byTip = (K: readonly (readonly number[])[]) =>
          tips.map((_, i) => tips.map((_, j) => K[place[i]!]![place[j]!]!));
        const { K, logDet } = fromPrecision(structure);
        expectClose(byTip(fromCorrelation(structure)), wanted, 1e-12);
        expectClose(byTip(K), wanted, 1e-9);
        expect(structure.logDet).toBeCloseTo(logDet, 8);
      }),
      { numRuns: 200 },
    );
  });

  test("has variance 1 at every tip, also of a tree that is not ultrametric", () => {
    fc.assert(
      fc.property(grownTree, (grown) => {
        const wanted = sharedLengths(grown);
        // a tip at the root has no correlation
        const kept = grown.tips.flatMap((_, i) => (wanted[i]![i]! > 0 ? [i] : []));
        fc.pre(kept.length > 0);
        const { structure, place } = treeLevels(
          grown.newick,
          kept.map((i) => grown.tips[i]!),
          OPTIONS,
        );
        const K = fromCorrelation(structure);
        expectClose(
          kept.map((_, a) => kept.map((_, b) => K[place[a]!]![place[b]!]!)),
          kept.map((i) => kept.map((j) => wanted[i]![j]! / Math.sqrt(wanted[i]![i]! * wanted[j]![j]!))),
          1e-12,
        );
        expectClose(fromPrecision(structure).K, K, 1e-9);
      }),
      { numRuns: 200 },
    );
  });

  test("is small: chains are one edge, the root is left out", () => {
    const newick = "((((((a:1,x:1):1,(b:1,y:1):1):1):1,z:1):1,c:9):1,w:3);";
    const { structure, others } = treeLevels(newick, ["c", "a", "b"], OPTIONS);
    // a, b, c, the node over a and b, the node over all: w's edge leaves a chain from the root
    expect(structure.names).toEqual(["c", "a", "b"]);
    expect(structure.levels).toBe(5);
    expect(structure.values.length).toBe(5 + 4);
    expect(others).toEqual(["x", "y", "z", "w"]);
  });

  test("pruned or not, the same covariances: depth runs from the root as it is written", () => {
    fc.assert(
      fc.property(grownTree, fc.infiniteStream(fc.boolean()), (grown, keep) => {
        const kept = grown.tips.flatMap((_, i) => (keep.next().value ? [i] : []));
        const wanted = sharedLengths(grown);
        const { structure, place } = treeLevels(
          grown.newick,
          kept.map((i) => grown.tips[i]!),
          AS_WRITTEN,
        );
        const K = fromPrecision(structure).K;
        expectClose(
          kept.map((_, a) => kept.map((_, b) => K[place[a]!]![place[b]!]!)).concat([[0]]),
          kept.map((i) => kept.map((j) => wanted[i]![j]!)).concat([[0]]),
          1e-9,
        );
      }),
      { numRuns: 200 },
    );
  });

  test("tips at distance 0 are one level, and so are those that only rounding parts", () => {
    const { structure, place } = treeLevels(
      "((a:1,b:0,c:0,d:1e-11):1,e:2);",
      ["a", "b", "c", "d", "e"],
      AS_WRITTEN,
    );
    expect([...place]).toEqual([0, 1, 1, 1, 2]);
    expect(structure.names).toEqual(["a", "b", "e"]);
    expect(structure.levels).toBe(3);
    expect(fromCorrelation(structure)).toEqual([
      [expect.closeTo(2, 14), expect.closeTo(1, 14), 0],
      [expect.closeTo(1, 14), 1, 0],
      [0, 0, expect.closeTo(2, 14)],
    ]);
  });

  test("very many very short edges in a row lose nothing together", () => {
    let newick = "(a:1,b:1):1e-10";
    for (let k = 0; k < 2000; k++) newick = `(${newick},t${k}:1):1e-10`;
    const { structure } = treeLevels(`(${newick},o:1);`, ["a", "b", "o", "t5", "t1000"], AS_WRITTEN);
    expectClose(
      [[structure.correlation(0, 1), structure.correlation(0, 4), structure.correlation(0, 0)]],
      [[2001e-10, 1000e-10, 1 + 2001e-10]],
      1e-9,
    );
  });

  test("a tip at the root has the effect 0 with scale = FALSE", () => {
    const { structure } = treeLevels("(a:0,(b:1,c:1):1);", ["a", "b", "c"], AS_WRITTEN);
    expect(fromPrecision(structure).K[0]).toEqual([0, 0, 0]);
    expect(structure.correlation(0, 0)).toBe(0);
    expect(structure.correlation(0, 1)).toBe(0);
  });
});

describe("what the fitted tips say of the rest", () => {
  test("another tip", () => {
    fc.assert(
      fc.property(grownTree, fc.boolean(), (grown, scale) => {
        const wanted = sharedLengths(grown);
        const inside = grown.tips.flatMap((_, i) => (wanted[i]![i]! > 0 ? [i] : []));
        fc.pre(inside.length > 2);
        const last = inside.at(-1)!;
        const fitted = inside.slice(0, -1).map((i) => grown.tips[i]!);
        const known = treeLevels(grown.newick, fitted, { ...OPTIONS, scale });
        const all = treeLevels(grown.newick, [...fitted, grown.tips[last]!], { ...OPTIONS, scale });
        const given = namedGiven(known, grown.tips[last]!);
        if (all.structure.names.length === known.structure.names.length) {
          // at distance 0 from one of them
          expect(given.variance).toBeLessThan(1e-9);
          expect(given.weights[all.place.at(-1)!]).toBeCloseTo(1, 8);
          return;
        }
        const { weights, variance } = lastGiven(fromCorrelation(all.structure));
        expectClose([[...given.weights, given.variance]], [[...weights, variance]], 1e-7);
      }),
      { numRuns: 300 },
    );
  });

  test("an inner node, as a tip with an edge of 0 would be", () => {
    const newick = "((a:1,b:2)ab:1,(c:1,(d:1,e:0.5)de:0.5)cde:2)all:7;";
    const withTips = "((a:1,b:2,AB:0):1,(c:1,(d:1,e:0.5,DE:0):0.5):2,ROOT:0);";
    const fitted = ["a", "b", "c", "d"];
    const known = treeLevels(newick, fitted, AS_WRITTEN);
    for (const [node, tip] of [
      ["ab", "AB"],
      ["de", "DE"],
    ] as const) {
      const { weights, variance } = lastGiven(
        fromCorrelation(treeLevels(withTips, [...fitted, tip], AS_WRITTEN).structure),
      );
      const given = namedGiven(known, node);
      expectClose([[...given.weights, given.variance]], [[...weights, variance]], 1e-14);
      // a scaled tree: tips have variance 1, inner nodes are on the scale of the deepest
      const scaled = namedGiven(treeLevels(newick, fitted, OPTIONS), node);
      const depths = [2, 3, 3, 3.5];
      expectClose(
        [[...scaled.weights, scaled.variance]],
        [[...weights.map((w, k) => w * Math.sqrt(depths[k]! / 3.5)), variance / 3.5]],
        1e-14,
      );
    }
    expect(known.conditional("all")).toEqual({ effects: [], weights: [], variance: 0 });
    expect(known.conditional("e")!.variance).toBeGreaterThan(0.5);
    expect(known.conditional("c")).toEqual({
      effects: [2],
      weights: [expect.closeTo(Math.sqrt(3), 14)],
      variance: 0,
    });
    expect(known.conditional("f")).toBeNull();
    expect(known.others).toEqual(["all", "ab", "cde", "de", "e"]);
  });
});

describe("names", () => {
  const newick = "(Homo_sapiens:1,('Pan troglodytes':1,\"P_b\":1):0.5,'it''s':1);";

  test("blanks and underscores are alike, quotes do not count", () => {
    const levels = ["Homo sapiens", "Pan_troglodytes", "'P b'", "it's"];
    expect(treeLevels(newick, levels, OPTIONS).structure.names).toEqual(levels);
  });

  const refused = (levels: readonly string[], text = newick, options: TreeOptions = OPTIONS) =>
    messageOf(() => treeLevels(text, levels, options));

  test("a level that the tree lacks", () => {
    expect(refused(["Homo sapien"])).toBe(
      "bad_structure: level 'Homo sapien' of species is no tip of the tree 'tree'; did you mean 'Homo_sapiens'?",
    );
    expect(refused(["Homo_sapiens", "Felis", "Canis"])).toBe(
      "bad_structure: level 'Felis' of species is no tip of the tree 'tree'; not there either (Canis)",
    );
  });

  test("two levels of one tip, tips of one name, tips that only an underscore parts", () => {
    expect(refused(["Homo_sapiens", "Homo sapiens"])).toContain(
      "are one tip of the tree 'tree', 'Homo_sapiens'",
    );
    expect(refused(["a"], "(a:1,a:2);")).toContain("has the tip 'a' twice");
    const alike = "(x_y:1,'x y':1);";
    expect(refused(["'x y'"], alike)).toContain("is like several tips");
    expect(treeLevels(alike, ["x y", "x_y"], OPTIONS).structure.names.length).toBe(2);
  });

  test("rows belong to tips", () => {
    expect(refused(["ab"], "((a:1,b:1)ab:1,c:1);")).toContain(
      "'ab' of species is an inner node of the tree 'tree'",
    );
  });
});

describe("lengths", () => {
  const refused = (text: string, options: TreeOptions = OPTIONS) =>
    messageOf(() => treeLevels(text, ["a", "b"], options));

  test("negative, missing, too long, 0 up to the root", () => {
    expect(refused("((a:1,b:-0.1):1,c:2);")).toBe(
      "bad_structure: the edge above 'b' of the tree 'tree' is -0.1: lengths of edges are 0 or more",
    );
    expect(refused("((a:1,b:1):-1,c:2);")).toContain("above the node over 'a'");
    expect(refused("((a,b),c);")).toContain(
      'has no edge lengths: give every edge one, or say branch = "grafen"',
    );
    expect(refused("((a:1,b:1),c:1);")).toContain(
      "has 1 edge without a length, the first above the node over 'a'",
    );
    expect(refused("((a:1e308,b:1):1e308,c:1);")).toContain("the depth of 'a'");
    expect(refused("((a:0,b:1):0,c:1);")).toContain("level 'a' of species is at the root of the tree 'tree'");
    expect(
      treeLevels("((a,b),c);", ["a", "b"], { ...OPTIONS, branch: "grafen" }).structure.correlation(0, 1),
    ).toBe(0.5);
  });

  test("of any size: correlations do not depend on the unit", () => {
    const at = (unit: number) => {
      const text = `((a:${unit},b:${2 * unit}):${unit},c:${unit});`;
      return fromPrecision(treeLevels(text, ["a", "b", "c"], OPTIONS).structure).K;
    };
    expectClose(at(1e-200), at(1), 1e-14);
    expectClose(at(1e200), at(1), 1e-14);
  });

  test("the edge above the root is ignored", () => {
    const K = (text: string) => fromCorrelation(treeLevels(text, ["a", "b"], AS_WRITTEN).structure);
    expect(K("((a:1,b:1):1,c:2):5;")).toEqual(K("((a:1,b:1):1,c:2);"));
  });
});

test("a tree as data is checked", () => {
  const tree = { parents: [-1, 0, 0], lengths: [null, 1, 2], labels: ["", "a", "b"] };
  expect(treeLevels(tree, ["b", "a"], OPTIONS).structure.names).toEqual(["b", "a"]);
  const refused = (change: object) => messageOf(() => treeLevels({ ...tree, ...change }, ["a"], OPTIONS));
  expect(refused({ parents: [-1, 0, 2] })).toContain("parents[2] is 2; wanted a node before it");
  expect(refused({ lengths: [null, 1] })).toContain("3, 2 and 3 entries");
  expect(refused({ labels: ["", "a", ""] })).toContain("node 2 is a tip without a name");
  expect(refused({ lengths: [null, "1", 2] })).toContain('lengths[1] is "1"');
  expect(refused({ lengths: [null, Number.NaN, 2] })).toContain("above 'a' of the tree 'tree' is NaN");
  expect(messageOf(() => treeLevels(null as unknown as string, ["a"], OPTIONS))).toContain(
    "is null: wanted Newick text",
  );
});
