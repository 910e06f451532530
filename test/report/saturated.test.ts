import { describe, expect, it } from "vitest";
import { drm, gaussian } from "../../src/drm";
import { drmFormula } from "../../src/formula/formula";
import { checkDrm } from "../../src/report/checks/check-drm";
import { heterogeneity } from "../../src/report/heterogeneity";
import { r2 } from "../../src/report/r2";
import { report } from "../../src/report/report";
import { summary } from "../../src/report/summary";
import { formatTable } from "../../src/report/table/format-table";
import { varianceShares } from "../../src/report/variance-shares";
import { listFits } from "../cases";
import { caseFit } from "../plot/fits";

const UNDEFINED = { i2: Number.NaN, h2: Number.NaN, typicalVariance: Number.NaN };
const three = { yi: [0, 0.84147, 0.9093], vi: [0.02, 0.033, 0.046], x: ["g0", "g1", "g2"] };

/** Group a is one row, which the mean has a coefficient for. */
const groups = {
  yi: [0.2, 0.5, 1.4, -0.3, 0.9, 0.1, 1.2],
  vi: [0.01, 0.09, 0.05, 0.03, 0.06, 0.02, 0.07],
  g: [..."abbbbcc"],
  study: ["s1", "s2", "s2", "s3", "s3", "s4", "s4"],
};

describe("groups that leave no residual degrees of freedom", () => {
  it("have no typical variance, I^2 and H^2; others have theirs", () => {
    const fit = drm("yi ~ g + meta_V(V = vi)", { data: groups });
    const found = heterogeneity(fit, { by: "g" });
    const [a, b, c] = found.groups;
    expect(a).toMatchObject(UNDEFINED);
    expect(a!.tau2).toBe(b!.tau2);
    // in a group of its own mean: (n - 1) / (sum w - sum w^2 / sum w)
    for (const [group, own] of [
      [b!, [0.09, 0.05, 0.03, 0.06]],
      [c!, [0.02, 0.07]],
    ] as const) {
      const w = own.map((v) => 1 / v);
      const total = w.reduce((sum, one) => sum + one, 0);
      const s2 = (own.length - 1) / (total - w.reduce((sum, one) => sum + one * one, 0) / total);
      expect(group.typicalVariance).toBeCloseTo(s2, 12);
      expect(group.i2).toBeCloseTo((100 * group.tau2) / (group.tau2 + s2), 10);
    }
    expect(String(found)).toMatch(/^a +1 +\S+ +\S+ +- +-$/m);
    expect(String(found)).toContain("-: the mean has as many coefficients there as effect sizes");
    const shares = varianceShares(fit, { by: "g" });
    expect(shares.groups[0]!.parts.map(({ percent }) => percent)).toEqual([Number.NaN, Number.NaN]);
    expect(formatTable(shares, { format: "csv" })).not.toMatch(/NaN|Infinity/);
  });

  it("also with random intercepts, covariances, weights and two outcomes", () => {
    const block = "meta_V(V = meta_vcov_cluster(vi, study, rho = 0.4))";
    const weights = groups.yi.map((_, i) => 1 + (i % 2));
    for (const fit of [
      drm("yi ~ g + (1 | study) + meta_V(V = vi)", { data: groups }),
      drm(`yi ~ 0 + g + ${block}`, { data: groups }),
      drm("yi ~ g + meta_V(V = vi)", { data: groups, weights }),
    ]) {
      const found = heterogeneity(fit, { by: "g" }).groups;
      expect(found.map(({ i2 }) => Number.isNaN(i2))).toEqual([true, false, false]);
      for (const { i2 } of found.slice(1)) expect(i2 >= 0 && i2 <= 100).toBe(true);
    }
    const both = drm(
      drmFormula("mu1 = yi ~ 1 + meta_V(V = meta_vcov_bivariate(vi, v2, cor12 = 0.2))", "mu2 = y2 ~ x2"),
      {
        family: [gaussian(), gaussian()],
        data: {
          ...groups,
          y2: [0.1, 0.4, null, null, null, null, null],
          v2: groups.vi,
          x2: [1, 2, 3, 1, 2, 3, 1],
        },
        fixed: { sigma1: 0.2, sigma2: 0.1 },
      },
    );
    expect(heterogeneity(both).groups.map(({ i2 }) => Number.isNaN(i2))).toEqual([false, true]);
    expect(checkDrm(both).find(({ check }) => check === "residual_df")).toMatchObject({
      status: "warning",
      value: "mu2: 0 (2 effect sizes, 2 coefficients)",
    });
  });
});

