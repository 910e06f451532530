import { expect } from "vitest";
import { DrmError } from "../../src/errors";
import type { Fit } from "../../src/fit/fit";
import { simulated } from "./simulated";

/** Numbers that can be worked out by hand: the search leaves 2e-9 standard errors. */
export const ESTIMATE = 1e-7;
export const LOG_LIK = 1e-9;
/** A supremum is approached by an SD of zero exactly: no more than rounding. */
export const SUPREMUM = 1e-8;

export const MU = "yi ~ 1 + meta_V(V = vi)";
export const DATA = simulated(5);

/**
 * What every fit that claims convergence keeps: finite numbers, or what is said to be at its boundary; standard errors
 * that are positive, or absent where the coefficient is at its boundary.
 */
export function expectSound(fit: Fit): void {
  expect(fit.optim.code, fit.optim.message).toBe(0);
  expect(Number.isFinite(fit.logLik)).toBe(true);
  const k = fit.coefficients.length;
  fit.coefficients.forEach(({ dpar, term, estimate, stdError, atBoundary }, i) => {
    const what = `${dpar}:${term} = ${estimate} (${stdError})`;
    if (atBoundary) {
      expect(Number.isFinite(estimate), what).toBe(false);
      expect(stdError, what).toBeNaN();
    } else {
      expect(Number.isFinite(estimate), what).toBe(true);
      // 1e-12 beside the others of its dpar is a zero that rounding has touched
      const peers = fit.coefficients.filter((one) => one.dpar === dpar).map((one) => one.stdError || 0);
      expect(stdError, what).toBeGreaterThan(1e-12 * Math.max(...peers));
    }
    for (let j = 0; j < k; j++)
      expect(Number.isNaN(fit.vcov[i * k + j]!)).toBe(atBoundary || fit.coefficients[j]!.atBoundary);
  });
  for (const values of Object.values(fit.fitted))
    expect(values.every((value) => Number.isFinite(value))).toBe(true);
}

export function atBoundary(fit: Fit): string[] {
  return fit.coefficients.flatMap(({ dpar, term, atBoundary: at }) => (at ? [`${dpar}:${term}`] : []));
}

export function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof DrmError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "nothing was refused";
}

export function close(seen: number, wanted: number, tolerance = ESTIMATE): void {
  const error = Math.abs(seen - wanted) / Math.max(1, Math.abs(wanted));
  if (!(error <= tolerance)) expect.fail(`${seen}, wanted ${wanted}`);
}
