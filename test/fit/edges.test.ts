import { describe, expect, it } from "vitest";
import type { DrmOptions } from "../../src/drm";
import { DrmError } from "../../src/errors";
import type { Fit } from "../../src/fit/fit";
import { checkDrm } from "../../src/report/checks/check-drm";
import { randomFrom } from "./random-problem";
import { type Columns, coefficient, estimate, fitTo, simulated } from "./simulated";

/** Numbers that can be worked out by hand: the search leaves 2e-9 standard errors. */
const ESTIMATE = 1e-7;
const LOG_LIK = 1e-9;
/** A supremum is approached by an SD of zero exactly: no more than rounding. */
const SUPREMUM = 1e-8;

const MU = "yi ~ 1 + meta_V(V = vi)";
const DATA = simulated(5);

/**
 * What every fit that claims convergence keeps: finite numbers, or what is said to be at its boundary; standard errors
 * that are positive, or absent where the coefficient is at its boundary.
 */
function expectSound(fit: Fit): void {
  expect(fit.optim.code, fit.optim.message).toBe(0);
  expect(Number.isFinite(fit.logLik)).toBe(true);
  const k = fit.coefficients.length;
  fit.coefficients.forEach(({ dpar, term, estimate, stdError, atBoundary }, i) => {
    const what = `${dpar}:${term} = ${estimate} (${stdError})`;
    if (atBoundary) {
      expect(Number.isFinite(estimate), what).toBe(false);
      expect(stdError, what).toBeNaN();
    } else {
      expect(Number.isFinite(estimate), what).toBe(true);
      // 1e-12 beside the others of its dpar is a zero that rounding has touched
      const peers = fit.coefficients.filter((one) => one.dpar === dpar).map((one) => one.stdError || 0);
      expect(stdError, what).toBeGreaterThan(1e-12 * Math.max(...peers));
    }
    for (let j = 0; j < k; j++)
      expect(Number.isNaN(fit.vcov[i * k + j]!)).toBe(atBoundary || fit.coefficients[j]!.atBoundary);
  });
  for (const values of Object.values(fit.fitted))
    expect(values.every((value) => Number.isFinite(value))).toBe(true);
}

function atBoundary(fit: Fit): string[] {
  return fit.coefficients.flatMap(({ dpar, term, atBoundary: at }) => (at ? [`${dpar}:${term}`] : []));
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof DrmError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "nothing was refused";
}

function close(seen: number, wanted: number, tolerance = ESTIMATE): void {
  const error = Math.abs(seen - wanted) / Math.max(1, Math.abs(wanted));
  if (!(error <= tolerance)) expect.fail(`${seen}, wanted ${wanted}`);
}

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

describe("the search", () => {
  it("one start and the default agree where there is one maximum", () => {
    const one = fitTo(DATA, [MU, "sigma ~ x"], { starts: 1 });
    const fit = fitTo(DATA, [MU, "sigma ~ x"]);
    expect(one.optim.startsTried).toBe(1);
    expect(fit.optim.startsTried).toBe(3);
    expect(one.optim.evaluations).toBeLessThan(fit.optim.evaluations);
    close(one.logLik, fit.logLik, LOG_LIK);
    close(estimate(one, "sigma", "x"), estimate(fit, "sigma", "x"));
  });

  it.each([1, 2, 3])("%d evaluations are too few: not converged, and the checks warn", (maxEvaluations) => {
    const fit = fitTo(DATA, [MU, "sigma ~ x"], { maxEvaluations });
    expect(fit.optim.code).toBe(1);
    expect(fit.optim.message).toMatch(/^not converged/);
    expect(Number.isFinite(fit.logLik)).toBe(true);
    const status = (name: string) => checkDrm(fit).find(({ check }) => check === name)!.status;
    expect(["optimizer_convergence", "optimizer_budget", "fixed_gradient"].map(status)).toEqual(
      new Array(3).fill("warning"),
    );
  });

  it("two maxima: the higher is reported and the other is listed", () => {
    // sigma ~ random + logvi on the BCG trials: maxima 0.0743 apart
    const fit = multimodal();
    expectSound(fit);
    expect(fit.optim.optima.map((value) => Math.round(1e5 * value) / 1e5)).toEqual([-6.01395, -6.08828]);
    expect(fit.optim.message).toMatch(/2 distinct maxima/);
    expect(fit.logLik).toBe(fit.optim.optima[0]);
    expect(checkDrm(fit).find(({ check }) => check === "several_optima")!.status).toBe("note");
  });

  it("60 columns of mu, and 20 of sigma, in well under a second", () => {
    const random = randomFrom(8);
    const columns = Array.from({ length: 60 }, () => Array.from({ length: 400 }, () => random.normal()));
    const vi = columns[0]!.map(() => 0.05 + 0.1 * random.uniform());
    const yi = vi.map(
      (v, i) =>
        0.3 * columns[0]![i]! + Math.sqrt(v + 0.25 * Math.exp(0.6 * columns[1]![i]!)) * random.normal(),
    );
    const data = { yi, vi, ...Object.fromEntries(columns.map((column, j) => [`x${j}`, column])) };
    const terms = (n: number) => Array.from({ length: n }, (_, j) => `x${j}`).join(" + ");
    const start = performance.now();
    const wide = fitTo(data, [`yi ~ ${terms(60)} + meta_V(V = vi)`, "sigma ~ x1"]);
    const scale = fitTo(data, [`yi ~ ${terms(3)} + meta_V(V = vi)`, `sigma ~ ${terms(20)}`]);
    expect(performance.now() - start).toBeLessThan(1000);
    expectSound(wide);
    expectSound(scale);
    expect([wide.df, scale.df]).toEqual([63, 25]);
  });
});

