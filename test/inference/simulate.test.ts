import { describe, expect, it } from "vitest";
import { type DrmOptions, drm, gaussian } from "../../src/drm";
import type { BivariateFit, Fit, UnivariateFit } from "../../src/fit/fit";
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
  const draws = simulate(fit as UnivariateFit, n, { seed: 20 });
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
    const { blocks, ...thinV } = bivariateFit().knownV;
    expect(blocks).toBeDefined();
    expect(() => simulate(bivariateFit({ knownV: thinV }), 1, { seed: 1 })).toThrow("does not carry");
    const without = { ...fit, knownV: { ...fit.knownV, kind: "block" as const, clusters: 2 } };
    expect(() => simulate(without, 1, { seed: 1 })).toThrow("does not carry");
  });
});

describe("simulate() of two outcomes", () => {
  const studies = 8;
  const lab = Array.from({ length: studies }, (_, i) => "ppqqrrss"[i]!);
  const V = Array.from({ length: 2 * studies }, (_, a) =>
    Array.from({ length: 2 * studies }, (_, b) => {
      if (a === b) return 0.05 + 0.01 * a;
      const [first, second] = [a >> 1, b >> 1];
      // the two outcomes of a study covary, and so do the first two studies
      return first === second ? 0.02 : first < 2 && second < 2 ? 0.01 : 0;
    }),
  );
  const y1 = [2.5, 1.5, -1.4, -2.4, 2.0, 0.9, null, -2.1];
  const y2 = [1.0, -0.5, 0.9, -0.8, null, -0.7, 0.3, -0.1];
  const fit = drm(
    drmFormula(
      "mu1 = y1 ~ 1 + (1 | lab) + meta_V(V = V)",
      "mu2 = y2 ~ 1",
      "sigma1 = ~ 1",
      "sigma2 = ~ 1",
      "rho12 = ~ 1",
    ),
    { family: [gaussian(), gaussian()], data: { y1, y2, lab }, matrices: { V } } as DrmOptions,
  ) as BivariateFit;

  it("has every covariance of V, of the residual pair and of the random intercepts", () => {
    const { sigma1, sigma2, rho12, mu1, mu2 } = fit.fitted;
    const omega2 = fit.random![0]!.sd[0]! ** 2;
    expect(omega2).toBeGreaterThan(0.1);
    expect(Math.abs(rho12![0]!)).toBeGreaterThan(0.3);
    const Sigma = V.map((row, a) =>
      row.map((v, b) => {
        const [i, k] = [a >> 1, b >> 1];
        const [first, second] = [a % 2, b % 2];
        const sd = [sigma1![i]!, sigma2![i]!];
        let sum = v;
        if (i === k) sum += sd[first]! * sd[second]! * (first === second ? 1 : rho12![i]!);
        if (first === 0 && second === 0 && lab[i] === lab[k]) sum += omega2;
        return sum;
      }),
    );
    const draws = simulate(fit, DRAWS, { seed: 4 });
    const residual = (draw: (typeof draws)[number], a: number) =>
      a % 2 === 0 ? draw.mu1[a >> 1]! - mu1![0]! : draw.mu2[a >> 1]! - mu2![0]!;
    const absent = (a: number) => (a % 2 === 0 ? y1 : y2)[a >> 1] === null;
    for (let a = 0; a < 2 * studies; a++) {
      for (let b = 0; b <= a; b++) {
        const mean = draws.reduce((sum, draw) => sum + residual(draw, a) * residual(draw, b), 0) / DRAWS;
        if (absent(a) || absent(b)) expect(mean).toBeNaN();
        // the variance of x y is s11 s22 + s12^2
        else {
          const error = Math.abs(mean - Sigma[a]![b]!);
          const spread = Math.sqrt((Sigma[a]![a]! * Sigma[b]![b]! + Sigma[a]![b]! ** 2) / DRAWS);
          expect(error / spread, `${a}, ${b}`).toBeLessThan(5);
        }
      }
    }
  });

  it("repeats itself, and a study keeps the outcomes that it has", () => {
    const [one] = simulate(fit, 1, { seed: 9 });
    expect(simulate(fit, 3, { seed: 9 })[0]).toEqual(one);
    expect(Array.from(one!.mu1, Number.isNaN)).toEqual(y1.map((y) => y === null));
    expect(Array.from(one!.mu2, Number.isNaN)).toEqual(y2.map((y) => y === null));
  });
});
