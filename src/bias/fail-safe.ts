import { DrmError } from "../errors";
import type { Fit } from "../index";
import { checkOptions, type OptionKinds, shown } from "../options";
import { normalProbability, normalQuantile, normalTwoSidedP } from "../stats/normal";
import { type Effects, isTied, partsOf, singleMean } from "./effects";
import { inverseVarianceMean } from "./estimate";

/** By whom. */
export type FailSafeType = "Rosenthal" | "Orwin" | "Rosenberg" | "General";

export interface FailSafeOptions {
  /** default "Rosenthal" */
  readonly type?: FailSafeType;
  /** the level of significance that is to be lost; default 0.05 */
  readonly alpha?: number;
  /** "Orwin": the mean that the others are to bring about; default half of the unweighted mean */
  readonly target?: number;
}

/** How many effect sizes of 0 would change the conclusion. */
export interface FailSafeN {
  readonly type: FailSafeType;
  /** 0 where the mean is not significant as it is; Infinity where no number suffices */
  readonly number: number;
  /** of the effect sizes as they are: one-sided of "Rosenthal", two-sided of "Rosenberg" and "General"; NaN of "Orwin" */
  readonly pValue: number;
  readonly alpha: number;
  /** of "Orwin"; NaN of the others */
  readonly target: number;
  readonly notes: readonly string[];
}

const FAIL_SAFE_OPTIONS: OptionKinds<FailSafeOptions> = { type: "text", alpha: "number", target: "number" };

/**
 * Fail-safe N: how many effect sizes that average 0 would have to be added to change the conclusion. k effect sizes, w = 1 / v.
 *
 * - "Rosenthal" (1979, Psychological Bulletin 86, 638-641): until Stouffer's sum of z = y / sqrt v is not significant,
 *   one-sided: N = (sum z / z_alpha)^2 - k.
 * - "Orwin" (1983, Journal of Educational Statistics 8, 157-159): until the weighted mean m falls to the target t:
 *   N = k (m - t) / t.
 * - "Rosenberg" (2005, Evolution 59, 464-468): until the common-effect mean is not significant, two-sided, with added weights
 *   of average size: N = k ((sum w y / z_(alpha/2))^2 - sum w) / sum w.
 * - "General" (after Rosenberg 2005, for the fit's method): until the random-effects mean is not significant, two-sided; the
 *   added ones have the harmonic mean of v as their variance and the fit's tau^2 around 0, so that all together have the tau^2 of
 *   two groups with the means m and 0, ((k + N - 2) tau^2 + k N m^2 / (k + N)) / (k + N - 1).
 *
 * The least whole number that suffices. None of them asks whether anything is missing (Becker 2005, in Rothstein et al.,
 * Publication Bias in Meta-Analysis, 111-125).
 *
 * @throws DrmError "bad_option" for an unknown type or an alpha outside (0, 1); what singleMean() throws
 */
export function failSafeN(fit: Fit, options: FailSafeOptions = {}): FailSafeN {
  checkOptions("failSafeN", options, FAIL_SAFE_OPTIONS);
  const { type = "Rosenthal", alpha = 0.05 } = options;
  if (!Object.hasOwn(TYPES, type)) {
    const types = Object.keys(TYPES).join(", ");
    throw new DrmError("bad_option", `unknown type ${shown(type)} of fail-safe N: they are ${types}`);
  }
  if (!(alpha > 0 && alpha < 1)) {
    throw new DrmError("bad_option", `alpha ${shown(alpha)} is not between 0 and 1`);
  }
  const effects = singleMean("failSafeN", fit);
  const found = TYPES[type](effects, alpha, options.target, fit);
  return { type, target: Number.NaN, ...found, alpha, notes: effects.notes };
}

type Found = Pick<FailSafeN, "number" | "pValue"> & { readonly target?: number };

const TYPES: Readonly<
  Record<FailSafeType, (effects: Effects, alpha: number, target: number | undefined, fit: Fit) => Found>
> = { Rosenthal: rosenthal, Orwin: orwin, Rosenberg: rosenberg, General: general };

function rosenthal({ yi, vi }: Effects, alpha: number): Found {
  const sum = yi.reduce((total, y, i) => total + y / Math.sqrt(vi[i]!), 0);
  const k = yi.length;
  return {
    number: wholeNumber((sum / normalQuantile(1 - alpha)) ** 2 - k),
    pValue: normalProbability(-Math.abs(sum) / Math.sqrt(k)),
  };
}

function orwin({ yi, vi }: Effects, _: number, given: number | undefined): Found {
  const k = yi.length;
  const target = given ?? yi.reduce((sum, y) => sum + y, 0) / k / 2;
  const { mean } = inverseVarianceMean({ yi, vi });
  const number = target === 0 ? Number.POSITIVE_INFINITY : wholeNumber((k * (mean - target)) / target);
  return { number, pValue: Number.NaN, target };
}

function rosenberg({ yi, vi }: Effects, alpha: number): Found {
  const { mean, total } = inverseVarianceMean({ yi, vi });
  const z = mean * Math.sqrt(total);
  return {
    number: wholeNumber(yi.length * ((z / normalQuantile(1 - alpha / 2)) ** 2 - 1)),
    pValue: normalTwoSidedP(z),
  };
}

function general({ yi, vi }: Effects, alpha: number, _: number | undefined, fit: Fit): Found {
  const { sigmas: sigma, scale } = partsOf(fit);
  if (isTied(fit) || sigma.some((s) => s !== sigma[0])) {
    throw new DrmError(
      "not_supported",
      'failSafeN(type = "General") is for one mean and one sigma: yi ~ 1 + meta_V(V = vi)',
    );
  }
  const k = yi.length;
  const tau2 = sigma[0]! ** 2;
  const { mean } = inverseVarianceMean({ yi, vi }, tau2);
  const typical = k / vi.reduce((sum, v) => sum + 1 / v, 0);
  /** of all, when n more have a mean of 0 */
  const pWith = (n: number): number => {
    const between = tau2 === 0 && scale === null ? 0 : (k * n * mean ** 2) / (k + n);
    const all = n === 0 ? tau2 : ((k + n - 2) * tau2 + between) / (k + n - 1);
    const own = inverseVarianceMean({ yi, vi }, all);
    return normalTwoSidedP((own.mean * own.total) / Math.sqrt(own.total + n / (typical + all)));
  };
  const pValue = pWith(0);
  // p rises with n: double, then halve
  let high = 1;
  if (pValue > alpha) return { number: 0, pValue };
  while (pWith(high) < alpha && high < MOST) high *= 2;
  if (high >= MOST) return { number: Number.POSITIVE_INFINITY, pValue };
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (pWith(middle) < alpha) low = middle;
    else high = middle;
  }
  return { number: high, pValue };
}

/** More than anybody will ever look for. */
const MOST = 2 ** 40;

function wholeNumber(n: number): number {
  return Math.max(0, Math.ceil(n));
}
