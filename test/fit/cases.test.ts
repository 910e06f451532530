import { describe, expect, it } from "vitest";
import { type DrmOptions, drm, gaussian } from "../../src/drm";
import type { Fit } from "../../src/fit/fit";
import { drmFormula } from "../../src/formula/formula";
import { ranef } from "../../src/inference/ranef";
import {
  type DrmCase,
  fullName,
  listCases,
  listCorrelated,
  listProportional,
  listRandomTerms,
  loadCase,
} from "../cases";
import { byName, type Job, jobOf, type MaCase, numberOf, type Polished } from "./ma-case";

/** Case tables carry optima that Newton's method polished in R: what is left is rounding, theirs and ours. */
const ESTIMATE = 1e-6;
const STANDARD_ERROR = 1e-5;
const LOG_LIK = 1e-8;
/** At a boundary the reference value is that of a very small SD, not of zero. */
const LOG_LIK_AT_BOUNDARY = 1e-6;
/** The v* cases' correlation is tanh(eta), ours 0.999999 tanh(eta): with a moderator of rho12 no exact conversion. */
const RHO_WITH_MODERATOR = 1e-4;
const LOG_LIK_RHO_WITH_MODERATOR = 1e-6;

/** |seen - wanted| against max(1, |wanted|) times the tolerance. */
function close(seen: number, wanted: number, tolerance: number, what: string): void {
  const error = Math.abs(seen - wanted) / Math.max(1, Math.abs(wanted));
  // the negation also catches NaN
  if (!(error <= tolerance))
    expect.fail(`${what}: ${seen}, wanted ${wanted} (relative error ${error.toExponential(1)})`);
}

function relativelyClose(seen: number, wanted: number, tolerance: number, what: string): void {
  const error = Math.abs(seen / wanted - 1);
  if (!(error <= tolerance))
    expect.fail(`${what}: ${seen}, wanted ${wanted} (relative error ${error.toExponential(1)})`);
}

/** An element of a covariance matrix: relative to its two standard errors. */
function closeCovariance(seen: number, wanted: number, scale: number, what: string): void {
  const error = Math.abs(seen - wanted) / scale;
  if (!(error <= STANDARD_ERROR))
    expect.fail(`${what}: ${seen}, wanted ${wanted} (error ${error.toExponential(1)})`);
}

function fitJob({ formulas, options }: Job): Fit {
  const family = formulas[0]!.startsWith("mu1") ? [gaussian(), gaussian()] : gaussian();
  return drm(drmFormula(...formulas), { ...options, family });
}

/** Of capabilities that came later. */
const LATER = [
  "next/r01-crossed-sd-formula-sigma-formula-lim",
  ...listProportional(),
  ...listRandomTerms(),
  ...listCorrelated(),
];
const MA_CASES = [...listCases("v"), ...LATER]
  .map((id) => loadCase<MaCase>(id))
  .filter(({ kind }) => kind !== "escalc");
const DRM_CASES = listCases("drm-").map((id) => ({ ...loadCase(id), id }));

function drmJob({ formulas, method, data, factors, weights, matrices }: DrmCase): Job {
  const options = {
    data,
    method,
    weights,
    ...(factors ? { factors } : {}),
    ...(matrices ? { matrices } : {}),
  };
  return { formulas, options: options as unknown as DrmOptions };
}

describe("cases of the drm- family", () => {
  it("are all there", () => expect(DRM_CASES.length).toBeGreaterThanOrEqual(12));

  it.for(DRM_CASES)("$id", (given) => {
    const { expected } = given;
    const fit = fitJob(drmJob(given));
    expect(fit.optim.message).toMatch(/^converged(?! at the boundary)/);
    expect(fit.coefficients.map(({ dpar, term }) => [dpar, term])).toEqual(
      expected.coefficients.map(({ dpar, term }) => [dpar, term]),
    );
    const k = expected.coefficients.length;
    for (const [i, { dpar, term, estimate, std_error }] of expected.coefficients.entries()) {
      const seen = fit.coefficients[i]!;
      close(seen.estimate, estimate, ESTIMATE, `${dpar}:${term}`);
      relativelyClose(seen.stdError, std_error, STANDARD_ERROR, `standard error of ${dpar}:${term}`);
      expect(seen.atBoundary).toBe(false);
      for (let j = 0; j < k; j++) {
        const scale = std_error * expected.coefficients[j]!.std_error;
        closeCovariance(fit.vcov[i * k + j]!, expected.vcov[i]![j]!, scale, `vcov[${i}, ${j}]`);
      }
    }
    close(fit.logLik, expected.logLik, LOG_LIK, "logLik");
    expect(fit.nobs).toBe(expected.nobs);
    expect(fit.df).toBe(k);
    const total = Object.values(given.data)[0]!.length;
    expect(fit.dropped.count).toBe(given.family === "gaussian" ? total - expected.nobs : fit.dropped.count);
  });
});

