import { describe, expect, it } from "vitest";
import { drm } from "../../src/drm";
import type { Fit } from "../../src/fit/fit";
import { drmFormula } from "../../src/formula/formula";
import { checkDrm } from "../../src/report/checks/check-drm";
import { summary } from "../../src/report/summary";
import { type PlainStudies, plainStudiesLogLik } from "./plain-studies";
import { randomFrom } from "./random-problem";

/** The supremum is approached, not attained. */
const LOG_LIK = 1e-6;

const FORMULAS = ["mu1 = y1 ~ 1 + meta_V(V = meta_vcov_bivariate(v1, v2, cor12 = r))", "mu2 = y2 ~ 1"];

interface Columns {
  readonly y1: number[];
  readonly y2: number[];
  readonly v1: number[];
  readonly v2: number[];
  readonly r: number[];
}

/** `spread`: SDs of the true effects; `rho` their correlation; `error`: how much of the sampling error shows. */
function simulate(
  seed: number,
  n: number,
  spread: readonly [number, number],
  rho: number,
  error = 1,
): Columns {
  const random = randomFrom(seed);
  const out: Columns = { y1: [], y2: [], v1: [], v2: [], r: [] };
  for (let i = 0; i < n; i++) {
    const a = random.normal();
    const b = rho * a + Math.sqrt(1 - rho * rho) * random.normal();
    out.v1.push(0.02 + 0.03 * random.uniform());
    out.v2.push(0.02 + 0.03 * random.uniform());
    out.r.push(0.4);
    const e = random.normal();
    out.y1.push(0.3 + spread[0] * a + error * Math.sqrt(out.v1[i]!) * e);
    out.y2.push(-0.2 + spread[1] * b + error * Math.sqrt(out.v2[i]!) * (0.4 * e + 0.9 * random.normal()));
  }
  return out;
}

const fitTo = (data: Columns) => drm(drmFormula(...FORMULAS), { data: { ...data } });
const of = (fit: Fit, dpar: string) => fit.coefficients.find((one) => one.dpar === dpar)!;
const flagged = (fit: Fit) =>
  checkDrm(fit)
    .filter(({ status }) => status === "warning")
    .map(({ check }) => check);

/** The textbook's log-likelihood at the fit, with these SDs and this eta. */
function textbook(
  { y1, y2, v1, v2, r }: Columns,
  fit: Fit,
  logSigma: readonly [number, number],
  eta: number,
): number {
  const n = y1.length;
  const V = Array.from({ length: 2 * n }, () => new Array<number>(2 * n).fill(0));
  for (let i = 0; i < n; i++) {
    V[2 * i]![2 * i] = v1[i]!;
    V[2 * i + 1]![2 * i + 1] = v2[i]!;
    V[2 * i]![2 * i + 1] = V[2 * i + 1]![2 * i] = r[i]! * Math.sqrt(v1[i]! * v2[i]!);
  }
  const problem: PlainStudies = {
    y: y1.map((value, i) => [value, y2[i]!] as const),
    x: y1.map(() => 0),
    V,
    weights: null,
    groups: [null, null],
  };
  const mu = y1.flatMap(() => [of(fit, "mu1").estimate, of(fit, "mu2").estimate]);
  const gamma = [
    [logSigma[0], 0],
    [logSigma[1], 0],
  ] as const;
  return plainStudiesLogLik(problem, { gamma, alpha: [], eta: [eta, 0] }, mu);
}

function expectSound(fit: Fit): void {
  expect(fit.optim.code, fit.optim.message).toBe(0);
  expect(fit.optim.message).toMatch(/boundary/);
  for (const dpar of ["mu1", "mu2"]) {
    expect(of(fit, dpar).estimate).not.toBeNaN();
    expect(of(fit, dpar).stdError).toBeGreaterThan(0);
  }
  for (const { atBoundary, stdError } of fit.coefficients) if (atBoundary) expect(stdError).toBeNaN();
  expect(String(summary(fit))).toContain("At the boundary, without a standard error:");
}