function multimodal(): Fit {
  // log relative risks of 13 trials (Colditz et al. 1994), from the 2 x 2 tables; 0 = alternate or systematic allocation
  const tables: readonly (readonly number[])[] = [
    [4, 119, 11, 128, 44, 1],
    [6, 300, 29, 274, 55, 1],
    [3, 228, 11, 209, 42, 1],
    [62, 13536, 248, 12619, 52, 1],
    [33, 5036, 47, 5761, 13, 0],
    [180, 1361, 372, 1079, 44, 0],
    [8, 2537, 10, 619, 19, 1],
    [505, 87886, 499, 87892, 13, 1],
    [29, 7470, 45, 7232, 27, 1],
    [17, 1699, 65, 1600, 42, 0],
    [186, 50448, 141, 27197, 18, 0],
    [5, 2493, 3, 2338, 33, 0],
    [27, 16886, 29, 17825, 33, 0],
  ];
  const yi = tables.map(([a, b, c, d]) => Math.log(a! / (a! + b!)) - Math.log(c! / (c! + d!)));
  const vi = tables.map(([a, b, c, d]) => 1 / a! - 1 / (a! + b!) + 1 / c! - 1 / (c! + d!));
  const data = {
    yi,
    vi,
    ablat: tables.map((row) => row[4]!),
    random: tables.map((row) => row[5]!),
    logvi: vi.map(Math.log),
  };
  return fitTo(data, ["yi ~ ablat + meta_V(V = vi)", "sigma ~ random + logvi"]);
}

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

describe("V with covariances", () => {
  const data = { yi: [0.1, 0.4, 0.2, 0.9], x: [1, 2, 3, 4] };
  const formula = "yi ~ 1 + meta_V(V = V)";
  const fitWith = (V: number[][], options: Partial<DrmOptions> = {}) =>
    fitTo(data, [formula], { matrices: { V }, ...options });
  const withBlock = (off: (i: number, j: number) => number) =>
    data.yi.map((_, i) => data.yi.map((_, j) => (i === j ? 1 : i < 3 && j < 3 ? off(i, j) : 0)));

  it("is refused when a block has a negative eigenvalue, naming its rows", () => {
    const indefinite = withBlock((i, j) => (i + j === 2 ? -0.9 : 0.9));
    expect(refusal(() => fitWith(indefinite))).toMatch(
      /^bad_known_v: .*data rows 1, 2, 3 .*negative eigenvalue/,
    );
    expect(refusal(() => fitWith(withBlock(() => 1.2)))).toMatch(/^bad_known_v: /);
  });

  it("may be singular; with sigma held at zero it may not", () => {
    expectSound(fitWith(withBlock(() => 1)));
    expect(
      refusal(() =>
        fitWith(
          withBlock(() => 1),
          { fixed: { sigma: 0 } },
        ),
      ),
    ).toMatch(/^not_positive_definite: row 2/);
  });

  it("weights within a block must agree", () => {
    expectSound(
      fitWith(
        withBlock(() => 0.5),
        { weights: [2, 2, 2, 1] },
      ),
    );
    expect(
      refusal(() =>
        fitWith(
          withBlock(() => 0.5),
          { weights: [1, 2, 1, 1] },
        ),
      ),
    ).toMatch(/^bad_weights: .*rows 1 and 2 /);
  });

  it.fails("singular, with effects that agree where it has no variance: unbounded", () => {
    const same = fitTo({ ...data, yi: [0.3, 0.3, 0.3, 0.9] }, [formula], {
      matrices: { V: withBlock(() => 1) },
    });
    expect(same.optim.code).toBe(2);
  });
});
