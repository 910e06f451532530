import { expect, test } from "vitest";
import type { TreeInput } from "../../src/covariance/related/tree-levels";
import { treeLevels } from "../../src/covariance/related/tree-levels";
import { drm, ranef } from "../../src/index";
import { randomStream } from "../../src/stats/random";
import { readTree } from "../../src/trees/index";

/*
 * One model with its known correlations said in all the ways there are: as text, as data, with tips without rows, as the matrix of a tree or of
 * none, as its inverse. They are the same likelihood.
 */

const TREE = "((((a:1,b:1):0.5,c:1.2):1,(d:0.8,e:2):0.4):0.3,((f:1,g:1.5):0.2,(h:0.5,i:0.7):1):0.6);";
/** The same with tips that no row has, a chain, an edge above the root, and names in other signs. */
const WITH_MORE =
  "[&R]((((((a:1,'x 1':4):0,b:1):0.5,(c:0.7,y:3):0.5):1,(d:0.8,e:2)de:0.4):0.3,((f:1,g:1.5):0.2,(h:0.5,(i:0.3,(w:1,v:2):1):0.4):1):0.6):0,z:1):9;";
const SPECIES = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
const SCALED = { name: "tree", group: "species", scale: true, branch: null } as const;

const { structure } = treeLevels(TREE, SCALED)(SPECIES);
const K = SPECIES.map((_, i) => SPECIES.map((_, j) => structure.correlation(i, j)));

const { normal } = randomStream(7);
const rows = Array.from({ length: 72 }, (_, i) => i);
const phylogenetic = treeEffects();
const data = {
  species: rows.map((i) => SPECIES[i % 9]!),
  x: rows.map(() => normal()),
  vi: rows.map((i) => 0.02 + 0.01 * (i % 5)),
  yi: rows.map((i) => 0.3 + 0.6 * phylogenetic[i % 9]! + 0.25 * normal()),
};

/** A draw with covariance K, by its Cholesky factor written out. */
function treeEffects(): number[] {
  const L = K.map((row) => row.map(() => 0));
  K.forEach((row, i) => {
    for (let j = 0; j <= i; j++) {
      const rest = row[j]! - L[i]!.slice(0, j).reduce((sum, l, k) => sum + l * L[j]![k]!, 0);
      L[i]![j] = i === j ? Math.sqrt(rest) : rest / L[j]![j]!;
    }
  });
  const e = K.map(() => normal());
  return L.map((row) => row.reduce((sum, l, k) => sum + l * e[k]!, 0));
}

const byTree = (tree: TreeInput, method: "ML" | "REML" = "ML") =>
  drm("yi ~ x + phylo(1 | species, tree = tree) + meta_V(V = vi)", { data, trees: { tree }, method });
const byMatrix = (term: string, matrices: object) =>
  drm(`yi ~ x + relmat(1 | species, ${term}) + meta_V(V = vi)`, { data, matrices: matrices as never });

test("text, data, tips without rows, matrices: one likelihood", () => {
  const fit = byTree(TREE);
  expect(fit.optim.code).toBe(0);
  expect(fit.coefficients.at(-1)!.estimate).toBeGreaterThan(-2);
  // a K that is no tree's by 1e-8, which is inverted as a dense matrix
  const off = K.map((row, i) => row.map((cell, j) => (i + j === 7 && i !== j ? cell + 1e-8 : cell)));
  const { rows: row, columns: column, values: value, levels } = structure;
  const names = [...SPECIES, ...Array.from({ length: levels - 9 }, (_, k) => `node ${k}`)];
  const others = {
    data: byTree(readTree(TREE)),
    JSON: byTree(JSON.parse(JSON.stringify(readTree(TREE)))),
    "more tips": byTree(WITH_MORE),
    "its matrix": byMatrix("K = K", { K: { levels: SPECIES, values: K } }),
    "a dense matrix": byMatrix("K = K", { K: { levels: SPECIES, values: off } }),
    "its inverse": byMatrix("Q = Q", { Q: { levels: names, row, column, value } }),
  };
  for (const [name, other] of Object.entries(others)) {
    const tolerance = name === "a dense matrix" ? 1e-6 : 1e-9;
    expect(Math.abs(other.logLik - fit.logLik), name).toBeLessThan(tolerance);
    other.coefficients.forEach(({ estimate }, k) => {
      expect(estimate, name).toBeCloseTo(fit.coefficients[k]!.estimate, 5);
    });
  }
});

test("by REML too", () => {
  const fit = byTree(TREE, "REML");
  expect(byTree(WITH_MORE, "REML").logLik).toBeCloseTo(fit.logLik, 9);
});

test("tips without rows and inner nodes are predicted, tips at distance 0 alike", () => {
  const fit = byTree(WITH_MORE);
  const effects = new Map(ranef(fit).map((row) => [row.level, row]));
  const { estimate, stdError, sd } = effects.get("b")!;
  expect([...effects.keys()]).toEqual(expect.arrayContaining(["x 1", "y", "w", "v", "z", "de"]));
  // z hangs from the root alone: nothing is known of it
  expect(effects.get("z")!.estimate).toBeCloseTo(0, 12);
  expect(effects.get("z")!.stdError).toBeCloseTo(sd, 12);
  expect(effects.get("x 1")!.stdError).toBeGreaterThan(stdError);
  // of two tips at one place the second is the first
  const twins = byTree(TREE.replace("b:1", "b:0").replace("a:1", "a:0"));
  const [a, b] = ["a", "b"].map((level) => ranef(twins).find((row) => row.level === level)!);
  expect(b!.estimate).toBeCloseTo(a!.estimate, 12);
  expect(b!.stdError).toBeCloseTo(a!.stdError, 12);
  expect(Math.abs(estimate)).toBeGreaterThan(1e-6);
});
