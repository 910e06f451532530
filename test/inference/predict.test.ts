import { describe, expect, it } from "vitest";
import { coef, standardErrors, vcov } from "../../src/inference/coefficients";
import { predict } from "../../src/inference/predict";
import { loadCase } from "../cases";
import { bivariateFit, boundaryFit, fitLiteral, restorationFit } from "../fit-literal";

const fit = restorationFit();
const newdata = { habitat: ["grassland", "forest"], duration: [0, 1] };

/** The reference predictions come from an optimizer that stopped a little early. */
const EARLY_STOP = 6;

describe("predict on new data", () => {
  it("agrees with the reference case", () => {
    const expected = loadCase("drm-a-restoration").expected.predict!;
    const { mu, sigma } = predict(fit, newdata);
    mu.estimate.forEach((value, i) => {
      expect(value).toBeCloseTo(expected.mu[i], EARLY_STOP);
    });
    sigma.estimate.forEach((value, i) => {
      expect(value).toBeCloseTo(expected.sigma![i], EARLY_STOP);
    });
  });

  it("reuses a polynomial's coefficients", () => {
    const reference = loadCase("drm-k2-poly-interaction");
    const { duration, habitat } = reference.expected.predict!.newdata;
    const { estimate } = predict(
      fitLiteral(reference),
      { duration: duration.map(Number), habitat: habitat as string[] },
      { dpar: "mu" },
    );
    estimate.forEach((value, i) => {
      expect(value).toBeCloseTo(reference.expected.predict!.mu[i], EARLY_STOP);
    });
  });

  it("has delta-method standard errors and limits from the link scale", () => {
    const { mu, sigma } = predict(fit, newdata);
    expect(mu.stdError[0]).toBeCloseTo(standardErrors(fit, "mu")["(Intercept)"], 12);
    const V = vcov(fit, "sigma").matrix;
    const eta = coef(fit, "sigma")["(Intercept)"] + coef(fit, "sigma").habitatforest;
    const se = Math.sqrt(V[0][0] + 2 * V[0][1] + V[1][1]);
    expect(sigma.stdError[1]).toBeCloseTo(Math.exp(eta) * se, 12);
    expect(sigma.lower[1]).toBeCloseTo(Math.exp(eta - 1.959963984540054 * se), 12);
    const link = predict(fit, newdata, { dpar: "sigma", type: "link", level: 0.5 });
    expect(link.estimate[1]).toBeCloseTo(eta, 12);
    expect(link.upper[1]).toBeCloseTo(eta + 0.6744897501960817 * se, 12);
  });

  it("takes rows as well as columns, and gives NaN where a predictor is missing", () => {
    const { mu } = predict(fit, [
      { habitat: "forest", duration: 1 },
      { habitat: null, duration: 1 },
      { habitat: "forest", duration: null },
    ]);
    expect(mu.estimate[0]).toBeCloseTo(0.511170126, 8);
    expect([mu.estimate[1], mu.stdError[2], mu.upper[2]]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });

  it("refuses an unknown level and a missing column", () => {
    expect(() => predict(fit, { habitat: ["marsh"], duration: [0] })).toThrow("marsh");
    expect(() => predict(fit, { habitat: ["forest"] }, { dpar: "mu" })).toThrow("'duration'");
    expect(predict(fit, { habitat: ["forest"] }, { dpar: "sigma" }).estimate[0]).toBeCloseTo(0.3786562488, 9);
  });
});

describe("predict on the rows used", () => {
  it("is the fitted values", () => {
    const { mu, sigma } = predict(fit);
    expect(mu.estimate).toEqual(fit.fitted.mu);
    expect(sigma.estimate[7]).toBeCloseTo(fit.fitted.sigma[7], 14);
  });
});

describe("offsets", () => {
  const withOffset = fitLiteral(loadCase("drm-i-offset-mu"));
  const rows = { habitat: ["forest"], duration: [0.5] };
  const without = coef(withOffset, "mu");
  const linear = without["(Intercept)"] + without.habitatforest + 0.5 * without.duration;

  it("are evaluated on the new data, or given", () => {
    expect(predict(withOffset, { ...rows, off: [2] }, { dpar: "mu" }).estimate[0]).toBeCloseTo(
      linear + 2,
      12,
    );
    expect(predict(withOffset, rows, { dpar: "mu", offset: [3] }).estimate[0]).toBeCloseTo(linear + 3, 12);
    expect(predict(withOffset).mu.estimate[3]).toBeCloseTo(withOffset.fitted.mu[3], 12);
  });
  it("must come from somewhere", () => {
    expect(() => predict(withOffset, rows)).toThrow("needs column 'off', which is not in the new data");
    expect(() => predict(withOffset, rows, { offset: [1, 2] })).toThrow("offset has 2 values for 1 new row");
  });
});

describe("boundaries and held values", () => {
  it("an SD at its boundary is 0, without a standard error", () => {
    const { sigma } = predict(boundaryFit(), newdata);
    expect([sigma.estimate[0], sigma.stdError[0], sigma.lower[0]]).toEqual([0, Number.NaN, Number.NaN]);
  });
  it("a level whose log-SD is -Inf + Inf takes the fitted value of its own rows", () => {
    expect(predict(boundaryFit(), newdata).sigma.estimate[1]).toBeCloseTo(0.3786562488, 9);
  });
  it("a coefficient at its boundary does not touch rows that it does not concern", () => {
    const oneInfinite = {
      ...fit,
      coefficients: fit.coefficients.map((row, i) => {
        return i === 4
          ? { ...row, estimate: Number.NEGATIVE_INFINITY, stdError: Number.NaN, atBoundary: true }
          : row;
      }),
      vcov: fit.vcov.map((value, i) => (i % 5 === 4 || i >= 20 ? Number.NaN : value)),
    };
    const { sigma } = predict(oneInfinite, newdata);
    expect(sigma.estimate[0]).toBeCloseTo(0.1380021557891, 12);
    expect(sigma.stdError[0]).toBeCloseTo(0.1380021557891 * 0.3409740621694558, 12);
    expect(sigma.estimate[1]).toBe(0);
  });
  it("a held dpar is its value", () => {
    const common = { ...fit, fixed: { sigma: 0 }, coefficients: fit.coefficients.slice(0, 3) };
    const { sigma } = predict(common, newdata);
    expect([...sigma.estimate, ...sigma.stdError]).toEqual([0, 0, 0, 0]);
  });
});

it("predicts a correlation through its link", () => {
  const { rho12 } = predict(bivariateFit());
  expect(rho12.estimate[0]).toBeCloseTo(0.4999995, 9);
  expect(rho12.stdError[0]).toBeCloseTo(0.999999 * 0.75 * 0.1, 9);
  expect(rho12.upper[0]).toBeCloseTo(0.999999 * Math.tanh(Math.atanh(0.5) + 0.1959963984540054), 9);
});
