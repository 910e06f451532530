import { describe, expect, it } from "vitest";
import { type DrmOptions, drm } from "../../src/drm";
import { drmFormula } from "../../src/formula/formula";
import { predict } from "../../src/inference/predict";
import { predictionInterval } from "../../src/inference/prediction-interval";
import { loadCase } from "../cases";
import { bivariateFit, boundaryFit, restorationFit } from "../fit-literal";

const fit = restorationFit();
const newdata = { habitat: ["grassland", "forest"], duration: [0.5, -1] };

describe("predictionInterval()", () => {
  it("is metafor's where tau^2 is given: predict(rma(yi, vi, mods = ~ habitat + duration, tau2 = 0.07))", () => {
    const { data, factors } = loadCase("drm-a-restoration");
    const held = drm("yi ~ habitat + duration + meta_V(V = vi)", {
      ...({ data, factors } as unknown as DrmOptions),
      fixed: { sigma: Math.sqrt(0.07) },
    });
    const seen = predictionInterval(held, newdata);
    // R 4.2.2, metafor 3.8-1
    const close = (values: Float64Array, wanted: readonly number[]) =>
      wanted.forEach((value, i) => {
        expect(values[i]).toBeCloseTo(value, 12);
      });
    close(seen.lower, [-0.3423266949776971, -0.1945564876464248]);
    close(seen.upper, [0.7184752060922788, 0.8747827188753146]);
    close(seen.stdError, [0.05686774940022, 0.06646392922378741]);
    close(
      predictionInterval(held, newdata, { level: 0.9 }).lower,
      [-0.2570522539641164, -0.1085957602023362],
    );
  });

  it("uses the row's own sigma", () => {
    const { lower, upper, heterogeneity } = predictionInterval(fit, newdata);
    const { mu, sigma } = predict(fit, newdata);
    expect(heterogeneity[1]! / heterogeneity[0]!).toBeCloseTo(2.743843, 6);
    for (const i of [0, 1]) {
      const half = 1.959963984540054 * Math.hypot(mu!.stdError[i]!, sigma!.estimate[i]!);
      expect(lower[i]).toBeCloseTo(mu!.estimate[i]! - half, 12);
      expect(upper[i]).toBeCloseTo(mu!.estimate[i]! + half, 12);
    }
  });

  it("is of the rows used without new data, and of t with df", () => {
    const rows = predictionInterval(fit);
    expect(rows.estimate).toEqual(fit.fitted.mu);
    const t = predictionInterval(fit, newdata, { df: 77 });
    const z = predictionInterval(fit, newdata);
    expect((t.upper[0]! - t.estimate[0]!) / (z.upper[0]! - z.estimate[0]!)).toBeCloseTo(
      1.9912544 / 1.959964,
      6,
    );
  });

  it("adds the variance of random intercepts, with the new rows' own SD", () => {
    const given = loadCase("drm-d-study-random-sd-habitat");
    const { data, factors } = given;
    const nested = drm(drmFormula(...given.formulas), { data, factors } as unknown as DrmOptions);
    const rows = predictionInterval(nested);
    const habitats = given.data.habitat as string[];
    const at = [habitats.indexOf("grassland"), habitats.indexOf("forest")];
    const columns = Object.fromEntries(
      Object.entries(given.data).map(([name, column]) => [name, at.map((i) => column[i])]),
    );
    const fresh = predictionInterval(nested, columns as unknown as DrmOptions["data"]);
    at.forEach((row, i) => {
      expect(fresh.heterogeneity[i]).toBeCloseTo(rows.heterogeneity[row]!, 12);
      expect(fresh.lower[i]).toBeCloseTo(rows.lower[row]!, 12);
      expect(fresh.heterogeneity[i]).toBeGreaterThan(nested.fitted.sigma![row]!);
    });
  });

  it("is a confidence interval where there is no heterogeneity", () => {
    const { lower, upper, heterogeneity } = predictionInterval(boundaryFit(), newdata);
    const mu = predict(boundaryFit(), newdata, { dpar: "mu" });
    expect([heterogeneity[0], lower[0], upper[0]]).toEqual([0, mu.lower[0], mu.upper[0]]);
  });

  it("is of one outcome at a time", () => {
    expect(predictionInterval(bivariateFit(), undefined, { dpar: "mu2" }).heterogeneity[0]).toBeCloseTo(
      0.1,
      12,
    );
    expect(() => predictionInterval(bivariateFit())).toThrow("for mu1 or mu2, not 'mu'");
    expect(() => predictionInterval(fit, newdata, { level: 95 })).toThrow("level 95");
    expect(() => predictionInterval(fit, newdata, { df: 0 })).toThrow("df 0");
  });
});
