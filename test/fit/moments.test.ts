import { describe, expect, test } from "vitest";
import {
  aic,
  anova,
  confint,
  drm,
  drmFormula,
  type Fit,
  heterogeneity,
  influence,
  logLik,
  predictionInterval,
  scaleIntervals,
  summary,
  toJSON,
} from "../../src/index";
import { MOMENT_METHODS, type MomentMethod } from "../../src/method";
import { listCases, loadCase } from "../cases";
import { messageOf } from "../message-of";

interface Estimator {
  readonly tau2: number;
  readonly se_tau2: number;
  readonly coef: Readonly<Record<string, number>>;
  readonly se: Readonly<Record<string, number>>;
  readonly I2: number;
  readonly H2: number;
  readonly QM: number;
  readonly logLik_ML: number;
  readonly knha: {
    readonly se: Readonly<Record<string, number>>;
    readonly p: Readonly<Record<string, number>>;
  };
  readonly pi?: readonly [number, number];
  readonly confint_tau2?: readonly [number, number];
}

interface Case {
  readonly data: { readonly columns: Readonly<Record<string, number[]>> };
  readonly model: { readonly mods: string };
  readonly estimators: Readonly<Record<string, Estimator>>;
}

const IDS = listCases("next/p").filter((id) => id.includes("tau2"));
const formulaOf = ({ model }: Case) => `yi ~ ${model.mods.slice(1)} + meta_V(V = vi)`;
const near = (value: number, wanted: number, tolerance = 1e-8) =>
  expect(Math.abs(value - wanted)).toBeLessThanOrEqual(tolerance * Math.max(1e-3, Math.abs(wanted)));

test("there are cases", () => expect(IDS.length).toBeGreaterThanOrEqual(4));

describe.each(IDS)("%s", (id) => {
  const own = loadCase<Case>(id);
  const data = own.data.columns;
  test.each(MOMENT_METHODS)("%s", (method) => {
    const wanted = own.estimators[method]!;
    const fit = drm(formulaOf(own), { data, method });
    expect(fit.optim.code).toBe(0);
    const names = Object.keys(wanted.coef);
    const means = fit.coefficients.filter(({ dpar }) => dpar === "mu");
    means.forEach(({ estimate, stdError }, j) => {
      near(estimate, wanted.coef[names[j]!]!);
      near(stdError, wanted.se[names[j]!]!);
    });
    near(logLik(fit), wanted.logLik_ML);
    const json = toJSON(fit, { heterogeneity: true }).heterogeneity!;
    near(json.tau2!, wanted.tau2);
    near(json.se_tau2!, wanted.se_tau2);
    near(json.I2!, wanted.I2);
    near(json.H2!, wanted.H2);
    if (names.length > 1) near(json.QM!, wanted.QM);
    const sigma = fit.coefficients.at(-1)!;
    expect(sigma.atBoundary).toBe(wanted.tau2 === 0);
    const knha = summary(fit, { test: "knha" }).coefficients.filter(({ dpar }) => dpar === "mu");
    knha.forEach(({ stdError, pValue }, j) => {
      near(stdError, wanted.knha.se[names[j]!]!);
      near(pValue, wanted.knha.p[names[j]!]!);
    });
    if (wanted.pi !== undefined) {
      const { lower, upper } = predictionInterval(fit);
      near(lower[0]!, wanted.pi[0]);
      near(upper[0]!, wanted.pi[1]);
    }
    const limits = own.estimators.DL!.confint_tau2!;
    const [group] = heterogeneity(fit).groups;
    near(group!.tau2Lower, limits[0]);
    near(group!.tau2Upper, limits[1]);
    const variance = scaleIntervals(fit).intervals.find(({ quantity }) => quantity === "variance")!;
    near(variance.lower, group!.tau2Lower, 1e-12);
    near(variance.upper, group!.tau2Upper, 1e-12);
    expect(String(summary(fit))).toContain("Q-profile");
  });
});

const BCG = loadCase<Case>(IDS[0]!).data.columns;
const sigmaOf = (fit: Fit) => fit.coefficients.at(-1)!.estimate;
const fitBcg = (method: MomentMethod, data: Readonly<Record<string, ArrayLike<number>>> = BCG) =>
  drm("yi ~ ablat + meta_V(V = vi)", { data: data as Record<string, number[]>, method });

describe("what must not matter", () => {
  test.each(MOMENT_METHODS)("%s: units, order of rows, a shift of yi", (method) => {
    const plain = sigmaOf(fitBcg(method));
    const scaled = fitBcg(method, {
      ...BCG,
      yi: BCG.yi!.map((y) => 1000 * y + 7),
      vi: BCG.vi!.map((v) => 1e6 * v),
      ablat: BCG.ablat!.map((x) => x / 60 - 3),
    });
    expect(sigmaOf(scaled) - Math.log(1000)).toBeCloseTo(plain, 9);
    const reversed = fitBcg(
      method,
      Object.fromEntries(Object.entries(BCG).map(([name, values]) => [name, [...values].reverse()])),
    );
    expect(sigmaOf(reversed)).toBeCloseTo(plain, 10);
  });
});

