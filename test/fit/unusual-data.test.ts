import { describe, expect, it } from "vitest";
import { checkDrm } from "../../src/report/checks/check-drm";
import { atBoundary, close, DATA, expectSound, LOG_LIK, MU, refusal, SUPREMUM } from "./edge-expectations";
import { coefficient, estimate, fitTo } from "./simulated";

describe("few rows", () => {
  const few = (n: number) => ({
    yi: [0.3, 0.9, -0.4].slice(0, n),
    vi: [0.1, 0.2, 0.05].slice(0, n),
    x: [1, 2, 4].slice(0, n),
  });

  it("one row: the mean is the row, its error the known one, sigma is zero", () => {
    const fit = fitTo(few(1), [MU]);
    expectSound(fit);
    close(estimate(fit, "mu"), 0.3);
    close(coefficient(fit, "mu").stdError, Math.sqrt(0.1));
    close(fit.logLik, -0.5 * Math.log(2 * Math.PI * 0.1), LOG_LIK);
    expect(atBoundary(fit)).toEqual(["sigma:(Intercept)"]);
  });

  it("two rows: the fixed-effect mean where sigma is zero", () => {
    const fit = fitTo(few(2), [MU]);
    expectSound(fit);
    close(estimate(fit, "mu"), (0.3 / 0.1 + 0.9 / 0.2) / (1 / 0.1 + 1 / 0.2));
    close(coefficient(fit, "mu").stdError, Math.sqrt(1 / 15));
    close(fitTo(few(2), [MU], { fixed: { sigma: 0 } }).logLik, fit.logLik, SUPREMUM);
  });

  it("two rows without V: mean and population variance", () => {
    const fit = fitTo(few(2), ["yi ~ 1"]);
    expectSound(fit);
    close(estimate(fit, "mu"), 0.6);
    close(estimate(fit, "sigma"), Math.log(0.3));
    close(coefficient(fit, "sigma").stdError, 0.5);
  });

  it("three rows", () => {
    expectSound(fitTo(few(3), [MU]));
    expectSound(fitTo(few(3), ["yi ~ x + meta_V(V = vi)"]));
    expectSound(fitTo(few(3), [MU, "sigma ~ x"]));
  });

  it("as many rows as coefficients of mu: a perfect fit, sigma zero, errors of the known variances", () => {
    const fit = fitTo(few(2), ["yi ~ x + meta_V(V = vi)"]);
    expectSound(fit);
    close(estimate(fit, "mu", "x"), 0.6);
    close(coefficient(fit, "mu", "x").stdError, Math.sqrt(0.3));
    close(fit.logLik, -0.5 * (Math.log(2 * Math.PI * 0.1) + Math.log(2 * Math.PI * 0.2)), LOG_LIK);
  });

  it("more coefficients than rows are refused", () => {
    expect(refusal(() => fitTo(few(2), ["yi ~ x + I(x^2) + meta_V(V = vi)"]))).toMatch(
      /^aliased_design: mu has 3 columns/,
    );
    expect(refusal(() => fitTo(few(1), [MU, "sigma ~ x"]))).toMatch(/^aliased_design: sigma has 2 columns/);
  });
});

describe("effects without variation", () => {
  const same = { ...DATA, yi: DATA.yi.map(() => 0.7) };

  it("all equal: sigma is zero", () => {
    const fit = fitTo(same, [MU]);
    expectSound(fit);
    close(estimate(fit, "mu"), 0.7);
    close(coefficient(fit, "mu").stdError, 1 / Math.sqrt(DATA.vi.reduce((sum, v) => sum + 1 / v, 0)));
    const zeros = fitTo({ ...same, yi: same.yi.map(() => 0) }, [MU]);
    close(zeros.logLik, fit.logLik, SUPREMUM);
  });

  it("all equal and no known variance: unbounded, and says so", () => {
    const fit = fitTo(same, ["yi ~ 1"]);
    expect(fit.optim.code).toBe(2);
    expect(checkDrm(fit).find(({ check }) => check === "optimizer_convergence")!.status).toBe("warning");
  });

  it("a perfect line without V: unbounded, though rounding leaves residuals of 1e-16", () => {
    const fit = fitTo({ ...DATA, yi: DATA.x.map((x) => 1 + 2 * x) }, ["yi ~ x"]);
    expect(fit.optim.code).toBe(2);
  });
});

