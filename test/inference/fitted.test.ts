import { describe, expect, it } from "vitest";
import { fitted, rho12, sigma } from "../../src/inference/fitted";
import type { BivariateFit, UnivariateFit } from "../../src/inference/outcomes";
import { residuals } from "../../src/inference/residuals";
import { bivariateFit, restorationFit, withStudies } from "../fit-literal";

const fit = restorationFit() as UnivariateFit;

describe("one outcome", () => {
  it("fitted and sigma are per row, response scale", () => {
    expect(fitted(fit)[0]).toBeCloseTo(0.145557155726469 + 0.103328455348878 * 1.4380022863727, 12);
    expect(sigma(fit)[0]).toBeCloseTo(0.13800215578910377, 12);
    expect(sigma(fit)[1]).toBeCloseTo(0.3786562488492511, 12);
    expect(fitted(fit, "sigma")).toEqual(sigma(fit));
  });

  it("residuals are y - mu, and Pearson's over the SD of y", () => {
    const raw = residuals(fit);
    const pearson = residuals(fit, { type: "pearson" });
    expect(raw[0]).toBeCloseTo(0.173510934740748 - fitted(fit)[0], 12);
    expect(pearson[0]).toBeCloseTo(raw[0] / Math.sqrt(0.0284251463203691 + sigma(fit)[0] ** 2), 12);
  });

  it("Pearson residuals count the variance of random intercepts", () => {
    const codes = Int32Array.from({ length: 80 }, (_, i) => i % 2);
    const sd = Float64Array.of(0.3, 0.5);
    const pearson = residuals(withStudies(fit, codes, sd) as UnivariateFit, { type: "pearson" });
    const variance = 0.0732292712829076 + sigma(fit)[1] ** 2 + 0.25;
    expect(pearson[1]).toBeCloseTo(residuals(fit)[1] / Math.sqrt(variance), 12);
  });

  it("refuses what does not exist", () => {
    expect(() => rho12(fit)).toThrow("needs a bivariate fit");
    expect(() => fitted(fit, "sigma1")).toThrow("not in this model");
    expect(() => residuals(fit, { type: "deviance" as "pearson" })).toThrow('"response", "pearson"');
  });
});

describe("two outcomes", () => {
  const biv = bivariateFit() as BivariateFit;
  it("are keyed by dpar", () => {
    expect(sigma(biv).sigma2[0]).toBe(0.1);
    expect(rho12(biv)[0]).toBe(0.4999995);
    expect(residuals(biv).mu1[2]).toBeCloseTo(0.3, 12);
    expect(() => fitted(biv)).toThrow("dpar 'mu' is not in this model");
  });
  it("a missing outcome has no residual, and V is unstacked", () => {
    const { mu2 } = residuals(biv, { type: "pearson" });
    expect(mu2[1]).toBeCloseTo(0.1 / Math.sqrt(0.02 + 0.01), 12);
    expect(mu2[2]).toBeNaN();
  });
});
