import { DrmError, type ErrorCode } from "../errors";
import type { Fit } from "../fit/fit";
import { requireFit } from "../fit/require-fit";
import { criticalValue } from "../inference/level";
import { linkOf } from "../inference/links";
import type { Signal } from "../inference/signal";
import { type OptionKinds, requireOptions } from "../options";
import { type Limits, type ReplicateSummary, summarizeReplicates } from "./bootstrap-intervals";
import { inOrder, type Task } from "./in-order";
import type { JobError } from "./job";
import { crashError } from "./job-error";
import type { METHODS } from "./methods";
import { POOL_OPTIONS, type PoolOptions, startPool } from "./pool";
import { type OnProgress, progressOf } from "./progress";
import type { ReplicatesAnswer, ReplicatesMessage, ScaleValue } from "./replicates";

/** How a fit is bootstrapped. */
export interface BootstrapOptions extends PoolOptions {
  /** how many data sets are simulated (default 1000) */
  readonly replicates?: number | undefined;
  /** a whole number; the same seed gives the same numbers, however many workers there are */
  readonly seed: number;
  /** confidence level (default 0.95) */
  readonly level?: number | undefined;
  /** Newton runs a replicate, the first from the fit's own optimum (default 1: no search for second maxima) */
  readonly starts?: number | undefined;
  /** told now and then how many replicates are done; default nothing */
  readonly onProgress?: OnProgress | undefined;
  /** ends it at once: its reason is thrown, and no worker is left */
  readonly signal?: Signal | undefined;
}

const BOOTSTRAP_OPTIONS: OptionKinds<BootstrapOptions> = {
  replicates: "number",
  seed: "number",
  level: "number",
  starts: "number",
  onProgress: "function",
  signal: "signal",
  ...POOL_OPTIONS,
};

/** A coefficient, link scale. */
export interface BootstrapCoefficient extends ReplicateSummary {
  /** "mu", "sigma", "sd(study)", ... */
  readonly dpar: string;
  /** "(Intercept)", "habitatforest", ... */
  readonly term: string;
  /** of the fit, link scale */
  readonly estimate: number;
}

/** An SD or a correlation, response scale. Bias and standard error are those of its link scale. */
export interface BootstrapScale extends ReplicateSummary {
  /** "sigma", "sd(study)" (SDs) or "rho12" (a correlation) */
  readonly dpar: string;
  /** values of its moderators; empty without */
  readonly at: Readonly<Record<string, string | number>>;
  /** of the fit, response scale: an SD or a correlation */
  readonly estimate: number;
}

/** What bootstrap() found: each coefficient and each SD with the distribution of its replicates. */
export interface Bootstrap {
  /** how many data sets were simulated */
  readonly replicates: number;
  /** the seed that was given */
  readonly seed: number;
  /** confidence level of all intervals */
  readonly level: number;
  /** replicates that gave no numbers, by the `reason`, and their `count`; they are in none of the summaries */
  readonly failures: readonly { readonly reason: string; readonly count: number }[];
  /** replicates in which some coefficient is at its boundary; they are in the summaries */
  readonly atBoundary: number;
  /** in the order of fit.coefficients */
  readonly coefficients: readonly BootstrapCoefficient[];
  /** sigma, sd(group) and rho12 for each combination of their moderators; none of a dpar with more than 20 of them */
  readonly scale: readonly BootstrapScale[];
  /** the replicates' coefficients, replicates x coefficients by row; NaN in a row that failed */
  readonly estimates: Float64Array;
}

const REPLICATES = 1000;

/**
 * Parametric bootstrap on all cores: responses are simulated from the fit (see simulate()), its model is fitted to each,
 * and the spread of the estimates gives percentile, basic and normal intervals of every coefficient, and of every sigma,
 * sd(group) and rho12 on its response scale. For any fit that converged, ML or REML. Designs, known V, weights and
 * offsets stay what they are. Replicate i has a stream of random numbers of its own, so that the results depend on the
 * seed alone.
 *
 * The search of a replicate starts at the fit's optimum; where a likelihood has several maxima `starts` looks for more.
 * Cost: a fit a replicate, and the cube of each cluster of V a chunk of replicates.
 *
 * @throws DrmError "bad_option" for a fit that did not converge and options that make no sense, "not_supported" where workers
 *   cannot be started; what simulate() throws; the signal's reason
 */