describe("known variances", () => {
  it("of zero for some rows", () => {
    expectSound(fitTo({ ...DATA, vi: DATA.vi.map((v, i) => (i % 3 === 0 ? 0 : v)) }, [MU, "sigma ~ x"]));
  });

  it("of zero for all rows are no V", () => {
    const zero = fitTo({ ...DATA, vi: DATA.vi.map(() => 0) }, [MU, "sigma ~ x"]);
    const none = fitTo(DATA, ["yi ~ 1", "sigma ~ x"]);
    expectSound(zero);
    close(zero.logLik, none.logLik, LOG_LIK);
    close(estimate(zero, "sigma", "x"), estimate(none, "sigma", "x"));
  });

  it("of zero with sigma held at zero are refused, naming the row", () => {
    const vi = DATA.vi.map((v, i) => (i === 4 ? 0 : v));
    expect(refusal(() => fitTo({ ...DATA, vi }, [MU], { fixed: { sigma: 0 } }))).toMatch(
      /^not_positive_definite: row 5:/,
    );
  });

  it.each([1e-12, 1e12])("half of them %d times the others", (ratio) => {
    const fit = fitTo({ ...DATA, vi: DATA.vi.map((v, i) => (i % 2 ? v : v * ratio)) }, [MU, "sigma ~ x"]);
    expectSound(fit);
    expect(atBoundary(fit)).toEqual([]);
  });

  it.each([1e6, 1e30, 1e200])("one of %d: as if that row were left out", (huge) => {
    const fit = fitTo({ ...DATA, vi: DATA.vi.map((v, i) => (i === 0 ? huge : v)) }, [MU, "sigma ~ x"]);
    const left = Object.fromEntries(Object.entries(DATA).map(([name, values]) => [name, values.slice(1)]));
    expectSound(fit);
    // 1e6 against 0.1: the row's pull is 1e-7 of one of the others
    close(estimate(fit, "mu"), estimate(fitTo(left, [MU, "sigma ~ x"]), "mu"), 1e-6);
  });

  it.each([1e-9, 1e9, 1e-100, 1e100])("effects in units of %d", (unit) => {
    const fit = fitTo(DATA, [MU, "sigma ~ x"]);
    const scaled = { ...DATA, yi: DATA.yi.map((y) => y * unit), vi: DATA.vi.map((v) => v * unit * unit) };
    const other = fitTo(scaled, [MU, "sigma ~ x"]);
    expectSound(other);
    close(estimate(other, "mu") / unit, estimate(fit, "mu"));
    close(other.logLik + 36 * Math.log(unit), fit.logLik, LOG_LIK);
  });
});

describe("the mean without columns", () => {
  it("is refused with what to write instead", () => {
    for (const formula of ["yi ~ 0 + meta_V(V = vi)", "yi ~ 0 + offset(x) + meta_V(V = vi)"]) {
      expect(refusal(() => fitTo(DATA, [formula]))).toMatch(/^bad_formula: .*write ~ 1/);
    }
  });

  it("an offset beside an intercept is added to the mean and to the fitted values", () => {
    const fit = fitTo(DATA, ["yi ~ 1 + offset(x) + meta_V(V = vi)", "sigma ~ x"]);
    const shifted = fitTo({ ...DATA, yi: DATA.yi.map((y, i) => y - DATA.x[i]!) }, [MU, "sigma ~ x"]);
    expectSound(fit);
    close(fit.logLik, shifted.logLik, LOG_LIK);
    for (const [i, mu] of fit.fitted.mu!.entries()) close(mu, shifted.fitted.mu![i]! + DATA.x[i]!);
  });
});
