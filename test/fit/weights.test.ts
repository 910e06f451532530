import { describe, expect, it } from "vitest";
import { close, DATA, expectSound, LOG_LIK, MU, refusal } from "./edge-expectations";
import { coefficient, estimate, fitTo } from "./simulated";

describe("weights", () => {
  it("of zero for all rows but one", () => {
    const fit = fitTo(DATA, [MU], { weights: DATA.yi.map((_, i) => (i === 0 ? 1 : 0)) });
    expectSound(fit);
    close(estimate(fit, "mu"), DATA.yi[0]!);
    close(coefficient(fit, "mu").stdError, Math.sqrt(DATA.vi[0]!));
    expect(fit.nobs).toBe(36);
  });

  it.each([1e6, 1e-6])("of %d for every row: the same estimates", (weight) => {
    const fit = fitTo(DATA, [MU, "sigma ~ x"]);
    const other = fitTo(DATA, [MU, "sigma ~ x"], { weights: DATA.yi.map(() => weight) });
    expectSound(other);
    close(other.logLik / weight, fit.logLik, LOG_LIK);
    close(estimate(other, "sigma", "x"), estimate(fit, "sigma", "x"));
    close(coefficient(other, "mu").stdError * Math.sqrt(weight), coefficient(fit, "mu").stdError);
  });

  // a coefficient that only rows of weight zero speak of is not estimable: a clear refusal is wanted
  it.each([
    ["mu", ["yi ~ f + meta_V(V = vi)"]],
    ["sigma", [MU, "sigma ~ f"]],
  ])("of zero for a whole level of %s", (dpar, formulas) => {
    const weights = DATA.f.map((level) => (level === "b" ? 0 : 1));
    expect(refusal(() => fitTo(DATA, formulas, { weights }))).toMatch(
      new RegExp(`^(aliased_design|bad_weights): .*${dpar}`),
    );
  });
});
