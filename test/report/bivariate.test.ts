import { describe, expect, it } from "vitest";
import { type DrmOptions, drm, gaussian } from "../../src/drm";
import { drmFormula } from "../../src/formula/formula";
import { coef } from "../../src/inference/coefficients";
import { fitted, rho12, sigma } from "../../src/inference/fitted";
import { aicc, bic } from "../../src/inference/information-criteria";
import { predict } from "../../src/inference/predict";
import { residuals } from "../../src/inference/residuals";
import { augment } from "../../src/report/augment";
import { checkDrm } from "../../src/report/checks/check-drm";
import { glance } from "../../src/report/glance";
import { fromJSON } from "../../src/report/json/from-json";
import { toJSON } from "../../src/report/json/to-json";
import { summary } from "../../src/report/summary";
import { tidy } from "../../src/report/tidy";
import { varianceComponents } from "../../src/report/variance-components";
import { loadCase } from "../cases";

const CASE = loadCase("drm-f-bivariate-habitat");
const FORMULAS = [
  "mu1 = y1 ~ habitat + meta_V(V = meta_vcov_bivariate(v1, v2, cor12 = cor12))",
  "mu2 = y2 ~ habitat",
  "sigma1 = ~ habitat",
  "sigma2 = ~ habitat",
  "rho12 = ~ habitat",
];
type Data = Record<string, (number | string | null)[]>;
const DATA = CASE.data as Data;

function fitTo(data: Data) {
  const options = {
    data: data as unknown as Record<string, number[]>,
    factors: CASE.factors!,
  } satisfies DrmOptions;
  return drm(drmFormula(...FORMULAS), { ...options, family: [gaussian(), gaussian()] });
}

const fit = fitTo(DATA);
/** Studies 1 to 12 without y2; for half of them it is the variance that is missing. 13 to 15 without y1; 16 with neither. */
const partial = fitTo({
  ...DATA,
  y1: DATA.y1!.map((y, i) => (i >= 12 && i < 16 ? null : y)),
  y2: DATA.y2!.map((y, i) => (i < 6 || i === 15 ? null : y)),
  v2: DATA.v2!.map((v, i) => (i >= 6 && i < 12 ? null : v)),
});

describe("the summary", () => {
  it("has every coefficient on the link scale, and the ranges of SDs and correlation", () => {
    const { coefficients, parameters } = summary(fit);
    const rho = coefficients.find(({ name }) => name === "rho12:habitatforest")!;
    expect(rho.estimate).toBeCloseTo(CASE.expected.coefficients.at(-1)!.estimate, 7);
    expect(parameters.map(({ name }) => name)).toEqual(["fitted:sigma1", "fitted:sigma2", "fitted:rho12"]);
    const { minimum, maximum, component } = parameters[2]!;
    const eta = coef(fit, "rho12");
    expect(minimum).toBeCloseTo(0.999999 * Math.tanh(eta["(Intercept)"]!), 12);
    expect(maximum).toBeCloseTo(0.999999 * Math.tanh(eta["(Intercept)"]! + eta.habitatforest!), 12);
    expect(component).toBe("residual-correlation");
  });
  it("counts the studies with one outcome", () => {
    expect(summary(fit).outcomes).toEqual({ both: 60, onlyFirst: 0, onlySecond: 0 });
    expect(String(summary(fit))).not.toContain("one outcome only");
    expect(summary(partial).outcomes).toEqual({ both: 44, onlyFirst: 12, onlySecond: 3 });
    expect(String(summary(partial))).toContain("one outcome only: y1 in 12 studies, y2 in 3 studies\n");
    expect(String(summary(partial))).toMatch(/^dropped rows: 1 \(missing y1: 1, y2: 1; rows 16\)$/m);
    expect(partial.nobs).toBe(59);
  });
});

describe("the checks", () => {
  it("are all sound", () => {
    const odd = checkDrm(fit).filter(({ status }) => status !== "ok");
    // this likelihood has lower maxima at its boundary; whether a start runs there is the search's business
    expect(odd.filter(({ check }) => check !== "several_optima")).toEqual([]);
    expect(checkDrm(fit).find(({ check }) => check === "one_outcome_only")).toMatchObject({
      status: "ok",
      value: "0",
    });
  });
  it("tell of studies with one outcome, and count the effects that are there", () => {
    const checks = checkDrm(partial);
    const only = checks.find(({ check }) => check === "one_outcome_only")!;
    expect(only).toMatchObject({ status: "note", value: "12 with y1, 3 with y2" });
    expect(only.message).toContain("rests on the 44 with both");
    expect(checks.find(({ check }) => check === "known_sampling_covariance")!.value).toMatch(
      /^block, n = 103, 44 clusters/,
    );
    expect(checks.filter(({ status }) => status === "error" || status === "warning")).toEqual([]);
  });
});

