import { DrmError, didYouMean } from "../errors";
import { correlationMap } from "../model/terms/correlated-effects";
import { shown } from "../options";
import { dparOf } from "./dpars";
import type { Fit, RandomEffect } from "./fit";

type WithRandom = Pick<Fit, "dpars" | "random">;

/**
 * The groups that a fit's rows are in by a random effect: `codes` has the level of each row, -1 for none; `others` are names that no
 * row has.
 */
export type RowGrouping = Pick<RandomEffect, "dpar" | "group" | "term" | "levels" | "codes" | "others">;

/** Of all random effects, as in the formulas; with two outcomes those of both, or those of one. */
export function groupingsOf(fit: WithRandom, outcome?: 1 | 2 | null): readonly RowGrouping[] {
  const all = fit.random ?? [];
  return outcome === undefined ? all : all.filter(({ dpar }) => dparOf(fit, dpar).outcome === outcome);
}

/** Whether some rows share a random effect. */
export function hasGroupings(fit: WithRandom): boolean {
  return groupingsOf(fit).length > 0;
}

/** Of the levels that a dpar's design is over; null for a dpar of rows. */
export function groupingOf(fit: WithRandom, dpar: string): RowGrouping | null {
  return groupingsOf(fit).find((grouping) => grouping.dpar === dpar) ?? null;
}

/**
 * Fitted values of an SD or a correlation on its response scale, by row of its design: a row of the data, a level of its
 * grouping, or one of several correlations. Undefined for a dpar that the fit does not have.
 */
export function valuesByDesignRow(
  fit: Pick<Fit, "fitted" | "random" | "correlated">,
  dpar: string,
): Float64Array | undefined {
  const effects = fit.correlated?.find((one) => one.dpar === dpar);
  if (effects !== undefined) return correlationMap(effects).responses(effects.kappa);
  return fit.random?.find((effect) => effect.dpar === dpar)?.sd ?? fit.fitted[dpar];
}

/** The SDs of all levels with rows of all random effects, one after the other, as variance terms number them. */
export function sdsByLevel({ random }: Pick<Fit, "random">): Float64Array {
  return Float64Array.from((random ?? []).flatMap(({ sd }) => [...sd]));
}

/** The predicted effects (BLUPs) of all levels that are reported, those without rows too, as variance terms number them. */
export function predictedEffects({ random }: Pick<Fit, "random">): Float64Array {
  return Float64Array.from(
    (random ?? []).flatMap(({ estimate, others }) => [...estimate, ...(others?.estimate ?? [])]),
  );
}

/** The dpars of their SDs. */
export function reportedDpars({ random }: Pick<Fit, "random">): string[] {
  return (random ?? []).flatMap(({ dpar, levels, others }) =>
    new Array<string>(levels.length + (others?.levels.length ?? 0)).fill(dpar),
  );
}

/** The SDs of the same. */
export function reportedSds({ random }: Pick<Fit, "random">): Float64Array {
  return Float64Array.from((random ?? []).flatMap(({ sd, others }) => [...sd, ...(others?.sd ?? [])]));
}

/** As in the formulas; none where the mean has fixed effects alone. */
export function randomEffectsOf({ random }: Pick<Fit, "random">): readonly RandomEffect[] {
  return random ?? [];
}

/**
 * Those of a grouping, by its name or by the dpar of an SD; intercepts and slopes, both outcomes', where it has several.
 * Throws DrmError("bad_option") naming those that the model has.
 */
export function randomEffectsFor(fit: Pick<Fit, "random">, group: string): readonly RandomEffect[] {
  if (typeof group !== "string") {
    throw new DrmError("bad_option", `a grouping is a text such as "study", not ${shown(group)}`);
  }
  const random = randomEffectsOf(fit);
  const found = random.filter((effect) => effect.group === group || effect.dpar === group);
  if (found.length > 0) return found;
  if (random.length === 0) {
    throw new DrmError(
      "bad_option",
      `group '${group}': this model has no random effects; add (1 | ${group}) to the location formula`,
    );
  }
  const known = [...new Set(random.map((effect) => effect.group))];
  throw new DrmError(
    "bad_option",
    `group '${group}' has no random effect in this model, which has ${known.join(", ")}${didYouMean(group, known)}`,
  );
}
