import { describe, expect, it } from "vitest";
import { type DrmOptions, drm } from "../../src/drm";
import type { Fit } from "../../src/fit/fit";
import { drmFormula } from "../../src/formula/formula";
import { simulate } from "../../src/inference/simulate";
import { loadCase } from "../cases";
import { jobOf, type MaCase } from "../fit/ma-case";
import { bivariateFit, restorationFit } from "../fit-literal";

const fitOf = (id: string): Fit => {
  const { formulas, options } = jobOf(loadCase<MaCase>(id), "ML");
  return drm(drmFormula(...formulas), options as DrmOptions);
};

/** Mean of products of residuals from mu over the draws. */
function moments(fit: Fit, n: number): (i: number, j: number) => number {
  const draws = simulate(fit, n, { seed: 20 });
  const mu = fit.fitted.mu!;
  return (i, j) => draws.reduce((sum, y) => sum + (y[i]! - mu[i]!) * (y[j]! - mu[j]!), 0) / n;
}

const DRAWS = 4000;
/** Five standard errors of a variance from 4000 draws. */
const SPREAD = 5 * Math.sqrt(2 / DRAWS);

describe("simulate()", () => {
  const fit = restorationFit();

  it("repeats itself, and a draw does not depend on their number", () => {
    const ten = simulate(fit, 10, { seed: 1 });
    expect(simulate(fit, 10, { seed: 1 })).toEqual(ten);
    expect(simulate(fit, 3, { seed: 1 })).toEqual(ten.slice(0, 3));
    expect(simulate(fit, 1, { seed: 2 })[0]).not.toEqual(ten[0]);
    expect(ten[1]).not.toEqual(ten[0]);
  });

  it("has the variance v + sigma^2 of each row", () => {
    const moment = moments(fit, DRAWS);
    for (const i of [0, 1, 40, 79]) {
      const wanted = fit.knownV.variances[i]! + fit.fitted.sigma![i]! ** 2;
      expect(Math.abs(moment(i, i) / wanted - 1)).toBeLessThan(SPREAD);
      expect(Math.abs(moment(i, (i + 1) % 80)) / wanted).toBeLessThan(2 * SPREAD);
    }
  });

  it("has the covariances of V and of the random intercepts", () => {
    const blocked = fitOf("v17-multilevel-blockV-assink");
    const { sizes, rows, values } = blocked.knownV.blocks!;
    const at = sizes.findIndex((size) => size > 1);
    expect(at).toBe(0);
    const [a, b] = [rows[0]!, rows[1]!];
    const omega2 = blocked.random![0]!.sd[blocked.random![0]!.codes[a]!]! ** 2;
    const moment = moments(blocked, DRAWS);
    const variance = (i: number) => blocked.knownV.variances[i]! + omega2 + blocked.fitted.sigma![i]! ** 2;
    expect(blocked.random![0]!.codes[b]).toBe(blocked.random![0]!.codes[a]);
    expect(Math.abs(moment(a, a) / variance(a) - 1)).toBeLessThan(SPREAD);
    const error = Math.abs(moment(a, b) - (values[1]! + omega2));
    expect(error / Math.sqrt(variance(a) * variance(b))).toBeLessThan(SPREAD);
  });

  it("refuses what it cannot draw", () => {
    expect(() => simulate(fit, 0, { seed: 1 })).toThrow("n = 0");
    expect(() => simulate(fit, 1, { seed: 0.5 })).toThrow("seed = 0.5");
    expect(() => simulate(bivariateFit(), 1, { seed: 1 })).toThrow("one outcome");
    const without = { ...fit, knownV: { ...fit.knownV, kind: "block" as const, clusters: 2 } };
    expect(() => simulate(without, 1, { seed: 1 })).toThrow("does not carry");
  });
});
