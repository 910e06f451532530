import { DrmError } from "../../index";
import type { OptionKinds } from "../../options";
import { type Back, type BackTransform, backTransform } from "../../stats/back-transforms";
import { type Axis, linearAxis, ratioAxis, transformedAxis } from "./effect-axis";
import { digitsFor } from "./numbers";

/** What effects are labelled as: "exp" makes ratios of log ratios, "expit" proportions of logits; "none" leaves them. */
export type Transform = "none" | BackTransform;

/** How effects are labelled. They are drawn on their own scale all the same, where intervals are symmetric. */
export interface EffectScaleOptions {
  /** what effects are taken back by: "exp", "expit", "tanh", "ipft", ...; default "none" */
  readonly transform?: Transform | undefined;
  /** for "ipft" and "iirft": the harmonic mean of the studies' sample sizes or person-times */
  readonly sampleSize?: number | undefined;
}

export const EFFECT_SCALE_OPTIONS: OptionKinds<EffectScaleOptions> = {
  transform: "text",
  sampleSize: "number",
};

export interface EffectScale {
  /** the number that is shown for one of the effect's scale */
  readonly of: (effect: number) => number;
  /** about `count` ticks within the domain, which is of effects */
  readonly axis: (domain: readonly [number, number], count: number) => Axis;
  /** decimals of numbers of this domain */
  readonly digits: (domain: readonly [number, number]) => number;
  /** what stands on the axis for effects of this name */
  readonly label: (effect: string) => string;
  /** head of a column of effects */
  readonly heading: string;
}

/**
 * @param of what is labelled: effects, or differences of them such as residuals, of which not every scale has a meaning
 * @throws DrmError "bad_option" for an unknown transformation, a missing sample size, and one that differences have not
 */
export function effectScale(
  caller: string,
  { transform = "none", sampleSize }: EffectScaleOptions,
  of: "effects" | "differences" = "effects",
): EffectScale {
  const back = backTransform(caller, {
    transform: transform === "none" ? undefined : transform,
    sampleSize,
  });
  if (back === null) return PLAIN;
  if (of === "differences" && back.difference === undefined) {
    throw new DrmError(
      "bad_option",
      `${caller}(): ${back.name} is a transformation of effects, and these are differences of effects, which it cannot take back`,
    );
  }
  return scaleOf(back);
}

const PLAIN: EffectScale = {
  of: (effect) => effect,
  axis: linearAxis,
  digits: ([low, high]) => digitsFor(high - low),
  label: (effect) => effect,
  heading: "Estimate",
};

function scaleOf({ of, label, difference }: Back): EffectScale {
  const isRatio = difference === "ratio";
  return {
    of,
    axis: isRatio ? ratioAxis : (domain, count) => transformedAxis(domain, count, of),
    digits: isRatio ? () => 2 : ([low, high]) => digitsFor(of(high) - of(low)),
    label,
    heading: isRatio ? "Ratio" : "Estimate",
  };
}
