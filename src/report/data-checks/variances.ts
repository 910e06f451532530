/** Sampling variances: impossible, out of line with the rest, or something else than variances. */
import { largest, smallest } from "../../data/range";
import { namesStandardErrors } from "../../formula/standard-error-name";
import { chiSquaredUpperTail } from "../../stats/chi-squared";
import { type CheckRow, row } from "../checks/check";
import { formatFixed, formatPValue, formatSignificant } from "../format";
import { cochran, type EffectSizes, median, rowsText } from "./effect-sizes";
import { spreadGain } from "./variance-shape";

/** A variance this many times the median, or this part of it: a sample size that much smaller or larger. */
const OUT_OF_LINE = 1000;
const FEW = 5;
/** Effects that vary less than this probability allows under sampling error alone. */
const TOO_ALIKE = 1e-3;
/** ... and from which on they are alike, or apart, beyond what one would take for chance without a thought. */
const ALIKE = 0.05;
/** Differences of log-likelihoods: 20 to 1 for standard errors, and 3 to 1 with effects that are alike besides. */
const CLEAR = 3;
const LIKELY = 1;
/** Distance of the effects from their median, in standard errors (I^2 of 99.8 %). */
const TOO_FAR_APART = 20;
/** Slope of log variance on log sample size: -1 for variances, -1/2 for standard errors, -2 for squared variances. */
const SLOPE_TOLERANCE = 0.2;
const SMALLEST_RANGE_OF_N = 3;

export function varianceRange({ variance, v, rows }: EffectSizes): CheckRow {
  const name = "variance_range";
  const negative = rows.filter((_, i) => v[i] < 0);
  if (negative.length > 0) {
    const message = `A sampling variance of ${variance} is negative in ${rowsText(negative)}: no model can be fitted.`;
    return row(name, "error", rowsText(negative), message);
  }
  const zero = rows.filter((_, i) => v[i] === 0);
  if (zero.length > 0) {
    const message = `${variance} is 0 in ${rowsText(zero)}: an effect size known without error. Leave the cell empty where it is not known.`;
    return row(name, "warning", rowsText(zero), message);
  }
  const middle = median(v);
  const range = `${formatSignificant(smallest(v))} to ${formatSignificant(largest(v))}`;
  const odd = rows.filter((_, i) => v[i] > OUT_OF_LINE * middle || v[i] * OUT_OF_LINE < middle);
  if (v.length >= FEW && odd.length > 0) {
    const message =
      `${variance} is more than ${OUT_OF_LINE} times its median (${formatSignificant(middle)}), or less than a ${OUT_OF_LINE}th, in ` +
      `${rowsText(odd)}: check the unit, the decimal point and the sample size there.`;
    return row(name, "warning", rowsText(odd), message);
  }
  return row(
    name,
    "ok",
    range,
    "Every sampling variance is positive, and none is out of line with the rest.",
  );
}

/**
 * Whether the column holds standard errors, or variances squared: by its name, by what the sample sizes say, and by which
 * effects are spread the most. Cochran's Q supports what these say; alone it is worth a note.
 */
export function varianceScale(data: EffectSizes): CheckRow | null {
  const { v, variance } = data;
  const name = "variance_scale";
  if (data.named && namesStandardErrors(variance)) {
    const message = `V takes sampling variances, and the name '${variance}' says that it holds standard errors: if it does, square it.`;
    return row(name, "warning", variance, message);
  }
  if (v.some((value) => !(value > 0)) || v.length < FEW) return null;
  const slope = data.n === null ? Number.NaN : slopeOnSampleSize(v, data.n);
  if (Math.abs(slope + 0.5) < SLOPE_TOLERANCE) {
    const message = `${variance} falls with the square root of the sample size, as standard errors do: if that is what it holds, square it.`;
    return row(name, "warning", `slope ${formatFixed(slope, 2)}`, message);
  }
  if (Math.abs(slope + 2) < 2 * SLOPE_TOLERANCE) {
    const message = `${variance} falls with the square of the sample size: it looks like variances that were squared once more.`;
    return row(name, "warning", `slope ${formatFixed(slope, 2)}`, message);
  }
  return bySpread(data, Number.isNaN(slope)) ?? byQ(data);
}

