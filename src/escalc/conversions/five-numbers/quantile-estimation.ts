import { incompleteBeta } from "../../../stats/incomplete-beta";
import { upperIncompleteGamma } from "../../../stats/incomplete-gamma";
import { normalQuantile } from "../../../stats/normal";
import { stirlingError } from "../../../stats/stirling";
import { tailQuantile } from "../../../stats/tail-quantile";
import { minimiseInPlane, minimiseOn } from "./minimise";
import type { FiveNumbers, Moments } from "./summary";

/** Numbers with the probability that each is the quantile of. */
interface Quantile {
  readonly value: number;
  readonly p: number;
}

/** A distribution fitted to them, and how far its quantiles are off: the sum of squares. */
export interface FittedDistribution extends Moments {
  readonly name: "normal" | "log-normal" | "gamma" | "Weibull" | "beta";
  readonly distance: number;
}

/**
 * McGrath et al. (2020): of the normal, log-normal, gamma, Weibull and beta distributions the one whose quantiles come closest to the
 * numbers, least squares each; min and max are taken for the quantiles of 1/n and 1 - 1/n. Of numbers that are not all positive only the
 * normal, of numbers that are not all below 1 not the beta distribution. All but the beta distribution are fitted free of units.
 */
export function quantileEstimation({ min, q1, median, q3, max, n }: FiveNumbers): FittedDistribution {
  const quantiles = [
    { value: min, p: 1 / n },
    { value: q1, p: 0.25 },
    { value: median, p: 0.5 },
    { value: q3, p: 0.75 },
    { value: max, p: 1 - 1 / n },
  ].filter(({ value }) => !Number.isNaN(value));
  const positive = quantiles.every(({ value }) => value > 0);
  const shares = positive && quantiles.every(({ value }) => value < 1);
  const fits = [
    normal(quantiles),
    ...(positive ? [logNormal(quantiles), gamma(quantiles), weibull(quantiles)] : []),
    ...(shares ? [beta(quantiles)] : []),
  ];
  return fits.reduce((best, one) => (one.distance < best.distance ? one : best));
}

const sumOfSquares = (quantiles: readonly Quantile[], of: (p: number) => number) =>
  quantiles.reduce((sum, { value, p }) => sum + (value - of(p)) ** 2, 0);

/** Least squares of value = mu + sigma z(p). */
function normal(quantiles: readonly Quantile[]): FittedDistribution {
  const z = quantiles.map(({ p }) => normalQuantile(p));
  const k = quantiles.length;
  const [zs, ys] = [z.reduce((a, b) => a + b, 0) / k, quantiles.reduce((a, { value }) => a + value, 0) / k];
  let [zy, zz] = [0, 0];
  for (const [i, { value }] of quantiles.entries()) {
    zy += (z[i]! - zs) * (value - ys);
    zz += (z[i]! - zs) ** 2;
  }
  const sd = zy / zz;
  const mean = ys - sd * zs;
  return {
    name: "normal",
    mean,
    sd,
    distance: sumOfSquares(quantiles, (p) => mean + sd * normalQuantile(p)),
  };
}

/** Least squares over a scale, which is a ratio of sums, and a shape, whose logarithm is searched. */
function scaled(
  quantiles: readonly Quantile[],
  [low, high]: readonly [number, number],
  standard: (p: number, shape: number) => number,
): { readonly scale: number; readonly shape: number; readonly distance: number } {
  const at = (shape: number) => {
    const q = quantiles.map(({ p }) => standard(p, shape));
    const yq = quantiles.reduce((sum, { value }, i) => sum + value * q[i]!, 0);
    const scale = yq / q.reduce((sum, x) => sum + x * x, 0);
    return {
      scale,
      shape,
      distance: quantiles.reduce((sum, { value }, i) => sum + (value - scale * q[i]!) ** 2, 0),
    };
  };
  const best = minimiseOn((u) => at(Math.exp(u)).distance, Math.log(low), Math.log(high));
  return at(Math.exp(best));
}

/** Shapes of next to no spread at one end, and of more than anything reported at the other. */
const SHAPES = { logNormal: [1e-3, 10], gamma: [0.5, 1e4], weibull: [0.2, 1e3] } as const;

function logNormal(quantiles: readonly Quantile[]): FittedDistribution {
  const { scale, shape, distance } = scaled(quantiles, SHAPES.logNormal, (p, s) =>
    Math.exp(s * normalQuantile(p)),
  );
  const mean = scale * Math.exp((shape * shape) / 2);
  return { name: "log-normal", mean, sd: mean * Math.sqrt(Math.expm1(shape * shape)), distance };
}

function gamma(quantiles: readonly Quantile[]): FittedDistribution {
  const { scale, shape, distance } = scaled(quantiles, SHAPES.gamma, (p, a) => {
    const tail = (x: number, upper: boolean) =>
      upper ? upperIncompleteGamma(a, x) : 1 - upperIncompleteGamma(a, x);
    // in units of the mean
    return tailQuantile(1 - p, tail) / a;
  });
  return { name: "gamma", mean: scale, sd: scale / Math.sqrt(shape), distance };
}

function weibull(quantiles: readonly Quantile[]): FittedDistribution {
  const { scale, shape, distance } = scaled(
    quantiles,
    SHAPES.weibull,
    (p, k) => (-Math.log1p(-p)) ** (1 / k),
  );
  const [first, second] = [gammaFunction(1 + 1 / shape), gammaFunction(1 + 2 / shape)];
  return {
    name: "Weibull",
    mean: scale * first,
    sd: scale * Math.sqrt(second - first * first),
    distance,
  };
}

/** For a of 1 and more, by Stirling's formula and its error. */
function gammaFunction(a: number): number {
  return Math.exp((a - 0.5) * Math.log(a) - a + 0.5 * Math.log(2 * Math.PI) + stirlingError(a));
}

/** Both shapes 0.5 and more, their logarithms searched from the method of moments. */
function beta(quantiles: readonly Quantile[]): FittedDistribution {
  const { mean, sd } = normal(quantiles);
  const total = Math.max((mean * (1 - mean)) / (sd * sd) - 1, 1.1);
  const quantile = (p: number, a: number, b: number) => {
    // odds x / (1 - x) are any positive number
    const tail = (odds: number, upper: boolean) =>
      incompleteBeta(odds / (1 + odds), 1 / (1 + odds), a, b, upper);
    const odds = tailQuantile(1 - p, tail);
    return odds / (1 + odds);
  };
  const distance = (la: number, lb: number) => {
    const [a, b] = [Math.exp(la), Math.exp(lb)];
    if (!(a >= 0.5 && b >= 0.5 && a <= 1e4 && b <= 1e4)) return Number.POSITIVE_INFINITY;
    return sumOfSquares(quantiles, (p) => quantile(p, a, b));
  };
  const start = [mean * total, (1 - mean) * total].map((x) => Math.log(Math.min(Math.max(x, 0.6), 9e3)));
  const [la, lb] = minimiseInPlane(distance, [start[0]!, start[1]!], [0.2, 0.2]);
  const [a, b] = [Math.exp(la), Math.exp(lb)];
  return {
    name: "beta",
    mean: a / (a + b),
    sd: Math.sqrt((a * b) / (a + b + 1)) / (a + b),
    distance: distance(la, lb),
  };
}
