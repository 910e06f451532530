import { DrmError } from "../errors";
import { drm, type Fit } from "../index";
import { checkOptions, type OptionKinds, shown } from "../options";
import { count } from "../words";
import { isTied, partsOf, singleMean } from "./effects";
import { type Estimate, waldEstimate } from "./estimate";

/** How the number of missing effect sizes is estimated. */
export type TrimFillEstimator = "L0" | "R0" | "Q0";

export interface TrimFillOptions {
  /** default "L0" */
  readonly estimator?: TrimFillEstimator;
  /** where effect sizes are missing: "left" (small ones) or "right"; default by the slope of the effects on their standard errors */
  readonly side?: "left" | "right";
  /** default 0.95 */
  readonly level?: number;
}

/** The mean after filling in, and what was filled in. */
export interface TrimFill extends Estimate {
  /** how the number was estimated */
  readonly estimator: TrimFillEstimator;
  /** where they are missing */
  readonly side: "left" | "right";
  /** how many effect sizes were filled in */
  readonly filled: number;
  /** of the estimate of that number */
  readonly filledStdError: number;
  /** of "R0": P(as many filled in, or more | none is missing); NaN for the others */
  readonly filledPValue: number;
  /** extra heterogeneity with those filled in; a variance */
  readonly tau2: number;
  /** the values filled in */
  readonly filledEffects: readonly number[];
  /** their sampling variances */
  readonly filledVariances: readonly number[];
  /** data rows, counted from 1, that they mirror */
  readonly mirrored: readonly number[];
  /** what to know when reading it, a sentence each */
  readonly notes: readonly string[];
}

const TRIM_FILL_OPTIONS: OptionKinds<TrimFillOptions> = { estimator: "text", side: "text", level: "number" };

/** The iteration settles within a few steps, or runs in a circle. */
const MOST_STEPS = 100;

/**
 * Trim and fill (Duval and Tweedie 2000, JASA 95, 89-98; Biometrics 56, 455-463). The k0 most extreme effect sizes on one side are
 * trimmed, the mean m of the others estimated, and k0 again from the ranks of |y - m|, until k0 stays. Then the k0 are
 * mirrored at m and the fit's model (method, sigma held or not) is fitted to all. With T the sum of the ranks on the far
 * side and r the length of the run of largest ranks there,
 *
 *   L0 = (4 T - k (k + 1)) / (2 k - 1),   R0 = r - 1,   Q0 = k - 1/2 - sqrt(2 k^2 - 4 T + 1/4).
 *
 * A sensitivity analysis: it takes asymmetry for suppression, and is misled by heterogeneity (Terrin et al. 2003, Statistics
 * in Medicine 22, 2113-2126).
 *
 * @throws DrmError "not_supported" for models other than one mean and one sigma; "bad_option" for an unknown option or
 *   fewer than three effect sizes; "not_supported" where all but one would be trimmed; what drm() throws
 */
export function trimFill(fit: Fit, options: TrimFillOptions = {}): TrimFill {
  checkOptions("trimFill", options, TRIM_FILL_OPTIONS);
  const { estimator = "L0", level = 0.95 } = options;
  if (!Object.hasOwn(ESTIMATORS, estimator)) {
    throw new DrmError("bad_option", `unknown estimator ${shown(estimator)}: they are "L0", "R0" and "Q0"`);
  }
  const { yi, vi, notes } = singleMean("trimFill", fit);
  if (isTied(fit) || !isConstantSigma(fit)) {
    throw new DrmError(
      "not_supported",
      "trimFill() mirrors independent effect sizes of one mean and one sigma: yi ~ 1 + meta_V(V = vi); smallStudy(fit) takes any model",
    );
  }
  const k = yi.length;
  if (k < 3) throw new DrmError("bad_option", "trimFill() needs three effect sizes or more");
  const side = sideOf(options.side, fit, { yi, vi });
  const sign = side === "right" ? -1 : 1;

  // as if the small ones were missing: the largest are trimmed
  const order = Array.from(yi.keys()).sort((a, b) => sign * (yi[a]! - yi[b]!));
  let missing = 0;
  let [raw, mean] = [0, 0];
  for (let step = 0, before = -1; missing !== before && step < MOST_STEPS; step++) {
    before = missing;
    const kept = order.slice(0, k - missing);
    mean = meanOf(fit, pick(yi, kept), pick(vi, kept)).coefficients[0]!.estimate;
    raw = ESTIMATORS[estimator](order.map((i) => sign * (yi[i]! - mean)));
    missing = Math.max(0, Math.round(raw));
    if (missing > k - 2) {
      throw new DrmError(
        "not_supported",
        `trimFill() by ${estimator} would trim ${missing} of ${count(k, "effect size")}: the funnel is too one-sided for it`,
      );
    }
  }
  const mirrored = order.slice(k - missing);
  const filledEffects = mirrored.map((i) => 2 * mean - yi[i]!);
  const filledVariances = mirrored.map((i) => vi[i]!);
  const filled = meanOf(fit, [...yi, ...filledEffects], [...vi, ...filledVariances]);
  const { estimate, stdError } = filled.coefficients[0]!;
  return {
    ...waldEstimate(estimate, stdError, Number.POSITIVE_INFINITY, level),
    estimator,
    side,
    filled: missing,
    // at the estimate before it is rounded
    filledStdError: STD_ERRORS[estimator](k, raw),
    filledPValue: estimator === "R0" ? 0.5 ** (missing + 1) : Number.NaN,
    tau2: partsOf(filled).sigmas[0]! ** 2,
    filledEffects,
    filledVariances,
    mirrored: mirrored.map((i) => fit.rows[i]! + 1),
    notes,
  };
}

