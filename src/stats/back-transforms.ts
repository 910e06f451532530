import { DrmError, didYouMean } from "../errors";
import { shown } from "../options";
import { normalDensity, normalProbability } from "./normal";

/** A function that takes effect sizes to another scale, with its slope for the delta method. */
export interface Transform {
  /** what it gives */
  readonly title: string;
  /** `n` is the sample size or person-time, where it needs one: of a mean the harmonic mean of the studies' */
  readonly of: (x: number, n?: number) => number;
  /** its derivative; absent where it has none to speak of */
  readonly slope?: (x: number) => number;
  /** what a difference of effects becomes; absent where it becomes nothing without the effects themselves */
  readonly difference?: "ratio" | "difference";
  /** whether `of` needs `n` */
  readonly sized?: true;
}

/** The name of a transformation that tables and plots take. */
export type BackTransform =
  | "exp"
  | "expit"
  | "tanh"
  | "tanh2"
  | "probability"
  | "sin2"
  | "square"
  | "ipft"
  | "iirft"
  | "iahw"
  | "iabt"
  | "lnor-to-d"
  | "d-to-lnor";

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

/**
 * From a scale of analysis back to one of reading. Each is defined for every number and never falls, so that limits of an effect become
 * limits of what it is taken to. One table for tables, plots, the command line and `transforms` of drmeta/escalc.
 */
export const backTransforms = {
  /** of RR, OR, IRR, ROM, CVR, VR, PLN, IRLN, MNLN, ... */
  exp: {
    title: "exponential: of a log ratio the ratio",
    of: Math.exp,
    slope: Math.exp,
    difference: "ratio",
  },
  /** of PLO */
  expit: { title: "of a logit the proportion", of: logistic, slope: (x) => logistic(x) * logistic(-x) },
  /** of ZCOR, ZPCOR, ZSPCOR, ZPHI, ZTET, ZPB, ZBIS */
  tanh: { title: "of Fisher's z the correlation", of: Math.tanh, slope: (x) => 1 - Math.tanh(x) ** 2 },
  /** of ZR2: tanh(x)^2, 0 below 0 */
  tanh2: {
    title: "of Fisher's z of R the R^2",
    of: (x) => Math.tanh(Math.max(x, 0)) ** 2,
    slope: (x) => 2 * Math.tanh(Math.max(x, 0)) * (1 - Math.tanh(x) ** 2),
  },
  /** of PRZ */
  probability: { title: "of a probit the proportion", of: normalProbability, slope: normalDensity },
  /** of PAS: sin(x)^2, 0 below x = 0 and 1 above pi / 2 */
  sin2: {
    title: "of an arcsine square root the proportion",
    of: (x) => Math.sin(Math.min(Math.max(x, 0), Math.PI / 2)) ** 2,
    slope: (x) => Math.sin(2 * Math.min(Math.max(x, 0), Math.PI / 2)),
  },
  /** of IRS: x^2, 0 below 0 */
  square: {
    title: "of a square root rate the rate",
    of: (x) => Math.max(x, 0) ** 2,
    slope: (x) => 2 * Math.max(x, 0),
  },
  /** of PFT, by Miller (1978) */
  ipft: {
    title: "of a Freeman-Tukey double arcsine the proportion, with n",
    of: inverseFreemanTukey,
    sized: true,
  },
  /** of IRFT */
  iirft: {
    title: "of a Freeman-Tukey rate the rate, with person-time n",
    of: inverseFreemanTukeyRate,
    sized: true,
  },
  /** of AHW */
  iahw: { title: "of AHW the alpha", of: (x) => 1 - (1 - x) ** 3, slope: (x) => 3 * (1 - x) ** 2 },
  /** of ABT */
  iabt: { title: "of ABT the alpha", of: (x) => -Math.expm1(-x), slope: (x) => Math.exp(-x) },
  /** of OR2DL's kind: a log odds ratio to d, logistic */
  "lnor-to-d": {
    title: "of a log odds ratio d, logistic distributions",
    of: (x) => (x * Math.sqrt(3)) / Math.PI,
    slope: () => Math.sqrt(3) / Math.PI,
    difference: "difference",
  },
  "d-to-lnor": {
    title: "of d the log odds ratio, logistic distributions",
    of: (x) => (x * Math.PI) / Math.sqrt(3),
    slope: () => Math.PI / Math.sqrt(3),
    difference: "difference",
  },
} satisfies Record<BackTransform, Transform>;

/**
 * The transformation of that name.
 *
 * @throws DrmError "bad_option" naming the nearest
 */
export function transformNamed(
  caller: string,
  name: string,
  table: Readonly<Record<string, Transform>>,
): Transform {
  if (Object.hasOwn(table, name)) return table[name]!;
  const near = didYouMean(name, Object.keys(table));
  const list = near === "" ? `; there are ${Object.keys(table).join(", ")}` : near;
  throw new DrmError("bad_option", `${caller}(): unknown transformation ${shown(name)}${list}`);
}

/** A transformation as tables and plots use it: with the sample size that it needs. */
export interface Back extends Pick<Transform, "title" | "slope" | "difference"> {
  readonly name: BackTransform;
  readonly of: (x: number) => number;
  /** "exp(yi)", "ipft(yi), n = 38.2" */
  readonly label: (effect: string) => string;
}

/**
 * What the options `transform` and `sampleSize` of a table or a plot say; null without a transformation.
 *
 * @throws DrmError "bad_option" for an unknown one, and where a sample size is missing or has no use
 */
export function backTransform(
  caller: string,
  {
    transform,
    sampleSize,
  }: { readonly transform?: string | undefined; readonly sampleSize?: number | undefined },
): Back | null {
  const found = transform === undefined ? null : transformNamed(caller, transform, backTransforms);
  const sized = Object.entries<Transform>(backTransforms).filter(([, one]) => one.sized);
  if (sampleSize !== undefined && found?.sized !== true) {
    const names = sized.map(([name]) => name).join(" and ");
    throw new DrmError("bad_option", `${caller}(): sampleSize is for the transformations ${names}`);
  }
  if (found === null) return null;
  if (found.sized && !(sampleSize! > 0 && sampleSize! < Number.POSITIVE_INFINITY)) {
    throw new DrmError(
      "bad_option",
      `${caller}(): ${transform} needs sampleSize, the harmonic mean of the studies' sample sizes, above 0` +
        (sampleSize === undefined ? "" : `; it is ${sampleSize}`),
    );
  }
  const size = found.sized ? `, n = ${Number(sampleSize!.toPrecision(4))}` : "";
  return {
    name: transform as BackTransform,
    title: found.title,
    ...(found.slope && { slope: found.slope }),
    ...(found.difference && { difference: found.difference }),
    of: (x) => found.of(x, sampleSize),
    label: (effect) => `${transform}(${effect})${size}`,
  };
}

/**
 * p of (asin(sqrt(np / (n + 1))) + asin(sqrt((np + 1) / (n + 1)))) / 2 = x (Miller 1978): with s = sin 2x,
 * p = (1 - sign(cos 2x) sqrt(1 - (s + (s - 1/s) / n)^2)) / 2; 0 below what 0 of n has, 1 above what n of n has.
 */
function inverseFreemanTukey(x: number, n = Number.NaN): number {
  if (Number.isNaN(x)) return Number.NaN;
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
