import { describe, expect, it } from "vitest";
import { type DrmOptions, drm } from "../../src/drm";
import { drmFormula } from "../../src/formula/formula";
import { aic, bic } from "../../src/inference/information-criteria";
import { checkDrm } from "../../src/report/checks/check-drm";
import { loadCase } from "../cases";

/** The worked example: 80 rows, forest against grassland. Estimates, polished standard errors. */
const OPTIMUM: readonly (readonly [dpar: string, term: string, estimate: number, stdError: number])[] = [
  ["mu", "(Intercept)", 0.14555715572646888, 0.03952992541978613],
  ["mu", "habitatforest", 0.26228451507798484, 0.0795468587329819],
  ["mu", "duration", 0.10332845534887833, 0.0359526980050917],
  ["sigma", "(Intercept)", -1.980485972286777, 0.3409740621694558],
  ["sigma", "habitatforest", 1.0093594916974027, 0.37667018928915225],
];
const LOG_LIK = -24.773196719485;

/** Two Newton polishings agree to rounding. */
const POLISHED = 1e-8;
/** At an optimum an error in the estimates enters logLik squared. */
const LOG_LIK_TOLERANCE = 1e-9;
/** What a converged run leaves: far below the 1e-3 that a drmTMB user is used to. */
const GRADIENT = 1e-8;

const { data, factors } = loadCase("drm-a-restoration");
const fit = drm(drmFormula("yi ~ habitat + duration + meta_V(V = vi)", "sigma ~ habitat"), {
  data: data as DrmOptions["data"],
  factors: factors!,
});

function relative(seen: number, wanted: number): number {
  return Math.abs(seen / wanted - 1);
}

describe("the restoration example", () => {
  it.each(OPTIMUM.map((row, i) => [i, ...row] as const))(
    "coefficient %i, %s:%s",
    (i, dpar, term, estimate, stdError) => {
      const seen = fit.coefficients[i]!;
      expect([seen.dpar, seen.term]).toEqual([dpar, term]);
      expect(relative(seen.estimate, estimate)).toBeLessThan(POLISHED);
      expect(relative(seen.stdError, stdError)).toBeLessThan(POLISHED);
    },
  );

  it("log-likelihood and criteria", () => {
    expect(Math.abs(fit.logLik - LOG_LIK)).toBeLessThan(LOG_LIK_TOLERANCE);
    expect([fit.df, fit.nobs, fit.coefficients.length]).toEqual([5, 80, OPTIMUM.length]);
    expect(aic(fit)).toBeCloseTo(59.5464, 4);
    expect(bic(fit)).toBeCloseTo(71.4565, 4);
  });

  it("heterogeneity of the two habitats", () => {
    const habitat = data.habitat!;
    const sdOf = (name: string) => fit.fitted.sigma![habitat.indexOf(name)]!;
    expect(relative(sdOf("grassland"), 0.13800215578910377)).toBeLessThan(POLISHED);
    expect(relative(sdOf("forest"), 0.3786562488492511)).toBeLessThan(POLISHED);
  });

  it("arrives, within the evaluations that an 80-row fit may cost", () => {
    expect(fit.optim).toMatchObject({ code: 0, message: "converged", hessianPositiveDefinite: true });
    expect(fit.optim.maxGradient).toBeLessThan(GRADIENT);
    // three starts: one Newton run of about 6 evaluations, and two that are recognised on their way
    expect(fit.optim.evaluations).toBeLessThanOrEqual(20);
    expect(fit.optim.optima).toHaveLength(1);
    expect(checkDrm(fit).every(({ status }) => status === "ok")).toBe(true);
  });
});