describe("values by study", () => {
  it("have NaN exactly where the outcome is not in the fit", () => {
    const without = (values: Float64Array) =>
      values.reduce((n, value) => n + (Number.isNaN(value) ? 1 : 0), 0);
    const { sigma1, sigma2 } = sigma(partial);
    const { mu1, mu2 } = residuals(partial, { type: "pearson" });
    expect([fitted(partial, "mu1"), sigma1, mu1].map(without)).toEqual([3, 3, 3]);
    expect([fitted(partial, "mu2"), sigma2, mu2].map(without)).toEqual([12, 12, 12]);
    expect(without(rho12(partial))).toBe(15);
    const se = augment(partial).map((row) => row[".se.fit_mu2"] === null);
    expect(se.filter(Boolean)).toHaveLength(12);
    expect(se.slice(0, 12)).not.toContain(false);
  });
  it("are the predictions for the rows used", () => {
    for (const [dpar, { estimate }] of Object.entries(predict(partial))) {
      estimate.forEach((value, i) => {
        if (Number.isNaN(partial.fitted[dpar]![i])) expect(value).toBeNaN();
        else expect(value).toBeCloseTo(partial.fitted[dpar]![i]!, 10);
      });
    }
  });
  it("of new studies: limits on the link scale, transformed", () => {
    const { mu1, mu2, sigma1, sigma2, rho12: rho } = predict(fit, { habitat: ["forest", "grassland"] });
    expect([...mu2!.estimate]).toEqual(
      [fit.fitted.mu2![1], fit.fitted.mu2![0]].map((x) => expect.closeTo(x!, 10)),
    );
    expect(sigma2!.estimate[0]).toBeCloseTo(fit.fitted.sigma2![1]!, 10);
    for (const { lower, estimate, upper, stdError } of [mu1!, mu2!, sigma1!, sigma2!, rho!]) {
      expect(lower[0]).toBeLessThan(estimate[0]!);
      expect(upper[0]).toBeGreaterThan(estimate[0]!);
      expect(stdError[0]).toBeGreaterThan(0);
    }
    const link = predict(fit, { habitat: ["forest"] }, { dpar: "rho12", type: "link" });
    expect(rho!.lower[0]).toBeCloseTo(0.999999 * Math.tanh(link.lower[0]!), 12);
    expect(rho!.stdError[0]).toBeCloseTo(
      (0.999999 / Math.cosh(link.estimate[0]!) ** 2) * link.stdError[0]!,
      12,
    );
  });
});

it("variance components are by outcome, studies without it left out", () => {
  const { groups } = varianceComponents(partial, { by: "habitat" });
  expect(groups.map(({ outcome, rows }) => [outcome, rows])).toEqual([
    ["mu1", 28],
    ["mu1", 28],
    ["mu2", 24],
    ["mu2", 23],
  ]);
  for (const group of groups) {
    expect(group.totalVariance).toBeCloseTo(group.samplingVariance + group.heterogeneityVariance, 12);
  }
});

it("random intercepts add to the variance of their own outcome alone", () => {
  const g = DATA.y1!.map((_, i) => `g${i % 20}`);
  const formulas = [FORMULAS[0]!.replace("habitat", "habitat + (1 | g)"), ...FORMULAS.slice(1)];
  const one = drm(drmFormula(...formulas), {
    data: { ...DATA, g } as unknown as Record<string, number[]>,
    fixed: {},
  });
  const [first, second] = varianceComponents(one).rows;
  expect(first!.studyVariance[0]).toBeCloseTo(one.random![0]!.sd[0]! ** 2, 14);
  expect([...second!.studyVariance]).toEqual(Array.from(g, () => 0));
  expect(toJSON(one).random[0]).toMatchObject({ dpar: "sd1(g)", group: "g", level: "g0" });
});

describe("as data", () => {
  it("JSON: family, studies, fitted values by dpar, null where there is none", () => {
    const json = toJSON(partial, { fitted: true });
    expect(json).toMatchObject({ family: "biv_gaussian", nobs: 59, dropped: 1, df: 10, random: [] });
    expect(Object.keys(json.fitted!)).toEqual(["mu1", "mu2", "sigma1", "sigma2", "rho12"]);
    for (const values of Object.values(json.fitted!)) expect(values).toHaveLength(59);
    expect(json.fitted!.mu2!.slice(0, 12)).toEqual(new Array(12).fill(null));
    expect(fromJSON(JSON.stringify(toJSON(partial, { full: true })))).toEqual(partial);
    expect(String(summary(structuredClone(partial)))).toBe(String(summary(partial)));
  });
  it("tidy and glance", () => {
    const rows = tidy(fit, { conf_int: true });
    expect(rows.map(({ component }) => component)).toEqual(
      ["mu1", "mu2", "sigma1", "sigma2", "rho12"].flatMap((dpar) => [dpar, dpar]),
    );
    expect(glance(fit)).toMatchObject({ family: "biv_gaussian", nobs: 60, df: 10, converged: true });
    expect(bic(fit)).toBeCloseTo(-2 * CASE.expected.logLik + 10 * Math.log(60), 8);
    expect(aicc(fit)).toBeCloseTo(-2 * CASE.expected.logLik + (2 * 10 * 60) / (60 - 11), 8);
  });
});
