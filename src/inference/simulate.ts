import { DrmError } from "../errors";
import type { Fit } from "../fit/fit";
import { type RandomStream, randomStream } from "../stats/random";

export interface SimulateOptions {
  /** a whole number; the same seed gives the same draws */
  readonly seed: number;
}

/**
 * Responses drawn from the fitted model, n vectors of one number per row used, for the fit of one outcome:
 *
 *   y* = mu + Z u + sigma e1 + L e2,   u ~ N(0, G), e1, e2 ~ N(0, 1),   V = L L'
 *
 * with the estimates taken as known: new studies of the same design, for a parametric bootstrap or a check of the fit.
 * Likelihood weights do not enter. Each draw has its own stream of numbers, so that draw i is the same whatever n is.
 * Cost O(n rows), and the cube of each cluster of V once.
 *
 * @throws DrmError "bad_option" for an n or a seed that is not a whole number; "not_supported" for two outcomes;
 *   "bad_known_v" for a V with covariances that the fit does not carry, or that is not positive semidefinite
 */
export function simulate(fit: Fit, n: number, { seed }: SimulateOptions): Float64Array[] {
  if (!(Number.isSafeInteger(n) && n >= 1)) {
    throw new DrmError("bad_option", `n = ${n}: a whole number of at least 1 is needed`);
  }
  if (!Number.isSafeInteger(seed)) {
    throw new DrmError("bad_option", `seed = ${String(seed)}: a whole number is needed`);
  }
  if (fit.family !== "gaussian") {
    throw new DrmError("not_supported", "simulate() is for fits of one outcome in this version");
  }
  const addSampling = samplingErrors(fit);
  return Array.from({ length: n }, (_, draw) => {
    const random = randomStream(seed, draw);
    const y = fit.fitted.mu!.slice();
    for (const { codes, sd } of fit.random ?? []) {
      const u = sd.map((omega) => omega * random.normal());
      codes.forEach((code, i) => {
        if (code >= 0) y[i]! += u[code]!;
      });
    }
    fit.fitted.sigma!.forEach((sigma, i) => {
      y[i]! += sigma * random.normal();
    });
    addSampling(y, random);
    return y;
  });
}

/** Adds L e2 to y. */
function samplingErrors({ knownV, nobs }: Fit): (y: Float64Array, random: RandomStream) => void {
  const { variances, blocks, clusters } = knownV;
  if (clusters > 0 && blocks === undefined) {
    const what = "simulate() needs the covariances of V, which this fit does not carry";
    throw new DrmError("bad_known_v", `${what}: refit the model with this version`);
  }
  const clustered = new Uint8Array(nobs);
  for (const row of blocks?.rows ?? []) clustered[row] = 1;
  const L = blocks === undefined ? [] : factors(blocks);
  return (y, random) => {
    variances.forEach((v, i) => {
      if (clustered[i] === 0) y[i]! += Math.sqrt(v) * random.normal();
    });
    for (const { rows, factor } of L) {
      const e = Float64Array.from(rows, () => random.normal());
      rows.forEach((row, a) => {
        const start = (a * (a + 1)) / 2;
        for (let b = 0; b <= a; b++) y[row]! += factor[start + b]! * e[b]!;
      });
    }
  };
}

interface ClusterFactor {
  readonly rows: Int32Array;
  /** lower triangle packed by rows */
  readonly factor: Float64Array;
}

/** Relative to a variance: a pivot down to minus this is a zero of a semidefinite V. */
const ZERO_PIVOT = 1e-8;

function factors({ sizes, rows, values }: NonNullable<Fit["knownV"]["blocks"]>): ClusterFactor[] {
  let first = 0;
  let packed = 0;
  return Array.from(sizes, (size) => {
    const length = (size * (size + 1)) / 2;
    const cluster = {
      rows: rows.subarray(first, first + size),
      factor: semidefiniteFactor(values.slice(packed, packed + length), size),
    };
    first += size;
    packed += length;
    return cluster;
  });
}

/** Cholesky factor in place; a zero pivot leaves a column of zeros. */
function semidefiniteFactor(L: Float64Array, size: number): Float64Array {
  for (let i = 0; i < size; i++) {
    const row = (i * (i + 1)) / 2;
    const variance = L[row + i]!;
    for (let j = 0; j <= i; j++) {
      const other = (j * (j + 1)) / 2;
      let sum = L[row + j]!;
      for (let k = 0; k < j; k++) sum -= L[row + k]! * L[other + k]!;
      if (i !== j) L[row + j] = L[other + j]! > 0 ? sum / L[other + j]! : 0;
      else if (sum < -ZERO_PIVOT * variance)
        throw new DrmError("bad_known_v", "V is not a covariance matrix");
      else L[row + i] = sum > ZERO_PIVOT * variance ? Math.sqrt(sum) : 0;
    }
  }
  return L;
}
