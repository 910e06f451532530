import { describe, expect, it } from "vitest";
import { type DrmOptions, drm, gaussian } from "../../src/drm";
import { drmFormula } from "../../src/formula/formula";
import { heterogeneity } from "../../src/report/heterogeneity";
import { r2 } from "../../src/report/r2";
import { listCases, loadCase } from "../cases";
import { jobOf, type MaCase } from "../fit/ma-case";

const caseFit = (id: string, change = (formulas: readonly string[]) => formulas) => {
  const { formulas, options } = jobOf(loadCase<MaCase>(id), "ML");
  return drm(drmFormula(...change(formulas)), options);
};
const { data, factors } = loadCase("drm-a-restoration");
const options = { data, factors } as unknown as DrmOptions;

describe("r2", () => {
  it("is metafor's: rma(yi, vi, mods = ~ habitat + duration, method = 'ML')$R2", () => {
    const fit = drm("yi ~ habitat + duration + meta_V(V = vi)", options);
    const [explained, ...others] = r2(fit).variances;
    expect(others).toEqual([]);
    expect(explained).toMatchObject({ outcome: "mu", source: "sigma" });
    expect(explained!.full).toBeCloseTo(0.07783284161266894, 6);
    expect(explained!.r2).toBeCloseTo(22.27145125516279, 3);
  });

  it("splits by level: rma.mv(yi, vi, random = ~ 1 | district/school), mods = ~ I(year - 1990)", () => {
    const full = caseFit("v15-multilevel-konstantopoulos", (formulas) =>
      formulas.map((text, i) => (i === 0 ? text.replace(/~ *1/, "~ I(year - 1990)") : text)),
    );
    const { variances } = r2(full);
    expect(variances.map(({ source }) => source)).toEqual(["total", "sigma", "sd(district)"]);
    // R 4.2.2, metafor 3.8-1, whose search stops at about 1e-6
    const [total, school, district] = variances;
    expect(district!.reduced).toBeCloseTo(0.0577383588584795, 5);
    expect(district!.full).toBeCloseTo(0.0564628521039213, 5);
    expect(district!.r2).toBeCloseTo(2.209115014, 2);
    // more in the full model: -0.23 percent, reported as 0
    expect(school!.full).toBeGreaterThan(school!.reduced);
    expect(school!.r2).toBe(0);
    expect(total!.r2).toBeCloseTo(1.325855249, 2);
  });

  it("makes the same reduced fit as one would by hand, whatever the V, the weights and the offset", () => {
    for (const id of listCases("drm").filter((one) => !/bivariate|intercept-only/.test(one))) {
      const given = loadCase(id);
      const { data, factors, weights, matrices, method } = given;
      const all = { data, factors: factors ?? undefined, weights, matrices, method } as unknown as DrmOptions;
      const fit = drm(drmFormula(...given.formulas), all);
      if (fit.designs.mu!.termLabels.length === 0) continue;
      const location = given.formulas[0]!;
      const kept = location
        .split("~")[1]!
        .match(/meta_V\([^()]*(\([^()]*\))?[^()]*\)|\([^()]*\|[^()]*\)|offset\([^()]*\)/g)!;
      const byHand = drm(drmFormula(`yi ~ 1 + ${kept.join(" + ")}`, ...given.formulas.slice(1)), all);
      if (byHand.nobs !== fit.nobs) continue;
      expect(r2(fit).variances, id).toEqual(r2(fit, byHand).variances);
    }
  });

  it("keeps the rows of a fit that dropped some, and gives a mean without intercept one", () => {
    const fit = caseFit("v14-missing-rows-bangertdrowns");
    expect(fit.dropped.count).toBeGreaterThan(0);
    const { tau2 } = heterogeneity(fit).groups[0]!;
    expect(r2(fit).variances[0]!.full).toBeCloseTo(tau2, 12);
    expect(r2(fit).variances[0]!.reduced).toBeGreaterThan(0);
    const levels = drm("yi ~ 0 + habitat + meta_V(V = vi)", options);
    const contrasts = drm("yi ~ habitat + meta_V(V = vi)", options);
    expect(r2(levels).variances[0]!.r2).toBeCloseTo(r2(contrasts).variances[0]!.r2, 4);
  });

  it("averages squares over the rows where sigma has moderators, and agrees with heterogeneity()", () => {
    const fit = drm(drmFormula("yi ~ habitat + duration + meta_V(V = vi)", "sigma ~ habitat"), options);
    const reduced = drm(drmFormula("yi ~ 1 + meta_V(V = vi)", "sigma ~ habitat"), options);
    const { variances, notes } = r2(fit);
    expect(variances[0]!.r2).toBeCloseTo(heterogeneity(fit, { reduced }).groups[0]!.r2!, 10);
    expect(notes).toEqual(["sigma with moderators: squares averaged over the rows"]);
    expect(String(r2(fit))).toMatch(/^source +tau2_reduced +tau2 +R2\nsigma /);
  });

  it("is of each outcome", () => {
    const { formulas, options: own } = jobOf(loadCase<MaCase>("v24-bivariate-metareg-berkey"), "ML");
    const fit = drm(drmFormula(...formulas), { ...own, family: [gaussian(), gaussian()] });
    const { variances } = r2(fit);
    expect(variances.map(({ outcome, source }) => [outcome, source])).toEqual([
      ["mu1", "sigma1"],
      ["mu2", "sigma2"],
    ]);
    for (const { r2: percent, full, reduced } of variances) {
      expect(percent).toBeCloseTo(Math.max(0, 100 * (1 - full / reduced)), 10);
    }
  });

  it("does not exist without heterogeneity in the reduced model", () => {
    const alike = { yi: [0.2, 0.23, 0.21, 0.19, 0.2], vi: [0.1, 0.12, 0.09, 0.1, 0.1], x: [1, 2, 3, 4, 6] };
    expect(r2(drm("yi ~ x + meta_V(V = vi)", { data: alike })).variances[0]).toMatchObject({
      full: 0,
      r2: Number.NaN,
    });
  });

  it("refuses what has no R2", () => {
    const fit = drm("yi ~ habitat + meta_V(V = vi)", options);
    expect(() => r2(drm("yi ~ 1 + meta_V(V = vi)", options))).toThrow("mu has no moderators");
    expect(() => r2(fit, drm("yi ~ duration + meta_V(V = vi)", options))).toThrow("not a special case");
    expect(() => r2(fit, drm("yi ~ 1 + meta_V(V = vi)", { ...options, method: "REML" }))).toThrow(
      "methods differ",
    );
    expect(() => r2(drm("yi ~ habitat + meta_V(V = vi)", { ...options, fixed: { sigma: 0 } }))).toThrow(
      "sigma is held at a value",
    );
  });
});
