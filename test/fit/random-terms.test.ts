import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type DrmOptions, drm, gaussian } from "../../src/drm";
import { drmFormula } from "../../src/formula/formula";
import { sd } from "../../src/inference/sd";
import { choleskyFactor } from "../../src/linalg/cholesky";

/* Log-likelihoods of random slopes against the normal density of the whole response, Sigma written out from the columns. */

const n = 48;
const study = Array.from({ length: n }, (_, i) => `s${(i * 7) % 12}`);
const x = Array.from({ length: n }, (_, i) => Math.cos(3 * i) + 0.2 * (i % 5));
const slope = (name: string) => 0.8 * Math.sin(17 * Number(name.slice(1)) + 1);
const vi = Array.from({ length: n }, (_, i) => 0.02 + 0.015 * ((i * 5) % 7));
const yi = x.map((value, i) => 0.3 + (0.4 + slope(study[i]!)) * value + 0.3 * Math.sin(29 * i + 2));

/** log N(y; mean, S) */
function logDensity(
  y: readonly number[],
  mean: readonly number[],
  S: (i: number, k: number) => number,
): number {
  const m = y.length;
  const dense = Float64Array.from({ length: m * m }, (_, at) => S(Math.floor(at / m), at % m));
  const L = choleskyFactor(dense, m, new Float64Array(m * m))!;
  // L z = y - mean
  const z = y.map((value, i) => value - mean[i]!);
  for (let i = 0; i < m; i++) {
    for (let k = 0; k < i; k++) z[i]! -= L[i * m + k]! * z[k]!;
    z[i]! /= L[i * m + i]!;
  }
  let sum = -0.5 * m * Math.log(2 * Math.PI);
  for (let i = 0; i < m; i++) sum -= 0.5 * z[i]! ** 2 + Math.log(L[i * m + i]!);
  return sum;
}

