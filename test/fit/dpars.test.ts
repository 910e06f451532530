import { describe, expect, it } from "vitest";
import {
  augment,
  type BivariateFit,
  type Dpar,
  drm,
  drmFormula,
  fromJSON,
  residualCovariance,
  rho12,
  simulate,
  toJSON,
} from "../../src/index";

const PAIRS = {
  y1: [0.1, 0.4, -0.2, 0.9, 0.3, 0.7, -0.5, 0.2],
  y2: [0.3, 0.1, 0.2, 0.8, -0.4, 0.6, 0.0, 0.5],
  v1: [0.1, 0.12, 0.08, 0.1, 0.2, 0.1, 0.09, 0.11],
  v2: [0.05, 0.06, 0.1, 0.08, 0.1, 0.07, 0.09, 0.1],
  lab: ["a", "b", "a", "b", "c", "c", "d", "d"],
  team: ["i", "i", "j", "j", "k", "k", "l", "l"],
};
const V = "meta_V(V = meta_vcov_bivariate(v1, v2, cor12 = 0.2))";

const location = (key: string, outcome: 1 | 2): Dpar => {
  return { key, kind: "location", outcome, group: null, link: "identity" };
};
const sigma = (key: string, outcome: 1 | 2): Dpar => {
  return { key, kind: "sigma", outcome, group: null, link: "log" };
};
const sd = (key: string, outcome: 1 | 2, group: string): Dpar => {
  return { key, kind: "sd", outcome, group, link: "log" };
};

describe("dpars of a fit", () => {
  it("of one outcome, nested groups and a grouping with a name of several words", () => {
    const data = { ...PAIRS, "the team": PAIRS.team };
    const fit = drm(drmFormula("y1 ~ 1 + (1 | lab) + (1 | `the team`) + meta_V(V = v1)"), { data });
    expect(fit.dpars).toEqual([
      location("mu", 1),
      sigma("sigma", 1),
      sd("sd(lab)", 1, "lab"),
      sd("sd(`the team`)", 1, "the team"),
    ]);
    expect(fit.dpars.slice(2).map(({ group }) => group)).toEqual(fit.random!.map(({ group }) => group));
  });

  it("of two outcomes, in the order of their coefficients, also reopened", () => {
    const formulas = drmFormula("rho12 ~ 1", `mu1 = y1 ~ 1 + ${V}`, "mu2 = y2 ~ 1 + (1 | lab)");
    const fit = drm(formulas, { data: PAIRS });
    expect(fit.dpars).toEqual([
      location("mu1", 1),
      location("mu2", 2),
      sigma("sigma1", 1),
      sigma("sigma2", 2),
      sd("sd2(lab)", 2, "lab"),
      { key: "rho12", kind: "rho12", outcome: null, group: null, link: "atanh" },
    ]);
    expect(fit.dpars.map(({ key }) => key)).toEqual([...new Set(fit.coefficients.map(({ dpar }) => dpar))]);
    expect(fromJSON(JSON.stringify(toJSON(fit, { full: true }))).dpars).toEqual(fit.dpars);
  });

  it("a held one is among them in its place", () => {
    const fit = drm(drmFormula("y1 ~ 1 + (1 | lab) + meta_V(V = v1)"), {
      data: PAIRS,
      fixed: { sigma: 0.1 },
    });
    expect(fit.dpars.map(({ key }) => key)).toEqual(["mu", "sigma", "sd(lab)"]);
  });
});

describe("two outcomes with a sigma held at 0", () => {
  const formulas = drmFormula(`mu1 = y1 ~ 1 + ${V}`, "mu2 = y2 ~ 1");
  const fit = drm(formulas, { data: PAIRS, fixed: { sigma1: 0 } }) as BivariateFit;

  it("have no residual correlation", () => {
    expect(fit.dpars.map(({ key }) => key)).toEqual(["mu1", "mu2", "sigma1", "sigma2"]);
    expect(() => rho12(fit)).toThrow("with a sigma held at 0 there is no residual correlation");
    expect(augment(fit).map((row) => row[".rho12"])).toEqual(PAIRS.y1.map(() => null));
    expect([...residualCovariance(fit).between.covariance]).toEqual(PAIRS.y1.map(() => 0));
  });

  it("are drawn without one", () => {
    const [first] = simulate(fit, 1, { seed: 3 });
    expect(first!.mu1).toHaveLength(8);
    expect([...first!.mu1, ...first!.mu2].every(Number.isFinite)).toBe(true);
  });
});