export async function bootstrap(fit: Fit, options: BootstrapOptions): Promise<Bootstrap> {
  requireFit("bootstrap", fit);
  requireOptions("bootstrap", options, BOOTSTRAP_OPTIONS);
  const { replicates = REPLICATES, seed, level = 0.95, starts = 1, onProgress, signal } = options;
  for (const [name, value] of Object.entries({ replicates, starts })) {
    if (!(Number.isSafeInteger(value) && value >= 1)) {
      throw new DrmError("bad_option", `${name} = ${value}: a whole number of at least 1 is needed`);
    }
  }
  criticalValue(level);
  if (fit.optim.code !== 0) {
    throw new DrmError("bad_option", `a bootstrap needs a fit that converged: ${fit.optim.message}`);
  }
  if (!Number.isSafeInteger(seed)) {
    throw new DrmError("bad_option", `seed = ${String(seed)}: a whole number is needed`);
  }
  const k = fit.coefficients.length;
  const columns: Float64Array[] = [];
  let scale: readonly ScaleValue[] = [];
  const reasons = new Map<string, number>();
  const progress = progressOf(onProgress, replicates);
  const task = replicatesTask({ fit, seed, starts });
  let done = 0;
  for await (const results of inOrder(numbers(replicates), task, startPool(options), signal)) {
    const before = done;
    let failed = 0;
    for (const { statistics, failure, ...replicate } of results) {
      scale = replicate.scale ?? scale;
      statistics.forEach((value, j) => {
        columns[j] ??= new Float64Array(replicates).fill(Number.NaN);
        columns[j]![done] = value;
      });
      done++;
      if (failure === null) continue;
      reasons.set(failure, (reasons.get(failure) ?? 0) + 1);
      failed++;
    }
    progress.add(done - before, failed);
  }

  const coefficients = fit.coefficients.map(({ dpar, term, estimate }, j) => ({
    dpar,
    term,
    estimate,
    ...summarizeReplicates(estimate, columns[j]!, level),
  }));
  const estimates = new Float64Array(replicates * k);
  for (let j = 0; j < k; j++)
    columns[j]!.forEach((value, i) => {
      estimates[i * k + j] = value;
    });
  return {
    replicates,
    seed,
    level,
    failures: [...reasons].map(([reason, count]) => ({ reason, count })),
    atBoundary: countBoundary(columns, k),
    coefficients,
    scale: scale.map((target, j) => onResponseScale(fit, target, columns[k + j]!, level)),
    estimates,
  };
}

/** Limits are transformed: a quantile of exp(x) is the exponential of that of x. */
function onResponseScale(
  fit: Fit,
  { dpar, at, estimate }: ScaleValue,
  replicates: Float64Array,
  level: number,
): BootstrapScale {
  const { response } = linkOf(fit, dpar);
  const summary = summarizeReplicates(estimate, replicates, level);
  const limits = ({ lower, upper }: Limits): Limits => ({ lower: response(lower), upper: response(upper) });
  return {
    dpar,
    at,
    estimate: response(estimate),
    ...summary,
    percentile: limits(summary.percentile),
    basic: limits(summary.basic),
    normal: limits(summary.normal),
  };
}

/** Rows with a number, and with a coefficient that is infinite or nothing. */
function countBoundary(columns: readonly Float64Array[], k: number): number {
  let count = 0;
  columns[0]?.forEach((_, i) => {
    const failed = columns.every((column) => Number.isNaN(column[i]!));
    if (!failed && columns.slice(0, k).some((column) => !Number.isFinite(column[i]!))) count++;
  });
  return count;
}

function* numbers(count: number): Generator<number, void, undefined> {
  for (let i = 0; i < count; i++) yield i;
}

interface Replicate {
  /** absent when no worker survived the replicate */
  readonly scale?: readonly ScaleValue[];
  readonly statistics: Float64Array;
  readonly failure: string | null;
}

function replicatesTask(
  shared: Omit<ReplicatesMessage, "first" | "count">,
): Task<number, ReplicatesMessage, ReplicatesAnswer | { readonly error: JobError }, Replicate> {
  return {
    method: "fitReplicates" satisfies keyof typeof METHODS,
    open(first) {
      let count = 0;
      return {
        add: () => {
          count++;
        },
        close: () => ({ ...shared, first, count }),
      };
    },
    message: (chunk) => chunk,
    only: (chunk, i) => ({ ...chunk, first: chunk.first + i, count: 1 }),
    unpack(answer) {
      // of the fit, not of a replicate
      if ("error" in answer) throw new DrmError(answer.error.code as ErrorCode, answer.error.message);
      const { scale, statistics, failures } = answer;
      const width = statistics.length / failures.length;
      return failures.map((failure, i) => ({
        scale,
        statistics: statistics.subarray(i * width, (i + 1) * width),
        failure,
      }));
    },
    crashed: (_, why) => ({
      statistics: new Float64Array(shared.fit.coefficients.length).fill(Number.NaN),
      failure: crashError(why).message,
    }),
  };
}
