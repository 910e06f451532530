import { describe, expect, test } from "vitest";

import { allOrders, countOrders } from "../../src/diagnostics/arrangements";
import { drm, drmFormula, permutationTest, robust, waldTest } from "../../src/index";
import { listCases, loadCase } from "../cases";
import { messageOf } from "../message-of";

interface Case {
  readonly data: { readonly columns: Readonly<Record<string, (number | string)[]>> };
  readonly model: { readonly mods: string; readonly method: "DL"; readonly test: "z" | "knha" };
  readonly observed: { readonly zval: Readonly<Record<string, number>>; readonly QM: number };
  readonly exact: {
    readonly iterations: number;
    readonly pval: Readonly<Record<string, number>>;
    readonly QMp: number;
  };
}

const IDS = listCases("next/p").filter((id) => id.includes("permutation"));

test("there are cases", () => expect(IDS.length).toBeGreaterThanOrEqual(3));

test.each(IDS)("%s: exact p-values", (id) => {
  const { data, model, observed, exact } = loadCase<Case>(id);
  const fit = drm(`yi ~ ${model.mods.slice(1)} + meta_V(V = vi)`, {
    data: data.columns,
    method: model.method,
  });
  const found = permutationTest(fit, { test: model.test });
  expect(found.exact).toBe(true);
  expect(found.arrangements).toBe(exact.iterations);
  const names = Object.keys(exact.pval);
  found.terms.forEach(({ statistic, pValue }, j) => {
    expect(statistic).toBeCloseTo(observed.zval[names[j]!]!, 9);
    expect(Math.abs(pValue - exact.pval[names[j]!]!)).toBeLessThan(1e-12);
  });
  expect(found.QM.statistic).toBeCloseTo(observed.QM, 8);
  expect(Math.abs(found.QM.pValue - exact.QMp)).toBeLessThan(1e-12);
});

test("orders: all, each once, as many as counted", () => {
  for (const codes of [
    [0, 0, 1, 1, 2],
    [3, 1, 2, 0],
    [1, 1, 1],
  ]) {
    const seen: string[] = [];
    for (const order of allOrders(codes)) seen.push(String(order));
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBe(countOrders(codes));
  }
});

const data = {
  yi: [0.5, -0.2, 0.9, 0.4, 0.1, 1.2, -0.4, 0.7],
  vi: [0.1, 0.2, 0.1, 0.3, 0.2, 0.1, 0.2, 0.1],
  x: [1, 2, 3, 4, 5, 6, 7, 8],
  g: ["a", "a", "b", "b", "c", "c", "d", "d"],
  z: [1, 1, 2, 2, 3, 3, 5, 5],
};

describe("random samples", () => {
  const fit = drm("yi ~ x + meta_V(V = vi)", { data, method: "REML" });
  test("are seeded, hold the data's own arrangement and come near the exact p", () => {
    const own = { exact: false, iterations: 2000, seed: 5 };
    const once = permutationTest(fit, own);
    expect(String(permutationTest(fit, own))).toBe(String(once));
    expect(permutationTest(fit, { ...own, seed: 6 }).terms).not.toEqual(once.terms);
    const all = permutationTest(fit, { exact: true });
    expect(all.arrangements).toBe(40_320);
    once.terms.forEach(({ pValue }, j) => {
      expect(pValue).toBeGreaterThanOrEqual(1 / 2000);
      expect(Math.abs(pValue - all.terms[j]!.pValue)).toBeLessThan(0.08);
    });
  });
});

test("moderators of sigma are exchanged in a run of their own", () => {
  const fit = drm(drmFormula("yi ~ 1 + meta_V(V = vi)", "sigma ~ z"), { data, method: "REML" });
  const found = permutationTest(fit, { iterations: 50 });
  expect(found.terms.map(({ dpar, term }) => `${dpar}:${term}`)).toEqual([
    "mu:(Intercept)",
    "sigma:(Intercept)",
    "sigma:z",
  ]);
  for (const { pValue } of found.terms) expect(pValue).toBeGreaterThan(0);
});

test("clusters are exchanged whole, and flipped whole", () => {
  const formula = "yi ~ 1 + (1 | g) + meta_V(V = vi)";
  const flips = permutationTest(drm(formula, { data, method: "REML" }));
  expect([flips.unit, flips.arrangements, flips.what]).toEqual(["cluster", 16, "signs"]);
  const orders = permutationTest(drm("yi ~ z + (1 | g) + meta_V(V = vi)", { data, method: "REML" }));
  expect([orders.unit, orders.arrangements]).toEqual(["cluster", 24]);
  const fit = drm("yi ~ z + (1 | g) + meta_V(V = vi)", { data, method: "REML" });
  expect(orders.QM.statistic).toBeCloseTo(waldTest(fit).statistic, 8);
});

test.each([
  ["differs within one", () => permutationTest(drm("yi ~ x + (1 | g) + meta_V(V = vi)", { data }))],
  ["robust", () => permutationTest(robust(drm("yi ~ x + meta_V(V = vi)", { data }), { cluster: data.g }))],
  [
    "too many",
    () => permutationTest(drm("yi ~ x + meta_V(V = vi)", { data: { ...long() } }), { exact: true }),
  ],
  ["whole number", () => permutationTest(drm("yi ~ x + meta_V(V = vi)", { data }), { iterations: 1.5 })],
  [
    "independent effect sizes",
    () => permutationTest(drm("yi ~ 1 + (1 | g) + meta_V(V = vi)", { data }), { test: "knha" }),
  ],
])("refused: %s", (words, ask) => {
  expect(messageOf(ask)).toContain(words);
});

function long() {
  const n = 20;
  return {
    yi: Array.from({ length: n }, (_, i) => Math.sin(i)),
    vi: Array.from({ length: n }, () => 0.1),
    x: Array.from({ length: n }, (_, i) => i),
  };
}