test("the Q-profile with a row of known variance 0 has its limits where Q has its quantiles", () => {
  const yi = [0.3, 0.9, -0.4, 0.6, 1.4, 0.2];
  const vi = [0.05, 0, 0.1, 0.08, 0.2, 0.04];
  const [group] = heterogeneity(drm("yi ~ 1 + meta_V(V = vi)", { data: { yi, vi }, method: "HE" })).groups;
  const q = (tau2: number) => {
    const w = vi.map((v) => 1 / (v + tau2));
    const total = w.reduce((sum, one) => sum + one, 0);
    const mean = w.reduce((sum, one, i) => sum + one * yi[i]!, 0) / total;
    return w.reduce((sum, one, i) => sum + one * (yi[i]! - mean) ** 2, 0);
  };
  // quantiles of chi-squared with 5 degrees of freedom
  expect(q(group!.tau2Lower)).toBeCloseTo(12.832501994030027, 8);
  expect(q(group!.tau2Upper)).toBeCloseTo(0.8312116134866625, 8);
});

test("deletion diagnostics estimate tau^2 again by the same moments", () => {
  const fit = fitBcg("DL");
  const { rows } = influence(fit);
  const without = Object.fromEntries(Object.entries(BCG).map(([name, values]) => [name, values.slice(1)]));
  const sigma = sigmaOf(fitBcg("DL", without));
  expect(rows[0]!.spreads.sigma).toBeCloseTo(Math.exp(sigma), 10);
});

test("AIC counts tau^2, and the mean has no profile", () => {
  const fit = fitBcg("PM");
  expect(aic(fit)).toBeCloseTo(-2 * fit.logLik + 6, 12);
  const rows = confint(fit, { method: "profile" });
  expect(rows.find(({ dpar }) => dpar === "mu")!.status).toBe("Wald limits (PM)");
  expect(rows.find(({ dpar }) => dpar === "sigma")!.status).toBe("ok");
});

test("a likelihood-ratio test is refused: the likelihoods are no maxima", () => {
  const smaller = drm("yi ~ 1 + meta_V(V = vi)", { data: BCG, method: "DL" });
  expect(messageOf(() => anova(smaller, fitBcg("DL")))).toContain("no maxima");
});

test.each([
  [
    "sigma has moderators",
    () => drm(drmFormula("yi ~ 1 + meta_V(V = vi)", "sigma ~ ablat"), { data: BCG, method: "DL" }),
  ],
  [
    "sigma has moderators",
    () => drm(drmFormula("yi ~ 1 + meta_V(V = vi)", "sigma ~ 0 + ablat"), { data: BCG, method: "DL" }),
  ],
  ["random effects", () => drm("yi ~ 1 + (1 | ablat) + meta_V(V = vi)", { data: BCG, method: "DL" })],
  ["held", () => drm("yi ~ 1 + meta_V(V = vi)", { data: BCG, method: "DL", fixed: { sigma: 0 } })],
  ["there are none", () => drm("yi ~ 1", { data: BCG, method: "DL" })],
  ["DL with weights", () => drm("yi ~ 1 + meta_V(V = vi)", { data: BCG, method: "DL", weights: "ablat" })],
  ["write it HSk", () => drm("yi ~ 1 + meta_V(V = vi)", { data: BCG, method: "hsk" as "DL" })],
  [
    "more effect sizes",
    () =>
      drm("yi ~ ablat + meta_V(V = vi)", {
        data: { yi: [1, 2], vi: [1, 1], ablat: [1, 2], year: [1, 1] },
        method: "DL",
      }),
  ],
])("refused: %s", (words, fit) => {
  expect(messageOf(fit)).toContain(words);
});

test.each(["EE", "CE"] as const)("method %s is the model with sigma held at 0", (method) => {
  const held = drm("yi ~ 1 + meta_V(V = vi)", { data: BCG, fixed: { sigma: 0 } });
  const fit = drm("yi ~ 1 + meta_V(V = vi)", { data: BCG, method });
  expect({ ...fit, optim: null }).toEqual({ ...held, optim: null });
  const message = messageOf(() =>
    drm(drmFormula("yi ~ 1 + meta_V(V = vi)", "sigma ~ 1"), { data: BCG, method }),
  );
  expect(message).toContain(`method "${method}" holds sigma at 0, and sigma has a formula`);
  const two = drmFormula("mu1 = y1 ~ 1", "mu2 = y2 ~ 1");
  const data = { y1: [1, 2, 3, 2], y2: [2, 1, 3, 4] };
  expect(messageOf(() => drm(two, { data, method }))).toContain("sigma");
});