describe("cases of the meta-analysis family", () => {
  it("are all there", () => expect(MA_CASES.length).toBeGreaterThanOrEqual(32));

  const fits = MA_CASES.flatMap((given) => given.fits.map((one) => ({ ...one, id: given.id, given })));
  it.for(fits)("$id $method", ({ id, given, method, polished, boundary: atZero, ranef: effects }) => {
    const job = jobOf(given, method);
    const fit = fitJob(job);
    expect(fit.optim.code, fit.optim.message).toBe(0);
    const bivariate = fit.family === "biv_gaussian";
    const boundary = (polished.boundary ?? atZero) != null;
    checkCoefficients(fit, id, polished, method);
    if (method === "ML" && polished.vcov_joint !== undefined && !bivariate)
      checkCovariances(fit, id, namedCovariances(polished));
    const rhoModerated = [...byName(fit).keys()].filter((name) => name.startsWith("rho12")).length > 1;
    const tolerance = boundary ? LOG_LIK_AT_BOUNDARY : rhoModerated ? LOG_LIK_RHO_WITH_MODERATOR : LOG_LIK;
    close(fit.logLik, polished.logLik, tolerance, "logLik");
    expect(fit.df).toBe(polished.npar);
    expect(/boundary/.test(fit.optim.message)).toBe(boundary);

    const offered = given.data_with_missing?.n ?? given.data.n;
    if (!bivariate) {
      expect(fit.nobs).toBe(given.data.n);
      expect(fit.dropped.count).toBe(offered - given.data.n);
      expect([...fit.rows]).toEqual(given.rows_kept ?? Array.from({ length: offered }, (_, i) => i));
      if (polished.fitted_mu !== undefined) checkFitted(fit, polished);
      if (effects !== undefined) checkEffects(fit, id, effects);
    }
  });
});

function checkCoefficients(fit: Fit, id: string, polished: Polished, method: "ML" | "REML"): void {
  const coefficients = byName(fit);
  expect([...coefficients.keys()].sort()).toEqual(
    Object.keys(polished.estimates)
      .map((name) => fullName(id, name))
      .sort(),
  );
  const rhoModerated = Object.keys(polished.estimates).filter((name) => name.startsWith("rho12")).length > 1;
  const glsForMu = method === "REML" || polished.se_joint === undefined;
  for (const [name, value] of Object.entries(polished.estimates)) {
    const { estimate, stdError, atBoundary } = coefficients.get(fullName(id, name))!;
    let wanted = numberOf(value);
    expect(atBoundary, `${name} at its boundary`).toBe(!Number.isFinite(wanted));
    if (atBoundary) {
      expect(estimate, name).toBe(wanted);
      expect(stdError, `standard error of ${name}`).toBeNaN();
      continue;
    }
    let wantedError = numberOf(
      glsForMu && name.startsWith("mu") ? polished.se_mu_gls[name] : polished.se_joint![name],
    );
    const loose = rhoModerated ? RHO_WITH_MODERATOR / ESTIMATE : 1;
    if (name === "rho12:(Intercept)" && !rhoModerated) {
      const rho = Math.tanh(wanted);
      wantedError *= (1 - rho ** 2) / (0.999999 * (1 - (rho / 0.999999) ** 2));
      wanted = Math.atanh(rho / 0.999999);
    }
    close(estimate, wanted, loose * ESTIMATE, name);
    relativelyClose(stdError, wantedError, loose * STANDARD_ERROR, `standard error of ${name}`);
  }
}

interface NamedCovariances {
  readonly params: readonly string[];
  readonly matrix: readonly (readonly number[])[];
}

function namedCovariances({ vcov_joint: given, estimates }: Polished): NamedCovariances {
  return "params" in given! ? given : { params: Object.keys(estimates), matrix: given! };
}

function checkCovariances(fit: Fit, id: string, { params, matrix }: NamedCovariances): void {
  const names = [...byName(fit).keys()];
  const places = params.map((name) => names.indexOf(fullName(id, name)));
  const errors = matrix.map((row, i) => Math.sqrt(row[i]!));
  for (const [i, a] of places.entries()) {
    for (const [j, b] of places.entries()) {
      const what = `vcov[${params[i]}, ${params[j]}]`;
      closeCovariance(fit.vcov[a * names.length + b]!, matrix[i]![j]!, errors[i]! * errors[j]!, what);
    }
  }
}

/** Predicted effects, of levels without rows too. */
function checkEffects(fit: Fit, id: string, wanted: NonNullable<MaCase["fits"][number]["ranef"]>): void {
  const rows = ranef(fit);
  for (const [name, { levels, blup, se }] of Object.entries(wanted)) {
    // some files name the grouping
    const dpar = fullName(id, `${name.startsWith("sd(") ? name : `sd(${name})`}:(Intercept)`).replace(
      /:\(Intercept\)$/,
      "",
    );
    levels.forEach((level, j) => {
      const row = rows.find((one) => one.dpar === dpar && one.level === level);
      expect(row, `${dpar} of ${level}`).toBeDefined();
      close(row!.estimate, blup[j]!, ESTIMATE, `${dpar} of ${level}`);
      close(row!.stdError, se[j]!, ESTIMATE, `prediction error of ${dpar} of ${level}`);
    });
  }
}

function checkFitted(fit: Fit, { fitted_mu, natural_sd }: Polished): void {
  for (const [i, value] of fitted_mu!.entries()) {
    close(fit.fitted.mu![i]!, value, ESTIMATE, `fitted mu of row ${i}`);
  }
  expect(fitted_mu).toHaveLength(fit.fitted.mu!.length);
  const sds = natural_sd?.sigma ?? 0;
  const scale = Math.max(...[sds].flat(), 1e-300);
  fit.fitted.sigma!.forEach((value, i) => {
    const wanted = typeof sds === "number" ? sds : sds[i]!;
    close(value / scale, wanted / scale, ESTIMATE, `fitted sigma of row ${i}, in units of the largest`);
  });
}
