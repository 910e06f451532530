import { describe, expect, it } from "vitest";
import { influence, residuals, type UnivariateFit } from "../../src/index";
import { close, expectSound } from "./edge-expectations";
import { coefficient, estimate, fitTo } from "./simulated";

/** What is reported at such a supremum keeps a variance of 1e-10 beside the data's spread. */
const LIMIT = 1e-6;

/** The largest value of a function of one number with a single top between two others, by golden sections. */
function top(f: (x: number) => number, low: number, high: number): { at: number; value: number } {
  const share = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [low, high];
  while (b - a > 1e-9) {
    const [c, d] = [b - share * (b - a), a + share * (b - a)];
    if (f(c) > f(d)) b = d;
    else a = c;
  }
  return { at: (a + b) / 2, value: f((a + b) / 2) };
}

describe("a row of known variance 0 with a sigma of 0", () => {
  // group b agrees with its first row, which has no sampling variance; group a does not
  const data = {
    yi: [0.2, 0.25, 0.1, 0.3, 1.9, -1.4, 0.8, -0.9, 2.2],
    vi: [0, 0.1, 0.2, 0.15, 0.05, 0.1, 0.04, 0.2, 0.1],
    g: ["b", "b", "b", "b", "a", "a", "a", "a", "a"],
  };
  const formulas = ["yi ~ 1 + meta_V(V = vi)", "sigma ~ 0 + g"];

  /**
   * REML as sigma_b goes to 0, on paper: log|X'S^-1 X| = -log s_1^2 + o(1), so that s_1 cancels and mu = y_1;
   * the n - 1 other rows are left, and the constant log(n) / 2 of log|X'X|.
   */
  function limit(logSigma: number): number {
    const { yi, vi, g } = data;
    let sum = 0.5 * Math.log(yi.length);
    for (let i = 1; i < yi.length; i++) {
      const S = vi[i]! + (g[i] === "a" ? Math.exp(2 * logSigma) : 0);
      sum -= 0.5 * (Math.log(2 * Math.PI * S) + (yi[i]! - yi[0]!) ** 2 / S);
    }
    return sum;
  }

  it("has a finite supremum by REML, where the mean meets it", () => {
    const fit = fitTo(data, formulas, { method: "REML" });
    const { at, value } = top(limit, -5, 3);
    expectSound(fit);
    expect(fit.optim.unboundedElsewhere).toBeUndefined();
    expect([...fit.fitted.sigma!.slice(0, 4)]).toEqual([0, 0, 0, 0]);
    close(fit.logLik, value, LIMIT);
    close(estimate(fit, "sigma", "ga"), at, LIMIT);
    close(estimate(fit, "mu"), data.yi[0]!, LIMIT);
    expect(coefficient(fit, "mu").stdError).toBeLessThan(1e-4);
    // the mean is that row's: what it predicts of the others is off by their own errors alone
    const off = residuals(fit as UnivariateFit);
    data.yi.forEach((y, i) => {
      close(off[i]!, y - data.yi[0]!, LIMIT);
    });
  });

  it("leaves that row no residual to be measured", () => {
    const fit = fitTo(data, formulas, { method: "REML" }) as UnivariateFit;
    for (const type of ["pearson", "rstandard"] as const) {
      const [met, ...others] = residuals(fit, { type });
      expect(met).toBeNaN();
      // nothing but that row has a say in the mean: the others' errors are their own
      others.forEach((seen, i) => {
        const off = data.yi[i + 1]! - data.yi[0]!;
        close(seen, off / Math.sqrt(data.vi[i + 1]! + fit.fitted.sigma![i + 1]! ** 2), LIMIT);
      });
    }
  });

  it("in any units and order of rows", () => {
    const fit = fitTo(data, formulas, { method: "REML" });
    const reversed = Object.fromEntries(
      Object.entries(data).map(([name, values]) => [name, [...values].reverse()]),
    );
    close(fitTo(reversed, formulas, { method: "REML" }).logLik, fit.logLik, LIMIT);
    const large = { ...data, yi: data.yi.map((y) => 1e6 + 1e3 * y), vi: data.vi.map((v) => 1e6 * v) };
    const shift = (data.yi.length - 1) * Math.log(1e3);
    close(fitTo(large, formulas, { method: "REML" }).logLik, fit.logLik - shift, LIMIT);
  });

  it("can be left out: the mean is then that of the others", () => {
    const fit = fitTo(data, formulas, { method: "REML" });
    const [without] = influence(fit).rows;
    const others = Object.fromEntries(Object.entries(data).map(([name, values]) => [name, values.slice(1)]));
    const refit = fitTo(others, formulas, { method: "REML" });
    expect(without!.status).toBe("at boundary");
    close(without!.leverage, 1, LIMIT);
    // sigma is 0 in its group without it, too: the error of the prediction is that of the mean
    expect(refit.fitted.sigma![0]).toBe(0);
    const { estimate: mean, stdError } = coefficient(refit, "mu");
    close(without!.rstudent, (data.yi[0]! - mean) / stdError, LIMIT);
  });
});

