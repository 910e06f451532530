import { DrmError } from "../errors";
import type { Fit } from "../fit/fit";
import { randomEffectsFor } from "../fit/groupings";
import { requireFit } from "../fit/require-fit";
import { checkOptions, type OptionKinds } from "../options";

/** Fitted SDs of a random intercept or slope, one per level. */
export interface LevelSds {
  /** names of the levels */
  readonly levels: readonly string[];
  /** response scale, in the order of `levels`; 0 at the boundary */
  readonly values: Float64Array;
}

/** Of which random effects SDs are wanted. */
export interface SdOptions {
  /** "level" (default): one per level of the grouping. "row": one per row used, the SD of the row's level */
  readonly per?: "level" | "row";
}

const SD_OPTIONS: OptionKinds<SdOptions> = {
  per: "text",
};

/**
 * Fitted SD of the random effects of a grouping (omega), response scale: by level, or with `per` "row" by row
 * used, NaN for a row that has no level (a study without that outcome).
 *
 * @param group "study", or the dpar of the SD, "sd(study)"; of two outcomes "sd1(study)" or "sd2(study)", of slopes "sd(bmi | study)"
 * @throws DrmError "bad_option" when the model has no such random effect, or the grouping has several
 */
export function sd(fit: Fit, group: string, options?: { readonly per?: "level" }): LevelSds;
export function sd(fit: Fit, group: string, options: { readonly per: "row" }): Float64Array;
export function sd(fit: Fit, group: string, options?: SdOptions): LevelSds | Float64Array;
export function sd(fit: Fit, group: string, options: SdOptions = {}): LevelSds | Float64Array {
  requireFit("sd", fit);
  checkOptions("sd", options, SD_OPTIONS);
  const { per = "level" } = options;
  if (per !== "level" && per !== "row") {
    throw new DrmError("bad_option", `per '${String(per)}': SDs are given per "level" or per "row"`);
  }
  const found = randomEffectsFor(fit, group);
  if (found.length > 1) {
    const choices = found.map(({ dpar }) => dpar).join(" or ");
    throw new DrmError("bad_option", `'${group}' has several random effects: ask for ${choices}`);
  }
  const { levels, codes, sd: values } = found[0];
  if (per === "level") return { levels: [...levels], values: values.slice() };
  return Float64Array.from(codes, (code) => (code < 0 ? Number.NaN : values[code]));
}
