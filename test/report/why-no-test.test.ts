import { describe, expect, it } from "vitest";
import { type DrmOptions, drm } from "../../src/drm";
import { marginalMeans } from "../../src/effects/marginal-means";
import { robust } from "../../src/inference/robust/robust";
import { anova } from "../../src/report/anova";
import { heterogeneity } from "../../src/report/heterogeneity";
import { summary } from "../../src/report/summary";
import { update } from "../../src/update/update";

const data = {
  yi: [0.1, 0.9, 0.2, 1.4, -0.3, 0.8, 1.1, -0.2],
  vi: [0.02, 0.03, 0.04, 0.02, 0.03, 0.02, 0.05, 0.02],
  v0: [0.02, 0, 0.04, 0.02, 0.03, 0.02, 0.05, 0.02],
  d: ["a", "a", "b", "b", "c", "c", "d", "d"],
  g: ["p", "q", "q", "q", "q", "q", "q", "q"],
  y2: [0.1, 0.2, 0.9, 0.8, -1.3, -1.1, 0.5, 0.7],
};
const text = (formula: string, options: Partial<DrmOptions> = {}) =>
  String(summary(drm(formula, { data, ...options })));
const WHY = "Log-SD intercepts have no z or p: 0 there is an SD of 1";
const SIGMA = "anova(update(fit, { fixed: { sigma: 0 } }), fit)";
const CERTAIN = "as V leaves a row (or a combination of rows) without sampling error";

describe("tests of heterogeneity where there is no Q", () => {
  it("a row of variance 0 leaves none", () => {
    const fit = drm("yi ~ 1 + meta_V(V = v0)", { data });
    expect(String(summary(fit))).toContain(`${WHY}. Heterogeneity has no test, ${CERTAIN}\n`);
    expect(() => update(fit, { fixed: { sigma: 0 } })).toThrow("leaves no randomness");
    const weighted = text("yi ~ 1 + meta_V(V = v0)", { weights: new Array(8).fill(2) });
    expect(weighted).toContain(`${WHY}. Heterogeneity has no test, ${CERTAIN}\n`);
  });

  it("and random intercepts keep theirs", () => {
    const fit = drm("y2 ~ 1 + (1 | d) + meta_V(V = v0)", { data });
    expect(String(summary(fit))).toContain(`${WHY}. Test of sd(d): anova() with the fit without it\n`);
    expect(anova(drm("y2 ~ 1 + meta_V(V = v0)", { data }), fit).boundary).toEqual(["sd(d)"]);
  });

  it("without meta_V() only the random intercepts can be tested", () => {
    const fit = drm("y2 ~ 1 + (1 | d)", { data });
    expect(String(summary(fit))).toContain(
      `${WHY}. Test of sd(d): anova() with the fit without it. Sigma has none, as it holds the sampling errors\n`,
    );
    expect(anova(drm("y2 ~ 1", { data }), fit).pValue).toBeGreaterThan(0);
    expect(text("y2 ~ 1")).toContain(`${WHY}\n`);
  });

  it("likelihood weights leave both", () => {
    const weights = new Array(8).fill(2);
    expect(text("yi ~ 1 + meta_V(V = vi)", { weights })).toContain(
      `${WHY}. Test of heterogeneity: ${SIGMA}\n`,
    );
    const held = text("y2 ~ 1 + (1 | d) + meta_V(V = vi)", { weights, fixed: { sigma: 0 } });
    expect(held).toContain(`${WHY}. Test of sd(d): anova() with the fit without it\n`);
  });
});

describe("lines of numbers that do not exist are left out", () => {
  it.each([
    ["one effect size", "yi ~ 1 + meta_V(V = vi)", 1],
    ["a saturated mean", "yi ~ g + meta_V(V = vi)", 2],
  ])("%s", (_, formula, k) => {
    const first = Object.fromEntries(Object.entries(data).map(([name, cells]) => [name, cells.slice(0, k)]));
    const fit = drm(formula, { data: first as typeof data });
    const seen = String(summary(fit));
    expect(seen).toMatch(
      /\ntau\^2: 0\.000 \(tau: 0\.000\)\n95 % limits.*: tau\^2 0 to [\d.]+, tau 0 to [\d.]+\n/,
    );
    expect(seen).not.toMatch(/I\^2|H\^2|Q\(df|QE\(df/);
    expect(String(heterogeneity(fit))).not.toContain("Q(0)");
  });
});

it("moderators that rest on one cluster have no joint test, and the line says so", () => {
  const fit = robust(drm("yi ~ 0 + g + meta_V(V = vi)", { data }), {
    cluster: "d",
    data: { ...data, d: [..."abcdefgh"] },
  });
  expect(String(summary(fit))).toContain("\nModerators of mu: no test, mu:gp rests on one cluster\n");
  const exact = drm("e ~ g + meta_V(V = vi)", {
    data: { ...data, e: data.g.map((g) => (g === "p" ? 0.4 : 0.7)) },
  });
  expect(String(summary(exact, { test: "knha" }))).toContain(
    "\nModerators of mu: no test, the Knapp-Hartung factor is 0\n",
  );
});

it("marginal means say whose limits they are", () => {
  const fit = drm("yi ~ g + meta_V(V = vi)", { data });
  const note = (test: "t" | "knha" | "adhoc", dpar = "mu") =>
    String(marginalMeans(fit, { by: dpar === "mu" ? "g" : [], test, dpar }));
  expect(note("t")).toContain("\nlimits: t with 6 df");
  expect(note("knha")).toContain("\nlimits: Knapp-Hartung, t with 6 df");
  expect(note("adhoc")).toContain("\nlimits: Knapp-Hartung, never shrinking, t with 6 df");
  expect(note("knha", "sigma")).not.toContain("Knapp");
});