/** Which effects are spread the most, where the sample sizes say nothing. */
function bySpread({ y, v, variance }: EffectSizes, mayTell: boolean): CheckRow | null {
  if (!mayTell) return null;
  const asErrors = spreadGain(y, v, 2);
  const asSquares = spreadGain(y, v, 0.5);
  const { lower } = tails(y, v);
  if (asErrors > CLEAR || (asErrors > LIKELY && lower < ALIKE)) {
    const message =
      `The effects are spread as if ${variance} held standard errors: log-likelihood ${formatFixed(asErrors, 1)} higher than with ` +
      "variances. If that is what it holds, square it.";
    return row("variance_scale", "warning", `spread +${formatFixed(asErrors, 1)}`, message);
  }
  if (asSquares > CLEAR) {
    const message =
      `The effects are spread as if ${variance} held variances that were squared once more: log-likelihood ` +
      `${formatFixed(asSquares, 1)} higher than with variances.`;
    return row("variance_scale", "warning", `spread +${formatFixed(asSquares, 1)}`, message);
  }
  return null;
}

function byQ({ y, v, variance }: EffectSizes): CheckRow {
  const name = "variance_scale";
  const { q, df, lower, upper } = tails(y, v);
  const value = `Q ${formatFixed(q, 2)}, df ${df}`;
  if (lower < TOO_ALIKE) {
    const message =
      `The effects differ less than sampling errors of variance ${variance} would make them (p = ${formatPValue(lower)}). If it holds ` +
      "standard errors, square them; or effects of one sample are taken for independent.";
    return row(name, "note", value, message);
  }
  const center = median(y);
  const far = median(y.map((effect, i) => Math.abs(effect - center) / Math.sqrt(v[i])));
  if (far > TOO_FAR_APART) {
    const message =
      `Half of the effects are more than ${formatFixed(far, 0)} standard errors from their median: ${variance} may be variances that were ` +
      "squared, of another unit than the effects, or those of single measurements.";
    return row(name, "note", `median |z| ${formatFixed(far, 1)}`, message);
  }
  const alike = `The effects differ little for sampling errors of this size (p = ${formatPValue(lower)}), but not so little that chance could not do it.`;
  const apart = `The effects differ more than sampling errors of this size make them, as they do with heterogeneity: this says nothing on the scale of ${variance}.`;
  const fitting = "The effects vary as variances of this size let them.";
  return row(name, "ok", value, lower < ALIKE ? alike : upper < ALIKE ? apart : fitting);
}

/** Cochran's Q, with the probabilities of a smaller and of a larger one under sampling error alone. */
function tails(
  y: readonly number[],
  v: readonly number[],
): { q: number; df: number; lower: number; upper: number } {
  const { q } = cochran({ y, v });
  const df = y.length - 1;
  const upper = chiSquaredUpperTail(q, df);
  return { q, df, lower: 1 - upper, upper };
}

/** Least-squares slope of log v on log n; NaN where the sample sizes differ too little or do not explain the variances. */
function slopeOnSampleSize(v: readonly number[], n: readonly number[]): number {
  const points = v.flatMap((value, i) => (n[i] > 0 ? [[Math.log(n[i]), Math.log(value)] as const] : []));
  if (points.length < FEW) return Number.NaN;
  const xs = points.map(([x]) => x);
  if (largest(xs) - smallest(xs) < Math.log(SMALLEST_RANGE_OF_N)) return Number.NaN;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const mx = mean(xs);
  const my = mean(points.map(([, y]) => y));
  let sxx = 0;
  let sxy = 0;
  let syy = 0;
  for (const [x, y] of points) {
    sxx += (x - mx) ** 2;
    sxy += (x - mx) * (y - my);
    syy += (y - my) ** 2;
  }
  const slope = sxy / sxx;
  const error = Math.sqrt(Math.max(0, syy - slope * sxy) / ((points.length - 2) * sxx));
  // the sample size must say clearly which it is: -1/2 or -1, -1 or -2
  return error < SLOPE_TOLERANCE / 2 ? slope : Number.NaN;
}
