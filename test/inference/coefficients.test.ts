import { describe, expect, it } from "vitest";
import { coef, standardErrors, vcov } from "../../src/inference/coefficients";
import { confint } from "../../src/inference/confint";
import { boundaryFit, restorationFit } from "../fit-literal";

const fit = restorationFit();

describe("coef, standardErrors, vcov", () => {
  it("are keyed by term with a dpar, by dpar:term without", () => {
    expect(Object.keys(coef(fit))).toEqual([
      "mu:(Intercept)",
      "mu:habitatforest",
      "mu:duration",
      "sigma:(Intercept)",
      "sigma:habitatforest",
    ]);
    expect(coef(fit, "sigma").habitatforest).toBeCloseTo(1.0093594916974027, 12);
    expect(standardErrors(fit, "mu").duration).toBeCloseTo(0.0359526980050917, 12);
  });

  it("gives the whole covariance matrix or one dpar's block", () => {
    const all = vcov(fit);
    const sigma = vcov(fit, "sigma");
    expect(sigma.names).toEqual(["sigma:(Intercept)", "sigma:habitatforest"]);
    expect(sigma.matrix[0][1]).toBe(all.matrix[3][4]);
    expect(all.matrix[0][3]).toBe(fit.vcov[3]);
    all.names.forEach((name, i) => {
      expect(Math.sqrt(all.matrix[i][i])).toBeCloseTo(standardErrors(fit)[name], 12);
    });
  });

  it("names the model's dpars when asked for another", () => {
    expect(() => coef(fit, "sigmaa")).toThrow(
      "dpar 'sigmaa' is not in this model, which has mu, sigma; did you mean 'sigma'?",
    );
  });
});

describe("confint", () => {
  it("is estimate -+ z * SE", () => {
    const [row] = confint(fit, { parm: "mu:duration", level: 0.9 });
    expect(row.lower).toBeCloseTo(row.estimate - 1.6448536269514722 * 0.0359526980050917, 12);
    expect(row.upper).toBeCloseTo(row.estimate + 1.6448536269514722 * 0.0359526980050917, 12);
  });

  it("selects dpars and coefficients", () => {
    const rows = confint(fit, { parm: ["sigma", "mu:duration"] });
    expect(rows.map(({ dpar, term }) => `${dpar}:${term}`)).toEqual([
      "mu:duration",
      "sigma:(Intercept)",
      "sigma:habitatforest",
    ]);
  });

  it("has no limits at a boundary", () => {
    const [row] = confint(boundaryFit(), { parm: "sigma:(Intercept)" });
    expect(row).toMatchObject({ estimate: Number.NEGATIVE_INFINITY, lower: Number.NaN, upper: Number.NaN });
  });

  it("refuses what it does not know", () => {
    expect(() => confint(fit, { parm: "mu:durations" })).toThrow("did you mean 'mu:duration'?");
    expect(() => confint(fit, { level: 95 })).toThrow("level 95: a confidence level lies between 0 and 1");
    expect(() => confint(fit, { method: "bootstrap" as "wald" })).toThrow(
      'intervals are "wald" or "profile"',
    );
  });
});