function isConstantSigma(fit: Fit): boolean {
  const columns = partsOf(fit).scale?.names;
  return columns === undefined || (columns.length === 1 && columns[0] === "(Intercept)");
}

function sideOf(
  given: string | undefined,
  fit: Fit,
  { yi, vi }: { yi: Float64Array; vi: Float64Array },
): "left" | "right" {
  if (given === "left" || given === "right") return given;
  if (given !== undefined) {
    throw new DrmError("bad_option", `unknown side ${shown(given)}: it is "left" or "right"`);
  }
  // small studies with large effects: those with small effects are missing
  if (vi.every((v) => v === vi[0])) return "left";
  const { method, fixed } = fit;
  const line = drm("yi ~ sei + meta_V(V = vi)", { data: { yi, vi, sei: vi.map(Math.sqrt) }, method, fixed });
  return line.coefficients[1]!.estimate < 0 ? "right" : "left";
}

/** The fit's model of one mean and one sigma, of other effect sizes. */
function meanOf({ method, fixed }: Fit, yi: ArrayLike<number>, vi: ArrayLike<number>): Fit {
  const data = { yi: Float64Array.from(yi), vi: Float64Array.from(vi) };
  return drm("yi ~ 1 + meta_V(V = vi)", { data, method, fixed });
}

function pick(values: Float64Array, rows: readonly number[]): number[] {
  return rows.map((i) => values[i]!);
}

/** Ranks of |d|, from 1, with the sign of d; of tied ones the first is the lower. */
function signedRanks(deviations: readonly number[]): number[] {
  const order = deviations
    .map((_, i) => i)
    .sort((a, b) => Math.abs(deviations[a]!) - Math.abs(deviations[b]!));
  const ranks = new Array<number>(deviations.length);
  order.forEach((i, rank) => {
    ranks[i] = Math.sign(deviations[i]!) * (rank + 1);
  });
  return ranks;
}

/** T, the sum of the ranks above the mean. */
function upperSum(deviations: readonly number[]): number {
  return signedRanks(deviations).reduce((sum, rank) => sum + Math.max(0, rank), 0);
}

const ESTIMATORS: Readonly<Record<TrimFillEstimator, (deviations: readonly number[]) => number>> = {
  L0: (deviations) => {
    const k = deviations.length;
    return (4 * upperSum(deviations) - k * (k + 1)) / (2 * k - 1);
  },
  R0: (deviations) => {
    const lowest = signedRanks(deviations).reduce((most, rank) => Math.max(most, -rank), 0);
    return deviations.length - lowest - 1;
  },
  Q0: (deviations) => {
    const k = deviations.length;
    return k - 1 / 2 - Math.sqrt(Math.max(0, 2 * k ** 2 - 4 * upperSum(deviations) + 1 / 4));
  },
};

/** The variance of T (Duval and Tweedie 2000, Biometrics 56, 455-463). */
function varianceOfT(k: number, k0: number): number {
  const cubic = 10 * k0 ** 3 + 27 * k0 ** 2 + 17 * k0;
  return (k * (k + 1) * (2 * k + 1) + cubic - 18 * k * k0 ** 2 - 18 * k * k0 + 6 * k ** 2 * k0) / 24;
}

const STD_ERRORS: Readonly<Record<TrimFillEstimator, (k: number, k0: number) => number>> = {
  L0: (k, k0) => (4 * Math.sqrt(Math.max(0, varianceOfT(k, k0)))) / (2 * k - 1),
  R0: (_, k0) => Math.sqrt(2 * Math.max(0, k0) + 2),
  Q0: (k, k0) =>
    (2 * Math.sqrt(Math.max(0, varianceOfT(k, k0)))) / Math.sqrt((k - 1 / 2) ** 2 - k0 * (2 * k - k0 - 1)),
};