describe("an unbounded likelihood is told of", () => {
  /** Four rows without a sampling variance among eight; x is of no use to any two of them but where it says so. */
  const rest = {
    yi: [0.1, 0.9, -0.6, 1.3],
    vi: [0.1, 0.2, 0.1, 0.3],
    x: [0.3, -1, 0.8, 1.7],
    s: [1, 1, 2, 2],
  };
  interface Zeros {
    readonly yi: readonly number[];
    readonly x: readonly number[];
    readonly s: readonly number[];
  }
  const told = (zeros: Zeros, mean: string, sigma: string, method: "ML" | "REML"): boolean => {
    const data = {
      yi: [...zeros.yi, ...rest.yi],
      vi: [...zeros.yi.map(() => 0), ...rest.vi],
      x: [...zeros.x, ...rest.x],
      s: [...zeros.s, ...rest.s].map(String),
    };
    const { optim } = fitTo(data, [`yi ~ ${mean} + meta_V(V = vi)`, sigma], { method });
    return optim.code === 2 || optim.unboundedElsewhere === true;
  };
  const one = { yi: [0.4], x: [0.5], s: [3] };
  const two = { yi: [0.4, 0.7], x: [0.5, -0.2], s: [3, 4] };
  const tied = { yi: [0.4, 0.4], x: [0.5, 0.5], s: [3, 4] };
  const study = { yi: [0.4, 0.7], x: [0.5, -0.2], s: [3, 3] };

  // m rows, the rank of their means, and whether they can be met: see src/fit/exact-rows.ts
  it.each<[string, Zeros, string, string, boolean, boolean]>([
    ["one row, met by the mean", one, "1", "sigma ~ 1", true, false],
    ["one row that no mean can meet", { ...one, x: [0] }, "0 + x", "sigma ~ 1", false, false],
    ["two rows, one mean: not met", two, "1", "sigma ~ 1", false, false],
    [
      "two rows, one mean: sigma falls to 0 beside the largest x",
      { ...two, x: [2.5, -0.2] },
      "1",
      "sigma ~ x",
      true,
      false,
    ],
    ["two rows, a line through them", two, "x", "sigma ~ 1", true, false],
    ["two rows that say the same", tied, "1", "sigma ~ 1", true, true],
    [
      "one row with an intercept of its own, whose SD can be 0, too",
      one,
      "1 + (1 | s)",
      "sigma ~ 1",
      true,
      false,
    ],
    [
      "two rows of a study and one mean: their difference is not met",
      study,
      "1 + (1 | s)",
      "sigma ~ 1",
      false,
      false,
    ],
    ["two rows of a study, a line through them", study, "x + (1 | s)", "sigma ~ 1", true, false],
  ])("%s", (_, zeros, mean, sigma, ml, reml) => {
    expect([told(zeros, mean, sigma, "ML"), told(zeros, mean, sigma, "REML")]).toEqual([ml, reml]);
  });
});

