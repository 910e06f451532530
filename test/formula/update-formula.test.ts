import { describe, expect, it } from "vitest";
import { drmFormula } from "../../src/formula/formula";
import { updateFormulas } from "../../src/formula/update-formula";

/** The moderators as the formulas have them, `.` being the columns u and w. */
function change(formulas: string[], ...changes: string[]): string[] {
  const old = drmFormula(...formulas);
  return updateFormulas(old, changes, (key) => {
    const dpar = old.dpars.find((one) => one.key === key)!;
    const termLabels = dpar.dot === null ? dpar.terms.map(({ label }) => label) : ["u", "w"];
    return { intercept: dpar.intercept, termLabels };
  });
}

describe("updateFormulas()", () => {
  const one = ["yi ~ a + b + meta_V(V = vi)", "sigma ~ a"];

  // the right-hand sides are those of R's update.formula()
  it.for([
    ["~ . + x", "yi ~ a + b + x + meta_V(V = vi)"],
    [". ~ . + x", "yi ~ a + b + x + meta_V(V = vi)"],
    ["yi ~ . - a", "yi ~ b + meta_V(V = vi)"],
    ["log(yi) ~ .", "log(yi) ~ a + b + meta_V(V = vi)"],
    ["~ . * x", "yi ~ a + b + x + a:x + b:x + meta_V(V = vi)"],
    ["~ (.)^2", "yi ~ a + b + a:b + meta_V(V = vi)"],
    ["~ . - 1", "yi ~ 0 + a + b + meta_V(V = vi)"],
    ["~ 0 + .", "yi ~ 0 + a + b + meta_V(V = vi)"],
    ["~ . - a - b", "yi ~ 1 + meta_V(V = vi)"],
    ["~ . + poly(x, 2) + I(x^2)", "yi ~ a + b + poly(x, 2) + I(x^2) + meta_V(V = vi)"],
    ["~ . + (1 | lab/team)", "yi ~ a + b + (1 | lab) + (1 | lab:team) + meta_V(V = vi)"],
    ["~ . + offset(o)", "yi ~ a + b + offset(o) + meta_V(V = vi)"],
    ["~ . + meta_V(V = V)", "yi ~ a + b + meta_V(V = V)"],
    ["~ . - meta_V(V = vi)", "yi ~ a + b"],
    ["~ 1 + meta_V(V = vi)", "yi ~ 1 + meta_V(V = vi)"],
    ["~ x", "yi ~ x"],
  ] as const)("%s", ([changed, wanted]) => {
    expect(change(one, changed)).toEqual([wanted, "sigma ~ a"]);
  });

  it("changes other parameters, and several at once", () => {
    expect(change(one, "sigma ~ . + x")).toEqual([one[0], "sigma ~ a + x"]);
    expect(change(one, "sigma ~ 1", "~ . - b")).toEqual(["yi ~ a + meta_V(V = vi)", "sigma ~ 1"]);
    expect(change(["yi ~ 1 + meta_V(V = vi)"], "sigma ~ . + x")).toEqual([
      "yi ~ 1 + meta_V(V = vi)",
      "sigma ~ x",
    ]);
    expect(change(["yi ~ 0 + a"], "~ . + x")).toEqual(["yi ~ 0 + a + x"]);
  });

  it("keeps formulas that do not change as they were written", () => {
    expect(change(["yi~a*b+meta_V(V=vi)"])).toEqual(["yi~a*b+meta_V(V=vi)"]);
    // but for the columns that a `.` stood for
    expect(change(["yi ~ . + meta_V(V = vi)"], "sigma ~ x")).toEqual([
      "yi ~ u + w + meta_V(V = vi)",
      "sigma ~ x",
    ]);
  });

  it("takes random intercepts and their SDs away", () => {
    const nested = ["yi ~ x + (1 | lab/team) + meta_V(V = vi)", "sd(lab) ~ z", "sd(lab:team) ~ z"];
    expect(change(nested, "~ . - (1 | lab:team)")).toEqual([
      "yi ~ x + (1 | lab) + meta_V(V = vi)",
      "sd(lab) ~ z",
    ]);
    expect(change(nested, "~ . - (1 | lab/team)")).toEqual(["yi ~ x + meta_V(V = vi)"]);
    expect(change(nested, "sd(lab) ~ 1")).toEqual([nested[0], "sd(lab) ~ 1", "sd(lab:team) ~ z"]);
  });

  it("names the outcome of two", () => {
    const two = ["mu1 = y1 ~ a + meta_V(V = V)", "mu2 = y2 ~ a", "rho12 = ~ a"];
    for (const text of ["mu2 ~ . + x", "mu2 = . ~ . + x", "mu2 = ~ . + x", "mu2 = y2 ~ . + x"]) {
      expect(change(two, text)).toEqual([two[0], "mu2 = y2 ~ a + x", two[2]]);
    }
    expect(change(two, "rho12 ~ 1", "sigma1 ~ x")).toEqual([two[0], two[1], "rho12 ~ 1", "sigma1 ~ x"]);
    expect(() => change(two, "~ . + x")).toThrow(
      "which outcome? the model has two: write mu1 ~ ... or mu2 ~ ...",
    );
    expect(() => change(two, "y3 ~ x")).toThrow("the number of outcomes cannot change");
  });

  it("refuses what does not apply", () => {
    expect(() => change(one, "mu2 = y2 ~ x")).toThrow("the model has one outcome, mu");
    expect(() => change(one, "~ . - (1 | lab)")).toThrow(
      "(1 | lab) is not in the formula, so it cannot be taken away",
    );
    expect(() => change(one, "~ . - offset(o)")).toThrow("offset(o) is not in the formula");
    expect(() => change(one, "~ x", "yi ~ x")).toThrow("two changes of mu");
    expect(() => change(one, "tau ~ x")).toThrow("the extra heterogeneity is sigma");
  });
});