describe("a saturated fit", () => {
  it.each([[{ sigma: 0.3 }], [{ sigma: 0 }], [{}]])("has no I^2 and H^2: %j", (fixed) => {
    const fit = drm("yi ~ x + meta_V(V = vi)", { data: three, fixed: fixed as Record<string, number> });
    expect(heterogeneity(fit).groups[0]).toMatchObject({ i2: Number.NaN, h2: Number.NaN });
    expect(String(summary(fit))).not.toMatch(/I\^2|H\^2|NaN|E?\(df = 0\)/);
    expect(report(fit)).not.toMatch(/NaN|I\^2 is/);
    expect(report(fit)).toContain(
      "Check residual_df: The mean has as many coefficients as there are effect sizes, and fits them exactly",
    );
    if (!("sigma" in fixed)) {
      expect(r2(fit).variances[0]!.r2).toBeNaN();
      expect(r2(fit).notes[0]).toMatch(/^mu has as many coefficients as effect sizes/);
    }
  });

  it("also where V is singular, and the mean of the known variances stands in", () => {
    const data = { ...three, vi: [0, 0.033, 0.046] };
    const fit = drm("yi ~ x + meta_V(V = vi)", { data, fixed: { sigma: 0.3 } });
    expect(heterogeneity(fit)).toMatchObject({ sampling: "mean", groups: [UNDEFINED] });
  });
});

describe("the check residual_df", () => {
  const y = [0.1, 0.5, 0.2, 0.9, 0.4, 0.7, 0.3, 0.6, 0.8, 0.15];
  const check = (mean: string, n: number) => {
    const data = {
      y: y.slice(0, n),
      v: y.slice(0, n).map((_, i) => 0.02 + 0.01 * (i % 3)),
      x: [1, 3, 2, 5, 4, 7, 6, 9, 8, 10].slice(0, n),
      z: [2, 1, 1, 2, 3, 1, 2, 3, 1, 2].slice(0, n),
      f: [..."abcdefghij"].slice(0, n).map((level, i) => (i > 7 ? "a" : level)),
    };
    const fit = drm(`y ~ ${mean} + meta_V(V = v)`, { data, fixed: { sigma: 0.1 } });
    return checkDrm(fit).find((row) => row.check === "residual_df");
  };

  it.each([
    ["x", 2, "warning", "mu: 0 (2 effect sizes, 2 coefficients)"],
    ["1", 1, "warning", "mu: 0 (1 effect size, 1 coefficient)"],
    ["x", 3, "note", "mu: 1 (3 effect sizes, 2 coefficients)"],
    ["x", 4, "note", "mu: 2 (4 effect sizes, 2 coefficients)"],
    ["1", 2, "note", "mu: 1 (2 effect sizes, 1 coefficient)"],
    ["f", 10, "note", "mu: 2 (10 effect sizes, 8 coefficients)"],
  ])("%s with %i rows: %s", (mean, n, status, value) => {
    expect(check(mean, n)).toMatchObject({ status, value });
  });

  it.each([
    ["1", 3],
    ["x", 5],
    ["x + z", 6],
    ["x", 10],
  ] as const)("is silent: %s with %i rows", (mean, n) => {
    expect(check(mean, n)).toBeUndefined();
  });

  it("is silent in every reference case", () => {
    const flagged = listFits().filter((id) =>
      checkDrm(caseFit(id).fit).some(({ check: name }) => name === "residual_df"),
    );
    expect(flagged).toEqual([]);
  });
});
