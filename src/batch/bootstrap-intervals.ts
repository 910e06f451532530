import { criticalValue } from "../inference/level";

/** What the replicates say about one number, on the scale on which they were given. */
export interface ReplicateSummary {
  /** replicates that have the number */
  readonly used: number;
  /** of these, the ones in which it is infinite: an SD of zero on the log scale, a correlation of +-1 */
  readonly atBoundary: number;
  /** mean of the replicates minus the estimate; NaN when any of them is infinite */
  readonly bias: number;
  /** SD of the replicates; NaN when any of them is infinite */
  readonly stdError: number;
  /** quantiles of the replicates */
  readonly percentile: Limits;
  /** twice the estimate minus the quantiles of the replicates */
  readonly basic: Limits;
  /** estimate minus bias, plus and minus a normal quantile times `stdError` */
  readonly normal: Limits;
}

/** A confidence interval, on the scale of what it is of. */
export interface Limits {
  /** lower limit */
  readonly lower: number;
  /** upper limit */
  readonly upper: number;
}

/**
 * Bootstrap intervals (Davison and Hinkley 1997, Bootstrap Methods and their Application, chapter 5) of an estimate t
 * from R replicates t*, with q(p) the ((R + 1) p)-th smallest, interpolated:
 *
 *   percentile   q(a), q(1 - a)                  a = (1 - level) / 2
 *   basic        2 t - q(1 - a), 2 t - q(a)
 *   normal       t - bias -+ z SD(t*)
 *
 * Where (R + 1) a is less than 1 there are too few replicates and the limits are the extreme ones. Replicates at a
 * boundary are infinite and keep their places in the order.
 */
export function summarizeReplicates(
  estimate: number,
  replicates: Float64Array,
  level: number,
): ReplicateSummary {
  const z = criticalValue(level);
  const sorted = replicates.filter((value) => !Number.isNaN(value)).sort();
  const used = sorted.length;
  const atBoundary = sorted.filter((value) => !Number.isFinite(value)).length;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / used;
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  // infinite replicates leave neither a mean nor an SD
  const bias = atBoundary > 0 ? Number.NaN : mean - estimate;
  const stdError = atBoundary > 0 ? Number.NaN : Math.sqrt(squares / (used - 1));
  const a = (1 - level) / 2;
  const [low, high] = [quantile(sorted, a), quantile(sorted, 1 - a)];
  // an estimate at a boundary cannot be reflected at
  const reflected = (limit: number) => (Number.isFinite(estimate) ? 2 * estimate - limit : Number.NaN);
  return {
    used,
    atBoundary,
    bias,
    stdError,
    percentile: { lower: low, upper: high },
    basic: { lower: reflected(high), upper: reflected(low) },
    normal: { lower: estimate - bias - z * stdError, upper: estimate - bias + z * stdError },
  };
}

function quantile(sorted: Float64Array, p: number): number {
  const R = sorted.length;
  const place = (R + 1) * p;
  const below = Math.min(Math.max(Math.floor(place), 1), R);
  const above = Math.min(below + 1, R);
  const share = Math.min(Math.max(place - below, 0), 1);
  const low = sorted[below - 1] ?? Number.NaN;
  // without interpolation where there is nothing to interpolate: infinities have no differences
  if (share === 0 || sorted[above - 1] === low) return low;
  return low + share * (sorted[above - 1]! - low);
}