describe("random slopes", () => {
  it.each([
    ["variances, few rows a study", 12, "dense", false],
    ["variances, many rows a study", 3, "sparse", false],
    ["covariances", 12, "dense", true],
  ])("beside a V of %s", (_, studies, kernel, blocks) => {
    const study = Array.from({ length: n }, (__, i) => `s${(i * 7) % studies}`);
    const V = vi.map((v, i) =>
      vi.map((w, k) => (i === k ? v : blocks && study[i] === study[k] ? 0.4 * Math.sqrt(v * w) : 0)),
    );
    const fit = drm("yi ~ x + (1 | study) + (0 + x | study) + meta_V(V = V)", {
      data: { yi, x, study },
      matrices: { V },
    });
    expect(fit.optim).toMatchObject({ code: 0, kernel });
    const [tau, omega] = ["sd(study)", "sd(x | study)"].map((dpar) => sd(fit, dpar).values[0]!);
    const sigma = fit.fitted.sigma![0]!;
    const S = (i: number, k: number) =>
      V[i]![k]! +
      (i === k ? sigma ** 2 : 0) +
      (study[i] === study[k] ? tau! ** 2 + omega! ** 2 * x[i]! * x[k]! : 0);
    expect(fit.logLik).toBeCloseTo(logDensity(yi, [...fit.fitted.mu!], S), 9);
  });

  it("of one of two outcomes", () => {
    const y2 = yi.map((value, i) => 0.5 * value + 0.2 * Math.cos(11 * i));
    const formula = drmFormula(
      "mu1 = yi ~ x + (0 + x | study) + meta_V(V = meta_vcov_bivariate(vi, vi, cor12 = 0.3))",
      "mu2 = y2 ~ 1",
    );
    const fit = drm(formula, { data: { yi, y2, x, study, vi }, family: [gaussian(), gaussian()] });
    expect(fit.optim.code).toBe(0);
    const omega = sd(fit, "sd1(x | study)").values[0]!;
    const [s1, s2, rho] = ["sigma1", "sigma2", "rho12"].map((dpar) => fit.fitted[dpar]![0]!);
    const both = yi.flatMap((value, i) => [value, y2[i]!]);
    const mean = yi.flatMap((_, i) => [fit.fitted.mu1![i]!, fit.fitted.mu2![i]!]);
    const S = (a: number, b: number) => {
      const [i, k] = [a >> 1, b >> 1];
      const ofSlope = a % 2 === 0 && b % 2 === 0 && study[i] === study[k] ? omega ** 2 * x[i]! * x[k]! : 0;
      if (i !== k) return ofSlope;
      if (a !== b) return 0.3 * vi[i]! + rho! * s1! * s2!;
      return ofSlope + vi[i]! + (a % 2 === 0 ? s1! : s2!) ** 2;
    };
    expect(fit.logLik).toBeCloseTo(logDensity(both, mean, S), 9);
  });

  it("go with the unit of their column", () => {
    const formula = "yi ~ x + (1 | study) + (0 + x | study) + meta_V(V = vi)";
    const fit = drm(formula, { data: { yi, x, study, vi } });
    for (const factor of [1e4, 1e-4]) {
      const other = drm(formula, { data: { yi, study, vi, x: x.map((value) => factor * value) } });
      expect(other.optim.code).toBe(0);
      expect(other.logLik).toBeCloseTo(fit.logLik, 8);
      const [own, theirs] = [fit, other].map((one) => one.coefficients.at(-1)!);
      expect(theirs!.estimate + Math.log(factor)).toBeCloseTo(own!.estimate, 6);
      expect(theirs!.stdError).toBeCloseTo(own!.stdError, 6);
    }
  });

  it("are those of intercepts where their column is 1, likelihood weights included", () => {
    const w = yi.map((_, i) => 0.5 + (i % 3));
    const one = yi.map(() => 1);
    const data = { yi: yi.map((value, i) => value + slope(study[i]!)), x, study, vi, w, one };
    const slopes = drm("yi ~ x + (0 + one | study) + meta_V(V = vi)", { data, weights: "w" });
    const intercepts = drm("yi ~ x + (1 | study) + meta_V(V = vi)", { data, weights: "w" });
    expect(slopes.logLik).toBeCloseTo(intercepts.logLik, 9);
    slopes.coefficients.forEach(({ estimate, stdError }, k) => {
      expect(estimate).toBeCloseTo(intercepts.coefficients[k]!.estimate, 7);
      expect(stdError).toBeCloseTo(intercepts.coefficients[k]!.stdError, 7);
    });
  });

  it("that cannot be told apart are refused", () => {
    const twice = x.map((value) => 2 * value);
    const signs = yi.map((_, i) => (i % 2 === 0 ? 3 : -3));
    const id = yi.map((_, i) => `r${i}`);
    const data = { yi, x, twice, signs, id, study, vi, zero: yi.map(() => 0) };
    const refusal = (term: string) => () => drm(`yi ~ 1 + ${term} + meta_V(V = vi)`, { data });
    expect(refusal("(0 + x | study) + (0 + twice | study)")).toThrow(
      "have the same covariances but for a factor",
    );
    expect(refusal("(0 + signs | id)")).toThrow("every level of 'id' has one row and 'signs' has one size");
    expect(refusal("(0 + zero | study)")).toThrow("'zero' is 0 in all rows used");
  });
});

it("an SD of 0 is at its boundary also where levels of another formula are small without being there", () => {
  const { formulas, ...options } = JSON.parse(
    readFileSync(new URL("./fixtures/small-beside-zero.json", import.meta.url), "utf8"),
  ) as { formulas: string[] } & DrmOptions;
  const fit = drm(drmFormula(...(formulas as [string])), options);
  const zero = fit.coefficients.find(({ dpar }) => dpar === "sd(x | relmat(h))")!;
  expect(zero.atBoundary).toBe(true);
  expect(zero.stdError).toBeNaN();
  expect(Math.abs(fit.logLik - -13.168155702491)).toBeLessThan(1e-9);
});
