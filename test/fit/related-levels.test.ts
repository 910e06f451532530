import { expect, test } from "vitest";
import type { TreeInput } from "../../src/covariance/related/tree-levels";
import { treeLevels } from "../../src/covariance/related/tree-levels";
import { drm, drmFormula, predict, ranef } from "../../src/index";
import { choleskyFactor } from "../../src/linalg/cholesky";
import { choleskySolve } from "../../src/linalg/solve";
import { dot } from "../../src/linalg/vector";
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

test("a tip without rows whose SD has a moderator has the SD that the new row says", () => {
  const sizes = SPECIES.map((_, j) => 0.3 * Math.cos(j));
  const z = data.species.map((name) => sizes[SPECIES.indexOf(name)]!);
  const fit = drm(
    drmFormula("yi ~ x + phylo(1 | species, tree = tree) + meta_V(V = vi)", "sd(phylo(species)) ~ z"),
    { data: { ...data, z }, trees: { tree: WITH_MORE } },
  );
  expect(fit.optim.code).toBe(0);
  const news = { species: ["v", "y", "c"], x: [0.5, -1, 2], z: [0.7, -0.4, sizes[2]!] };
  const got = predict(fit, news, { dpar: "mu", groups: "known" });

  // c' S^-1 (y - X b), and its error, in dense matrices
  const names = [...SPECIES, "v", "y"];
  const { structure: whole } = treeLevels(WITH_MORE, SCALED)(names);
  const at = (name: string) => whole.names.indexOf(name);
  const of = (dpar: string) => fit.coefficients.filter((one) => one.dpar === dpar).map((one) => one.estimate);
  const [[b0, b1], [g0, g1], [logSigma]] = [of("mu"), of("sd(phylo(species))"), of("sigma")] as [
    [number, number],
    [number, number],
    [number],
  ];
  const sdAt = (size: number) => Math.exp(g0 + g1 * size);
  const n = rows.length;
  const S = new Float64Array(n * n);
  for (const i of rows) {
    for (const j of rows) {
      const shared = whole.correlation(at(data.species[i]!), at(data.species[j]!));
      S[i * n + j] =
        sdAt(z[i]!) * sdAt(z[j]!) * shared + (i === j ? data.vi[i]! + Math.exp(2 * logSigma) : 0);
    }
  }
  const L = choleskyFactor(S, n)!;
  const residuals = Float64Array.from(rows, (i) => data.yi[i]! - b0 - b1 * data.x[i]!);
  news.species.forEach((name, k) => {
    const own = sdAt(news.z[k]!);
    const c = Float64Array.from(
      rows,
      (i) => own * sdAt(z[i]!) * whole.correlation(at(name), at(data.species[i]!)),
    );
    const solved = choleskySolve(L, n, c);
    expect(Math.abs(got.estimate[k]! - b0 - b1 * news.x[k]! - dot(solved, residuals))).toBeLessThan(1e-9);
    const a = [
      1 - solved.reduce((sum, s) => sum + s, 0),
      news.x[k]! - dot(solved, Float64Array.from(data.x)),
    ];
    let variance = own ** 2 - dot(c, solved);
    for (const i of [0, 1])
      for (const j of [0, 1]) variance += a[i]! * a[j]! * fit.vcov[i * fit.coefficients.length + j]!;
    expect(Math.abs(got.stdError[k]! - Math.sqrt(variance))).toBeLessThan(1e-9);
  });

  const { z: _, ...without } = news;
  expect(() => predict(fit, without, { dpar: "mu", groups: "known" })).toThrow("'z'");
  const known = { species: ["c"], x: [2] };
  expect(predict(fit, known, { dpar: "mu", groups: "known" }).estimate[0]).toBe(got.estimate[2]);
});
