import { describe, expect, it } from "vitest";
import { drm, gaussian } from "../../src/drm";
import { drmFormula } from "../../src/formula/formula";
import { rho12, sigma } from "../../src/inference/fitted";
import { residualCovariance, studyMatrix } from "../../src/inference/residual-covariance";
import { bivariateFit, restorationFit } from "../fit-literal";

describe("by hand", () => {
  // sigma1 0.2, sigma2 0.1, rho12 0.4999995; V of study 1: 0.05, 0.03 and 0.01 between them
  const { between, sampling, marginal } = residualCovariance(bivariateFit());

  it("between studies: sigma squared, and rho12 sigma1 sigma2", () => {
    const [[a, c], [d, b]] = studyMatrix(between, 0);
    expect(a).toBeCloseTo(0.04, 14);
    expect(b).toBeCloseTo(0.01, 14);
    expect(c).toBeCloseTo(0.00999999, 14);
    expect(d).toBe(c);
    expect(between.correlation[0]).toBeCloseTo(0.4999995, 14);
  });
  it("marginal: with V added", () => {
    const [[a, c], [, b]] = studyMatrix(marginal, 0);
    expect([a, c, b]).toEqual([
      expect.closeTo(0.09, 14),
      expect.closeTo(0.01999999, 14),
      expect.closeTo(0.04, 14),
    ]);
    expect(marginal.correlation[0]).toBeCloseTo(0.01999999 / Math.sqrt(0.09 * 0.04), 12);
    expect(studyMatrix(sampling, 1)).toEqual([
      [0.04, 0.008],
      [0.008, 0.02],
    ]);
  });
  it("a study with one outcome has the variance of that one", () => {
    expect(sampling.variance1[2]).toBe(0.06);
    expect(marginal.variance1[2]).toBeCloseTo(0.1, 14);
    for (const { variance2, covariance, correlation } of [sampling, marginal]) {
      expect([variance2[2], covariance[2], correlation[2]]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    }
  });
  it("refuses one outcome, and a study that is not there", () => {
    expect(() => residualCovariance(restorationFit())).toThrow("needs a bivariate fit");
    expect(() => studyMatrix(between, 3)).toThrow("the fit has studies 0 to 2");
  });
});

describe("in a fit", () => {
  const y1 = [0.3, 0.9, -0.2, 0.5, null, 0.1, 0.8, 0.4];
  const y2 = [0.1, 0.6, -0.5, 0.2, 0.7, 0.3, null, -0.1];
  const v1 = [0.02, 0.03, 0.02, 0.04, 0.03, 0.02, 0.05, 0.03];
  const v2 = [0.03, 0.02, 0.04, 0.02, 0.05, 0.03, 0.02, 0.04];
  const formulas = ["mu1 = y1 ~ 1 + meta_V(V = V)", "mu2 = y2 ~ 1"];
  const n = y1.length;
  const data = { y1, y2, v1, v2 } as unknown as Record<string, number[]>;
  // studies 1 and 2 share a control group: all four effects covary
  const V = Array.from({ length: 2 * n }, (_, i) =>
    Array.from({ length: 2 * n }, (_, j) => {
      if (i === j) return (i % 2 === 0 ? v1 : v2)[i >> 1]!;
      if (i >> 1 === j >> 1) return 0.001 * (1 + (i >> 1));
      return i < 4 && j < 4 ? 0.004 : 0;
    }),
  );
  const fit = drm(drmFormula(...formulas), { data, matrices: { V }, family: [gaussian(), gaussian()] });

  it("the known covariance is that of the study, clusters of several studies or not", () => {
    const { sampling } = residualCovariance(fit);
    const known = Array.from({ length: n }, (_, i) =>
      y1[i] === null || y2[i] === null ? Number.NaN : 0.001 * (1 + i),
    );
    expect([...sampling.covariance]).toEqual(known);
    expect(fit.knownV).toMatchObject({ kind: "block", clusters: 5, largestCluster: 4 });
    // 4 x 4, four of 2 x 2, and two outcomes alone
    expect(fit.knownV.entries).toBe(16 + 4 * 4 + 2);
  });
  it("agrees with sigma() and rho12(), which follow the family's type", () => {
    const { between } = residualCovariance(fit);
    const { sigma1, sigma2 } = sigma(fit);
    expect(between.variance1[0]).toBeCloseTo(sigma1[0]! ** 2, 14);
    expect(between.covariance[0]).toBeCloseTo(rho12(fit)[0]! * sigma1[0]! * sigma2[0]!, 14);
    expect(rho12(fit)[4]).toBeNaN();
  });
  it("without V or with uncorrelated sampling errors the known covariance is 0", () => {
    for (const known of ["", " + meta_V(V = meta_vcov_bivariate(v1, v2))"]) {
      const { sampling } = residualCovariance(
        drm(drmFormula(`mu1 = y1 ~ 1${known}`, formulas[1]!), { data }),
      );
      expect(sampling.covariance[0]).toBe(0);
      expect(sampling.covariance[4]).toBeNaN();
      expect(sampling.variance1[4]).toBeNaN();
      expect(sampling.variance2[4]).toBe(known === "" ? 0 : 0.05);
    }
  });
});