describe("an unbounded likelihood is told of where other rows' sigma has to rise for it", () => {
  const told = (data: Parameters<typeof fitTo>[0], mean: string, sigma: string, method: "ML" | "REML") => {
    const { optim } = fitTo(data, [`yi ~ ${mean}`, `sigma ~ ${sigma}`], { method });
    return optim.code === 2 || optim.unboundedElsewhere === true;
  };
  const yi = [0.31, -0.42, 0.14, 0.97, -0.66, 0.53, 0.08, -0.27];
  const x = [0.4, -1.1, 0.2, 1.3, -0.5, 0.9, -1.6, 0.1];

  /**
   * Without V all of log L falls or rises with the sum of log sigma. Along "t - threshold" that sum falls where the threshold is
   * beside the mean of t, and the rows beyond it are met: so it has no bound just where the mean can meet all rows on one side
   * of t's mean.
   */
  it.each<[string, number[], string, boolean, boolean]>([
    ["one row above the mean of t", [0, 0.1, 0.2, 0.3, 0.25, 0.4, 0.15, 9], "1", true, false],
    ["two above it, and one mean", [0, 0.1, 0.2, 0.3, 0.25, 0.4, 8, 9], "1", false, false],
    ["two above it, and a line", [0, 0.1, 0.2, 0.3, 0.25, 0.4, 8, 9], "x", true, false],
    ["four on either side", [1, 2, 3, 4, 5, 6, 7, 8], "x", false, false],
  ])("%s", (_, t, mean, ml, reml) => {
    const data = { yi, x, t };
    expect([told(data, mean, "t", "ML"), told(data, mean, "t", "REML")]).toEqual([ml, reml]);
  });

  it("two rows that say the same are met by REML, too", () => {
    const t = [0, 0.1, 0.2, 0.3, 0.25, 0.4, 8, 9];
    const same = { yi: yi.map((y, i) => (i >= 6 ? 0.5 : y)), x: x.map((one, i) => (i >= 6 ? 2 : one)), t };
    expect(told(same, "x", "t", "REML")).toBe(true);
    expect(told({ ...same, yi }, "x", "t", "REML")).toBe(false);
  });

  it("the rise is there: a row of no variance among seven, and along the way", () => {
    const t = [0, 0.1, 0.2, 0.3, 0.25, 0.4, 0.15, 9];
    const mean = t.reduce((sum, one) => sum + one, 0) / t.length;
    const threshold = (mean + 0.4) / 2;
    const logLik = (steep: number): number => {
      // the mean meets the last row as its sigma goes to 0
      let value = 0;
      for (let i = 0; i < t.length; i++) {
        const logSigma = steep * (threshold - t[i]!);
        const off = i === 7 ? 0 : (yi[i]! - yi[7]!) * Math.exp(-logSigma);
        value -= logSigma + 0.5 * (Math.log(2 * Math.PI) + off * off);
      }
      return value;
    };
    const gain = t.length * (mean - threshold);
    for (const steep of [20, 40, 80]) close((logLik(2 * steep) - logLik(steep)) / steep, gain, 1e-3);
  });

  it("beside known variances: a row without one pays with the sigma of another", () => {
    const data = {
      yi: [0.492, 0.407, 0.786, 0.685, 1.08, 0.328],
      v: [0, 0.03, 0.075, 0.107, 0.134, 0],
      year: [1928, 1984, 1990, 1977, 1920, 1975],
    };
    // the row of 1975 falls 47 a unit, that of 1920 rises 8, and that of 1928 stays: one of the two without a variance is met
    expect(told(data, "1 + meta_V(V = v)", "year", "ML")).toBe(true);
    // nearer to 1928 than that is to 1920, it does not
    expect(
      told({ ...data, year: [1960, 1990, 1992, 1995, 1920, 1975] }, "1 + meta_V(V = v)", "year", "ML"),
    ).toBe(false);
  });
});
