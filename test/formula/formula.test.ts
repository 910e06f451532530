import { describe, expect, it } from "vitest";
import { drmFormula } from "../../src/formula/formula";

const keys = (...texts: string[]) => drmFormula(...texts).dpars.map((dpar) => dpar.key);

describe("drmFormula", () => {
  it("adds what was not written", () => {
    const { family, dpars } = drmFormula("yi ~ habitat + meta_V(V = vi)");
    expect(family).toBe("gaussian");
    expect(dpars.map(({ key, implied, text }) => [key, implied, text])).toEqual([
      ["mu", false, "yi ~ habitat + meta_V(V = vi)"],
      ["sigma", true, "sigma ~ 1"],
    ]);
    expect(dpars[0]).toMatchObject({
      kind: "location",
      outcome: 1,
      group: null,
      variables: ["yi", "habitat"],
    });
  });

  it("takes formulas in any order and form", () => {
    const expected = ["mu", "sigma", "sd(study)"];
    expect(keys("sd(study) ~ x", "sigma = ~ x", "yi ~ x + (1 | study)")).toEqual(expected);
    expect(keys("mu = log(y) ~ x + (1 | study)", "sigma ~ x")).toEqual(expected);
  });

  it("gives every random intercept its sd, in order", () => {
    expect(keys("yi ~ 1 + (1 | district/school)")).toEqual([
      "mu",
      "sigma",
      "sd(district)",
      "sd(district:school)",
    ]);
    expect(keys("yi ~ (1|a) + (1|b)", "sd(b) ~ x")).toEqual(["mu", "sigma", "sd(a)", "sd(b)"]);
    const { dpars } = drmFormula("yi ~ (1 | a:b)", "sd(b:a) ~ x");
    expect(dpars[2]).toMatchObject({
      key: "sd(a:b)",
      group: "a:b",
      groupColumns: ["a", "b"],
      implied: false,
    });
  });

  it("recognizes bivariate models", () => {
    const formula = drmFormula(
      "rho12 = ~ x",
      "mu2 = y2 ~ 1",
      "mu1 = y1 ~ x + meta_V(V = V) + (1 | g)",
      "sigma2 ~ x",
    );
    expect(formula.family).toBe("biv_gaussian");
    expect(formula.dpars.map(({ key, outcome }) => [key, outcome])).toEqual([
      ["mu1", 1],
      ["mu2", 2],
      ["sigma1", 1],
      ["sigma2", 2],
      ["sd1(g)", 1],
      ["rho12", null],
    ]);
  });

  it("keeps what V is built from", () => {
    const [mu1] = drmFormula(
      "mu1 = y1 ~ 1 + meta_known_V(V = meta_vcov_bivariate(v1, v2, cor12 = r))",
      "mu2 = y2 ~ 1",
    ).dpars;
    expect(mu1?.knownV?.fn).toBe("meta_known_V");
    expect(mu1?.knownV?.argument).toMatchObject({
      fn: "meta_vcov_bivariate",
      args: [{ name: null }, { name: null }, { name: "cor12", value: { name: "r" } }],
    });
  });

  it("is frozen plain data, cached by text", () => {
    const formula = drmFormula("yi ~ x * z + (1 | g)");
    expect(JSON.parse(JSON.stringify(formula))).toEqual(formula);
    expect(structuredClone(formula)).toEqual(formula);
    expect(Object.isFrozen(formula.dpars[0]?.terms[0])).toBe(true);
    expect(drmFormula("yi ~ x * z + (1 | g)")).toBe(formula);
    for (let i = 0; i < 300; i++) drmFormula(`yi ~ x${i}`);
    expect(drmFormula("yi ~ x * z + (1 | g)")).toEqual(formula);
  });
});
