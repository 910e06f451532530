import { DrmError } from "../errors";
import type { BivariateFit, Fit, UnivariateFit } from "../fit/fit";
import { requireCovariance } from "../fit/known-covariance";
import { requireFit } from "../fit/require-fit";
import type { Sampler } from "../model/terms/term";
import { stackedTerms } from "../opened/stacked-terms";
import { type OptionKinds, requireOptions, shown } from "../options";
import { randomStream } from "../stats/random";
import { outcomesOf } from "./outcomes";

/** How responses are simulated. */
export interface SimulateOptions {
  /** a whole number; the same seed gives the same draws */
  readonly seed: number;
}

const SIMULATE_OPTIONS: OptionKinds<SimulateOptions> = {
  seed: "number",
};

/** One draw of both outcomes, one number per row used; NaN where a study lacks the outcome. */
export interface BivariateResponses {
  /** of the first outcome; NaN where a study lacks it */
  readonly mu1: Float64Array;
  /** of the second outcome; NaN where a study lacks it */
  readonly mu2: Float64Array;
}

/**
 * Responses drawn from the fitted model, n of them, one number per row used:
 *
 *   y* = mu + Z u + e1 + L e2,   u ~ N(0, G), e1 ~ N(0, R), e2 ~ N(0, 1),   V = L L'
 *
 * with the estimates taken as known: new studies of the same design, for a parametric bootstrap or a check of the fit.
 * R has sigma^2 on its diagonal and, with two outcomes, rho12 sigma1 sigma2 between those of a study; a draw is then
 * `{ mu1, mu2 }`, and a study keeps the outcomes that it has. Likelihood weights do not enter. Each draw has its own
 * stream of numbers, so that draw i is the same whatever n is. Cost O(n rows), and the cube of each cluster of V once.
 *
 * @throws DrmError "bad_option" for an n or a seed that is not a whole number; "bad_known_v" for a V with covariances
 *   that the fit does not carry, or that is not positive semidefinite
 */
export function simulate(fit: UnivariateFit, n: number, options: SimulateOptions): Float64Array[];
export function simulate(fit: BivariateFit, n: number, options: SimulateOptions): BivariateResponses[];
export function simulate(
  fit: Fit,
  n: number,
  options: SimulateOptions,
): Float64Array[] | BivariateResponses[];
export function simulate(
  fit: Fit,
  n: number,
  options: SimulateOptions,
): Float64Array[] | BivariateResponses[] {
  requireFit("simulate", fit);
  requireOptions("simulate", options, SIMULATE_OPTIONS);
  const { seed } = options;
  if (!(Number.isSafeInteger(n) && n >= 1)) {
    throw new DrmError("bad_option", `n = ${shown(n)}: a whole number of at least 1 is needed`);
  }
  const draw = simulator(fit, seed);
  const draws = Array.from({ length: n }, (_, stream) => draw(stream));
  if (fit.family === "gaussian") return draws.map(({ mu }) => mu!);
  return draws.map(({ mu1, mu2 }) => ({ mu1: mu1!, mu2: mu2! }));
}

/** The draws of simulate() one at a time, by their number: responses by location dpar. */
export function simulator(
  fit: Fit,
  seed: number,
): (stream: number) => Readonly<Record<string, Float64Array>> {
  if (!Number.isSafeInteger(seed)) {
    throw new DrmError("bad_option", `seed = ${String(seed)}: a whole number is needed`);
  }
  const samplers = samplersOf(fit);
  return (stream) => {
    const random = randomStream(seed, stream);
    const y = stackedMeans(fit);
    for (const addDraw of samplers) addDraw(() => random.normal(), y);
    return Object.fromEntries(
      outcomesOf(fit).map(({ location, offset, stride }) => [
        location,
        stride === 1 ? y : Float64Array.from({ length: fit.nobs }, (_, i) => y[stride * i + offset]!),
      ]),
    );
  };
}

// with two outcomes a draw is stacked y1[1], y2[1], y1[2], ... as V is, NaN where an outcome is absent

function stackedMeans(fit: Fit): Float64Array {
  const outcomes = outcomesOf(fit);
  const y = new Float64Array(fit.nobs * outcomes.length);
  for (const { location, offset, stride } of outcomes) {
    const observed = fit.response[location]!.values;
    fit.fitted[location]!.forEach((mu, i) => {
      y[i * stride + offset] = Number.isNaN(observed[i]!) ? Number.NaN : mu;
    });
  }
  return y;
}

/** Random effects first and V last: a seed keeps the numbers that it has always given. */
function samplersOf(fit: Fit): Sampler[] {
  const { terms, spreads } = stackedTerms(fit, requireCovariance(fit.knownV, "simulate()"));
  const stride = outcomesOf(fit).length;
  const rowName = (place: number) => `row ${fit.rows[Math.floor(place / stride)]! + 1}`;
  const [known, residual, ...effects] = terms.map((term) => term.sampler(spreads, rowName));
  return [...effects, residual!, known!];
}
