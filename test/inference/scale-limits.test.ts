import { describe, expect, it } from "vitest";
import {
  drm,
  type Fit,
  heterogeneity,
  marginalMeans,
  report,
  scaleIntervals,
  summary,
} from "../../src/index";
import { coefficientTable } from "../../src/inference/coefficient-table";
import { scaleMethod } from "../../src/inference/scale-limits";
import { profileSeconds } from "../../src/opened/profile-cost";

/** Rows of one dense cluster, or of clusters of `size`. */
function clustered(rows: number, size: number): Fit {
  const at = (i: number) => ({
    yi: 0.2 + 0.4 * Math.sin(7 * i),
    vi: 0.02 + 0.01 * (i % 5),
    study: `s${Math.floor(i / size)}`,
  });
  return drm("yi ~ 1 + meta_V(V = meta_vcov_cluster(vi, study, rho = 0.3))", {
    data: Array.from({ length: rows }, (_, i) => at(i)),
  });
}

describe("profile or Wald", () => {
  const large = clustered(900, 900);

  it("is decided by the work, which is counted and not timed", () => {
    expect(scaleMethod(clustered(60, 5))).toBe("profile");
    expect(scaleMethod(large)).toBe("wald");
    expect(profileSeconds(large)).toBe(profileSeconds(clustered(900, 900)));
    // the cube of a cluster, and rows that share nothing once each
    expect(profileSeconds(large) / profileSeconds(clustered(600, 600))).toBeGreaterThan(3);
    const alone = (rows: number) =>
      drm("yi ~ 1 + meta_V(V = vi)", {
        data: Array.from({ length: rows }, (_, i) => ({ yi: Math.sin(i), vi: 0.1 + 0.01 * (i % 3) })),
      });
    expect(profileSeconds(alone(2000)) / profileSeconds(alone(1000))).toBeCloseTo(2, 10);
    expect(scaleMethod(alone(20_000))).toBe("profile");
  });

  it("Wald limits are named so, and are z limits of the log SD everywhere", () => {
    const { lower, upper } = coefficientTable(large).at(-1)!;
    const sd = [Math.exp(lower), Math.exp(upper)];
    const text = report(large, { test: "t" });
    const shown = sd.map((limit) => limit.toFixed(3)).join(" to ");
    expect(text).toContain(`(95% CI ${shown}, Wald)`);
    const fit = summary(large, { test: "t" });
    expect(fit.scaleConfint).toBe("wald");
    expect([fit.parameters[0]!.lower, fit.parameters[0]!.upper]).toEqual(sd);
    expect(String(fit)).toContain("\n95 % limits by Wald's method, transformed: sigma ");
    const means = marginalMeans(large, { dpar: "sigma", test: "t" });
    expect([means.means[0]!.lower, means.means[0]!.upper]).toEqual(sd);
    expect(String(means)).toContain("\nlimits: Wald on the link scale, transformed");
    expect(scaleIntervals(large).method).toBe("wald");
    const { confint, groups } = heterogeneity(large);
    expect(confint).toBe("wald");
    expect(groups[0]!.tauUpper).toBeCloseTo(sd[1]!, 12);
    // asked for, they are profiled all the same
    expect(scaleIntervals(large, { method: "profile" }).intervals[0]!.status).toBe("ok");
  });

  it("is Wald for a fit that did not converge, which has no profile", () => {
    const fit = clustered(20, 5);
    const failed: Fit = { ...fit, optim: { ...fit.optim, code: 1, message: "stopped" } };
    expect(scaleMethod(failed)).toBe("wald");
    expect(() => summary(failed)).not.toThrow();
    expect(() => heterogeneity(failed, { confint: "profile" })).toThrow("need a fit that converged");
  });
});

describe("heterogeneity()", () => {
  const data = Array.from({ length: 30 }, (_, i) => ({
    yi: 0.3 + 0.5 * Math.sin(5 * i) + 0.3 * Math.cos(2 * Math.floor(i / 3)),
    vi: 0.03 + 0.01 * (i % 3),
    study: `s${Math.floor(i / 3)}`,
  }));

  it("has limits of one SD, whichever it is, and none of a sum of variances", () => {
    const both = drm("yi ~ 1 + (1 | study) + meta_V(V = vi)", { data });
    expect(heterogeneity(both).groups[0]!).toMatchObject({ tau2Lower: Number.NaN, i2Upper: Number.NaN });
    expect(String(heterogeneity(both))).not.toContain("Limits");
    const between = drm("yi ~ 1 + (1 | study) + meta_V(V = vi)", { data, fixed: { sigma: 0 } });
    const [sd] = scaleIntervals(between, { dpar: "sd(study)" }).intervals;
    const [group] = heterogeneity(between).groups;
    expect([group!.tauLower, group!.tauUpper]).toEqual([
      expect.closeTo(sd!.lower, 12),
      expect.closeTo(sd!.upper, 12),
    ]);
    // a variance that is held is in the sum
    const held = drm("yi ~ 1 + (1 | study) + meta_V(V = vi)", { data, fixed: { sigma: 0.2 } });
    const [own] = scaleIntervals(held, { dpar: "sd(study)" }).intervals;
    expect(heterogeneity(held).groups[0]!.tau2Upper).toBeCloseTo(0.04 + own!.upper ** 2, 12);
  });

  it("has none of a sigma that is held, whose I2 is of Q", () => {
    const common = heterogeneity(drm("yi ~ 1 + meta_V(V = vi)", { data, fixed: { sigma: 0 } }));
    expect(common.basis).toBe("Q");
    expect(common.groups[0]!.i2Lower).toBeNaN();
  });

  it("follows the level", () => {
    const fit = drm("yi ~ 1 + meta_V(V = vi)", { data });
    const [wide] = heterogeneity(fit, { level: 0.99 }).groups;
    const [narrow] = heterogeneity(fit, { level: 0.8 }).groups;
    expect(wide!.i2Lower).toBeLessThan(narrow!.i2Lower);
    expect(wide!.h2Upper).toBeGreaterThan(narrow!.h2Upper);
    expect(String(heterogeneity(fit, { level: 0.8 }))).toMatch(/ 10 % +90 %\n/);
    expect(() => heterogeneity(fit, { level: 95 })).toThrow("level 95");
  });
});