describe("rho12 at its limit", () => {
  it.each([1, -1])("%d", (sign) => {
    const data = simulate(3, 30, [0.5, 0.4], 1);
    // the mirror image of +1
    data.y2.forEach((y, i) => {
      data.y2[i] = sign * y;
      data.r[i] = sign * 0.4;
    });
    const fit = fitTo(data);
    expectSound(fit);
    expect(of(fit, "rho12")).toMatchObject({ estimate: sign * Number.POSITIVE_INFINITY, atBoundary: true });
    expect(fit.fitted.rho12![0]).toBe(sign * 0.999999);
    expect(flagged(fit)).toEqual(["rho12_boundary"]);
    const logSigma = [of(fit, "sigma1").estimate, of(fit, "sigma2").estimate] as const;
    const limit = textbook(data, fit, logSigma, sign * 30);
    expect(Math.abs(fit.logLik - limit)).toBeLessThan(LOG_LIK);
    // nothing inside is higher, and the SDs are at their best given the limit
    expect(limit).toBeGreaterThan(textbook(data, fit, logSigma, sign * 3));
    for (const step of [-1e-3, 1e-3]) {
      expect(textbook(data, fit, [logSigma[0] + step, logSigma[1]], sign * 30)).toBeLessThan(limit);
      expect(textbook(data, fit, [logSigma[0], logSigma[1] + step], sign * 30)).toBeLessThan(limit);
    }
  });
});

describe("sigmas at zero", () => {
  it("both: a common-effect model, whose rho12 is not identified", () => {
    const data = simulate(5, 25, [0, 0], 0, 0.3);
    const fit = fitTo(data);
    expectSound(fit);
    for (const dpar of ["sigma1", "sigma2"]) {
      expect(of(fit, dpar)).toMatchObject({ estimate: Number.NEGATIVE_INFINITY, atBoundary: true });
    }
    expect(of(fit, "rho12").stdError).toBeNaN();
    expect(Math.abs(fit.logLik - textbook(data, fit, [-40, -40], 0))).toBeLessThan(LOG_LIK);
    expect(flagged(fit)).toEqual(expect.arrayContaining(["scale_boundary", "rho12_boundary"]));
    const rho = checkDrm(fit).find(({ check }) => check === "rho12_boundary")!;
    expect(rho.message).toContain("does not depend on rho12");
  });

  // with sigma1 at 0 the likelihood still rises along sigma1 with rho12 of one sign: the matrix loses its rank there
  it("one: rho12 goes to its limit before sigma1 gets to 0", () => {
    const fits = Array.from({ length: 20 }, (_, seed) => {
      const data = simulate(seed, 25, [0, 0.4], 0);
      data.y1.forEach((y, i) => {
        data.y1[i] = 0.3 + 0.5 * (y - 0.3);
      });
      return { data, fit: fitTo(data) };
    });
    for (const { data, fit } of fits) {
      expectSound(fit);
      expect(of(fit, "sigma2").stdError).toBeGreaterThan(0);
      const sigma2 = of(fit, "sigma2").estimate;
      const zero = textbook(data, fit, [-40, sigma2], 0);
      expect(fit.logLik).toBeGreaterThan(zero - LOG_LIK);
      // where sigma1 would be next to nothing, stopping at 0 is as good
      const vanished = of(fit, "sigma1").atBoundary;
      if (!vanished) expect(of(fit, "rho12").atBoundary).toBe(true);
      const attained = vanished
        ? zero
        : textbook(data, fit, [of(fit, "sigma1").estimate, sigma2], of(fit, "rho12").estimate);
      expect(Math.abs(fit.logLik - attained)).toBeLessThan(LOG_LIK);
    }
  });
});

describe("few studies", () => {
  it.each([1, 2, 3])("%d", (n) => {
    const fit = fitTo(simulate(8, n, [0.5, 0.4], 0.3));
    expect(fit.optim.code).toBe(0);
    for (const dpar of ["mu1", "mu2"]) expect(of(fit, dpar).stdError).toBeGreaterThan(0);
    expect(Number.isFinite(fit.logLik)).toBe(true);
    expect(String(summary(fit))).toContain(`nobs: ${n} ${n === 1 ? "study" : "studies"}`);
  });
});
