import { checkArgument } from "../options";
import { normalDensity, normalProbability } from "../stats/normal";

/** A function that takes effect sizes to another scale, with its slope for the delta method. */
export interface Transform {
  /** what it gives */
  readonly title: string;
  /** `n` is the sample size or person-time, where it needs one: of a mean the harmonic mean of the studies' */
  readonly of: (x: number, n?: number) => number;
  /** its derivative; absent where it has none to speak of */
  readonly slope?: (x: number) => number;
}

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

/** Transformations of effect sizes, most of them back from a scale of analysis to one of reading, by name. */
export const transforms: Readonly<Record<string, Transform>> = {
  /** of RR, OR, IRR, ROM, CVR, VR, PLN, IRLN, MNLN, ... */
  exp: { title: "exponential: of a log ratio the ratio", of: Math.exp, slope: Math.exp },
  log: { title: "logarithm: of a ratio the log ratio", of: Math.log, slope: (x) => 1 / x },
  /** of PLO */
  expit: { title: "of a logit the proportion", of: logistic, slope: (x) => logistic(x) * logistic(-x) },
  logit: {
    title: "of a proportion the logit",
    of: (x) => Math.log(x) - Math.log1p(-x),
    slope: (x) => 1 / (x * (1 - x)),
  },
  /** of ZCOR, ZPCOR, ZSPCOR, ZPHI, ZTET, ZPB, ZBIS */
  tanh: { title: "of Fisher's z the correlation", of: Math.tanh, slope: (x) => 1 - Math.tanh(x) ** 2 },
  atanh: { title: "of a correlation Fisher's z", of: Math.atanh, slope: (x) => 1 / (1 - x * x) },
  /** of ZR2 */
  tanh2: {
    title: "of Fisher's z of R the R^2",
    of: (x) => Math.tanh(x) ** 2,
    slope: (x) => 2 * Math.tanh(x) * (1 - Math.tanh(x) ** 2),
  },
  /** of PRZ */
  probability: { title: "of a probit the proportion", of: normalProbability, slope: normalDensity },
  /** of PAS: sin(x)^2, 0 below x = 0 and 1 above pi / 2 */
  sin2: {
    title: "of an arcsine square root the proportion",
    of: (x) => Math.sin(Math.min(Math.max(x, 0), Math.PI / 2)) ** 2,
    slope: (x) => Math.sin(2 * x),
  },
  /** of IRS: x^2, 0 below 0 */
  square: { title: "of a square root rate the rate", of: (x) => Math.max(x, 0) ** 2, slope: (x) => 2 * x },
  /** of PFT, by Miller (1978) */
  ipft: { title: "of a Freeman-Tukey double arcsine the proportion, with n", of: inverseFreemanTukey },
  /** of IRFT */
  iirft: { title: "of a Freeman-Tukey rate the rate, with person-time n", of: inverseFreemanTukeyRate },
  /** of AHW */
  iahw: { title: "of AHW the alpha", of: (x) => 1 - (1 - x) ** 3, slope: (x) => 3 * (1 - x) ** 2 },
  /** of ABT */
  iabt: { title: "of ABT the alpha", of: (x) => -Math.expm1(-x), slope: (x) => Math.exp(-x) },
  /** of OR2DL's kind: a log odds ratio to d, logistic */
  "lnor-to-d": {
    title: "of a log odds ratio d, logistic distributions",
    of: (x) => (x * Math.sqrt(3)) / Math.PI,
    slope: () => Math.sqrt(3) / Math.PI,
  },
  "d-to-lnor": {
    title: "of d the log odds ratio, logistic distributions",
    of: (x) => (x * Math.PI) / Math.sqrt(3),
    slope: () => Math.PI / Math.sqrt(3),
  },
};

/** n / sum(1 / n_i), the sample size that a Freeman-Tukey mean is taken back with. */
export function harmonicMean(n: ArrayLike<number>): number {
  checkArgument("harmonicMean", "n", n, "numbers");
  let sum = 0;
  for (let i = 0; i < n.length; i++) sum += 1 / n[i]!;
  return n.length / sum;
}

/**
 * p of (asin(sqrt(np / (n + 1))) + asin(sqrt((np + 1) / (n + 1)))) / 2 = x (Miller 1978): with s = sin 2x,
 * p = (1 - sign(cos 2x) sqrt(1 - (s + (s - 1/s) / n)^2)) / 2; 0 below what 0 of n has, 1 above what n of n has.
 */
function inverseFreemanTukey(x: number, n = Number.NaN): number {
  const none = Math.asin(Math.sqrt(1 / (n + 1))) / 2;
  if (x <= none) return 0;
  if (x >= Math.PI / 2 - none) return 1;
  const s = Math.sin(2 * x);
  const root = 1 - (s + (s - 1 / s) / n) ** 2;
  return (1 - Math.sign(Math.cos(2 * x)) * Math.sqrt(Math.max(root, 0))) / 2;
}

/** The rate r of (sqrt(r) + sqrt(r + 1/t)) / 2 = x: r = (x - 1 / (4 t x))^2, 0 below what no events have. */
function inverseFreemanTukeyRate(x: number, t = Number.NaN): number {
  return x <= 1 / (2 * Math.sqrt(t)) ? 0 : (x - 1 / (4 * t * x)) ** 2;
}
