import { describe, expect, it } from "vitest";
import { checkDrm } from "../../src/report/checks/check-drm";
import { atBoundary, close, DATA, expectSound, MU, SUPREMUM } from "./edge-expectations";
import { randomFrom } from "./random-problem";
import { type Columns, coefficient, estimate, fitTo } from "./simulated";

describe("sigma with a boundary", () => {
  /** Levels a to d; those in `zero` vary less than their sampling errors say. */
  function levels(zero: string): Columns {
    const random = randomFrom(11);
    const f = Array.from({ length: 60 }, (_, i) => "abcd"[i % 4]!);
    const vi = f.map(() => 0.1 + 0.1 * random.uniform());
    const yi = f.map((level, i) => (zero.includes(level) ? 0.3 * Math.sqrt(vi[i]!) : 0.8) * random.normal());
    const x = f.map(() => random.normal());
    return { yi, vi, x, year: x.map((_, i) => 1990 + i), f };
  }

  /** The same likelihood with the vanished levels' sigma held at zero by leaving it out: each level of its own. */
  function separately(data: Columns, zero: string): { logLik: number; sigma: Record<string, number> } {
    const own = fitTo(data, ["yi ~ 1 + meta_V(V = vi)", "sigma ~ 0 + f"]);
    return {
      logLik: own.logLik,
      sigma: Object.fromEntries(
        [..."abcd"].filter((l) => !zero.includes(l)).map((l) => [l, estimate(own, "sigma", `f${l}`)]),
      ),
    };
  }

  it.each(["b", "a", "ab", "bc", "abc", "abcd"])("levels %s: one sigma a level", (zero) => {
    const fit = fitTo(levels(zero), [MU, "sigma ~ 0 + f"]);
    expectSound(fit);
    expect(atBoundary(fit)).toEqual([...zero].map((level) => `sigma:f${level}`));
    expect(Array.from(fit.fitted.sigma!, (sigma) => sigma === 0)).toEqual(
      levels(zero).f.map((l) => zero.includes(l)),
    );
    // nothing to estimate in the vanished levels: the errors of mu are those of a model that knows it
    const total = levels(zero).vi.reduce((sum, v, i) => sum + 1 / (v + fit.fitted.sigma![i]! ** 2), 0);
    const gls = 1 / Math.sqrt(total);
    expect(coefficient(fit, "mu").stdError / gls).toBeGreaterThan(1 - 1e-9);
    expect(coefficient(fit, "mu").stdError / gls).toBeLessThan(1.1);
  });

  it.each(["b", "bc"])("levels %s, the reference level positive", (zero) => {
    const fit = fitTo(levels(zero), [MU, "sigma ~ f"]);
    expectSound(fit);
    expect(atBoundary(fit)).toEqual([...zero].map((level) => `sigma:f${level}`));
    const { logLik, sigma } = separately(levels(zero), zero);
    close(fit.logLik, logLik, SUPREMUM);
    close(estimate(fit, "sigma"), sigma.a!);
    close(estimate(fit, "sigma", "fd"), sigma.d! - sigma.a!);
  });

  it("the reference level zero: every coefficient of sigma runs to infinity", () => {
    const fit = fitTo(levels("a"), [MU, "sigma ~ f"]);
    expectSound(fit);
    close(fit.logLik, separately(levels("a"), "a").logLik, SUPREMUM);
    expect(fit.coefficients.slice(1).map(({ estimate }) => estimate)).toEqual([
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
  });

  // the difference between two levels that are both at zero is not estimated at all: no number, no standard error
  it.each(["ab", "abc", "abcd"])("levels %s, the reference among them", (zero) => {
    for (const formula of ["sigma ~ f", "sigma ~ f + x"]) {
      const fit = fitTo(levels(zero), [MU, formula]);
      expect(fit.optim.code).toBe(0);
      for (const level of zero.slice(1)) {
        const between = coefficient(fit, "sigma", `f${level}`);
        expect([between.estimate, between.stdError, between.atBoundary]).toEqual([
          Number.NaN,
          Number.NaN,
          true,
        ]);
      }
    }
  });

  it("all rows zero, with a continuous moderator: its slope is not estimated", () => {
    const fit = fitTo(levels("abcd"), [MU, "sigma ~ x"]);
    expect(estimate(fit, "sigma")).toBe(Number.NEGATIVE_INFINITY);
    const slope = coefficient(fit, "sigma", "x");
    expect([slope.estimate, slope.stdError, slope.atBoundary]).toEqual([Number.NaN, Number.NaN, true]);
  });

  it.each([1e-3, 1e-4, 1e-5])(
    "a heterogeneity of %d of the sampling variance is not taken for zero, less than none is",
    (tau2) => {
      // effects at +-sqrt(1 + t) with variances of 1: the likelihood's maximum is at sigma^2 = t, or at 0 for t < 0
      const at = (t: number) =>
        Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 1 : -1) * Math.sqrt(1 + t));
      const vi = at(0).map(() => 1);
      const inside = fitTo({ yi: at(tau2), vi }, [MU]);
      expectSound(inside);
      expect(atBoundary(inside)).toEqual([]);
      // the likelihood is so flat here that its rounding moves the optimum
      expect(Math.abs(inside.fitted.sigma![0]! ** 2 / tau2 - 1)).toBeLessThan(1e-4);
      const outside = fitTo({ yi: at(-tau2), vi }, [MU]);
      expectSound(outside);
      expect(atBoundary(outside)).toEqual(["sigma:(Intercept)"]);
    },
  );

  it("a level of sigma with one row", () => {
    const f = DATA.f.map((level, i) => (i === 0 ? "z" : level));
    expectSound(fitTo({ ...DATA, f }, [MU, "sigma ~ f"]));
    // its own mean too: nothing is left to vary
    const both = fitTo({ ...DATA, f }, ["yi ~ f + meta_V(V = vi)", "sigma ~ f"]);
    expectSound(both);
    expect(atBoundary(both)).toEqual(["sigma:fz"]);
  });

  it("heterogeneity in one half only: steep over x, zero by halves", () => {
    const random = randomFrom(3);
    const x = Array.from({ length: 30 }, (_, i) => i / 10);
    const vi = x.map(() => 0.1 + 0.1 * random.uniform());
    const yi = x.map((xi) => (xi > 1.5 ? 2 : 0.02) * random.normal());
    expectSound(fitTo({ yi, vi, x }, [MU, "sigma ~ x"]));
    const halves = fitTo({ yi, vi, g: x.map((xi) => (xi > 1.5 ? "high" : "low")) }, [MU, "sigma ~ g"]);
    expectSound(halves);
    expect(atBoundary(halves)).toEqual(["sigma:glow"]);
    expect(checkDrm(halves).find(({ check }) => check === "scale_boundary")!.status).toBe("warning");
  });

  it("one heterogeneous row at the end of x: the slope itself runs to infinity", () => {
    const x = Array.from({ length: 20 }, (_, i) => i / 4);
    const vi = x.map(() => 0.1);
    const yi = x.map((_, i) => (i === 19 ? 9 : i % 2 ? 0.01 : -0.01));
    const fit = fitTo({ yi, vi, x }, [MU, "sigma ~ x"]);
    expectSound(fit);
    expect(atBoundary(fit)).toEqual(["sigma:(Intercept)", "sigma:x"]);
    expect(estimate(fit, "sigma", "x")).toBe(Number.POSITIVE_INFINITY);
    // 19 rows without heterogeneity, one whose total variance is its squared residual
    const m = estimate(fit, "mu");
    const rest = yi
      .slice(0, 19)
      .reduce((sum, y) => sum + Math.log(2 * Math.PI * 0.1) + (y - m) ** 2 / 0.1, 0);
    close(fit.logLik, -0.5 * (rest + Math.log(2 * Math.PI * (9 - m) ** 2) + 1), 1e-6);
  });

  const perfect = (data: Columns, level: string) => data.yi.map((y, i) => (data.f[i] === level ? 1 : y));

  it("a group without variation, without known variances: unbounded", () => {
    const data = levels("");
    expect(fitTo({ ...data, yi: perfect(data, "b") }, ["yi ~ 1", "sigma ~ f"]).optim.code).toBe(2);
  });

  // the same where the group has a mean of its own, a known variance of zero, or a single row
  it("a group with its own mean, without known variances: unbounded", () => {
    const data = levels("");
    expect(fitTo({ ...data, yi: perfect(data, "b") }, ["yi ~ f", "sigma ~ f"]).optim.code).toBe(2);
  });

  it("a group with its own mean and known variances of zero: unbounded", () => {
    const data = levels("");
    const vi = data.vi.map((v, i) => (data.f[i] === "b" ? 0 : v));
    const fit = fitTo({ ...data, yi: perfect(data, "b"), vi }, ["yi ~ f + meta_V(V = vi)", "sigma ~ f"]);
    expect(fit.optim.code).toBe(2);
  });

  it("a row with its own mean and sigma, without known variances: unbounded", () => {
    const f = DATA.f.map((level, i) => (i === 0 ? "z" : level));
    expect(fitTo({ ...DATA, f }, ["yi ~ f", "sigma ~ f"]).optim.code).toBe(2);
  });
});
