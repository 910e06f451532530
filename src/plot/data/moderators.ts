import { didYouMean } from "../../errors";
import { isCorrelation } from "../../fit/dpars";
import { variablesOf } from "../../formula/expr";
import { formulaFrom } from "../../formula/formula";
import { DrmError, type Fit } from "../../index";

/** The columns that move some dpars of a fit, in the order of the formulas. */
export function moderatorsOf(fit: Fit, dpars: readonly string[]): readonly string[] {
  const names = new Set<string>();
  for (const dpar of dpars) {
    for (const { expr } of fit.designs[dpar]?.recipe.variables ?? []) variablesOf(expr, names);
  }
  return [...names].filter((name) => Object.hasOwn(fit.data, name));
}

/** The columns of the offset() of a mean. */
export function offsetColumns(fit: Fit, location: string): readonly string[] {
  const names = new Set<string>();
  const parsed = formulaFrom(fit.formulas).dpars.find(({ key }) => key === location);
  for (const expr of parsed?.offsets ?? []) variablesOf(expr, names);
  return [...names];
}

/** Text and true/false columns, and numbers that the formulas take as a factor. */
export function isCategorical(fit: Fit, name: string): boolean {
  if (fit.data[name]?.kind !== "numeric") return true;
  const uses = Object.values(fit.designs).flatMap(({ recipe }) =>
    recipe.variables.filter(({ expr }) => variablesOf(expr).has(name)),
  );
  return uses.length > 0 && uses.every(({ factor }) => factor !== null);
}

/** The dpars of means and SDs. */
export function locationAndScale(fit: Fit): readonly string[] {
  return fit.dpars.filter((dpar) => !isCorrelation(dpar)).map(({ key }) => key);
}

/** Why nothing can be drawn against a numeric moderator, or null. */
export function whyNoNumericModerator(fit: Fit): string | null {
  const found = moderatorsOf(fit, locationAndScale(fit)).some((name) => !isCategorical(fit, name));
  return found ? null : "it needs a numeric moderator of a mean or an SD";
}

/**
 * The numeric moderator for the horizontal axis: the one asked for, or the first of these dpars.
 * Throws DrmError: "not_supported" when there is none, "bad_option", "unknown_column".
 */
export function numericModerator(fit: Fit, wanted: string | undefined, dpars: readonly string[]): string {
  const known = moderatorsOf(fit, Object.keys(fit.designs));
  if (wanted === undefined) {
    const found = moderatorsOf(fit, dpars).find((name) => !isCategorical(fit, name));
    if (found !== undefined) return found;
    throw new DrmError("not_supported", `nothing to draw against: ${whyNoNumericModerator(fit)}`);
  }
  if (!known.includes(wanted)) {
    const list = known.length === 0 ? "it has none" : known.join(", ");
    throw new DrmError(
      "unknown_column",
      `x '${wanted}' is not a moderator of this model (${list})${didYouMean(wanted, known)}`,
    );
  }
  if (isCategorical(fit, wanted)) {
    throw new DrmError(
      "bad_option",
      `x '${wanted}' is categorical: curves need a number; orchardPlot() and heterogeneityPlot() show groups`,
    );
  }
  return wanted;
}
