import type { Dpar } from "../formula/dpar";
import type { Fit, Response } from "./fit";

// What is asked of a fit's dpars. Nothing here or behind it reads a name.

type WithDpars = Pick<Fit, "dpars">;

/** The dpar of a key that the model has. */
export function dparOf({ dpars }: WithDpars, key: string): Dpar {
  return dpars.find((dpar) => dpar.key === key)!;
}

/** Whether it is a mean: all others are SDs, multipliers of V and correlations, the scale of a location-scale model. */
export function isLocation({ kind }: Dpar): boolean {
  return kind === "location";
}

/** Whether it is an SD of true effects, within or between groups. */
export function isSd({ kind }: Dpar): boolean {
  return kind === "sigma" || kind === "sd";
}

/** Whether it multiplies the sampling variances of an outcome. */
export function isMultiplier({ kind }: Dpar): boolean {
  return kind === "phi";
}

/** Whether its design is over the levels of a grouping: a GroupDesign. */
export function isOfLevels({ group }: Dpar): boolean {
  return group !== null;
}

/** Whether it is an SD of intercepts of independent levels: (1 | g). */
export function isOfIntercepts({ group, slope, structure }: Dpar): boolean {
  return group !== null && slope === undefined && structure === undefined;
}

/** What an SD of random effects is of: "study", "bmi by study", "phylo(species)", "x by phylo(species)". */
export function effectsName({ group, slope }: Dpar): string {
  return slope === undefined ? group! : `${slope} by ${group}`;
}

/** Whether it is a correlation: of two outcomes' residuals, or of random effects. */
export function isCorrelation({ kind }: Dpar): boolean {
  return kind === "rho12" || kind === "cor";
}

/** The means, one an outcome. */
export function locationsOf({ dpars }: WithDpars): readonly Dpar[] {
  return dpars.filter(isLocation);
}

/** The sigma of an outcome, estimated or held. */
export function sigmaOf({ dpars }: WithDpars, outcome: Dpar["outcome"]): Dpar {
  return dpars.find((dpar) => dpar.kind === "sigma" && dpar.outcome === outcome)!;
}

/** The multipliers of V, one an outcome, estimated or held; none where V is known. */
export function phisOf({ dpars }: WithDpars): readonly Dpar[] {
  return dpars.filter(isMultiplier);
}

/** What an outcome's mean is of. */
export function responseOf(
  fit: WithDpars & Pick<Fit, "response">,
  outcome: Exclude<Dpar["outcome"], null>,
): Response {
  const location = locationsOf(fit).find((dpar) => dpar.outcome === outcome)!;
  return fit.response[location.key]!;
}

/** The residual correlation; null with one outcome, and where a sigma is held at 0. */
export function correlationOf({ dpars }: WithDpars): Dpar | null {
  return dpars.find(({ kind }) => kind === "rho12") ?? null;
}

/** The fitted residual correlation by study, NaN where it lacks an outcome; null without one. */
export function correlations(fit: Pick<Fit, "dpars" | "fitted">): Float64Array | null {
  const dpar = correlationOf(fit);
  return dpar === null ? null : fit.fitted[dpar.key]!;
}

/**
 * Whether multipliers of the sampling variances are all the heterogeneity that an outcome has: its SDs are held at 0. True effects
 * have no variance of their own then.
 */
export function isMultiplicative(fit: WithDpars & Pick<Fit, "fixed">, outcome: Dpar["outcome"]): boolean {
  const isOf = (dpar: Dpar) => dpar.outcome === outcome;
  return phisOf(fit).some(isOf) && sdsOf(fit, outcome).every(({ key }) => fit.fixed[key] === 0);
}

/** The SDs that an outcome's heterogeneity is made of: its sigma, estimated or held, then those between levels. */
export function sdsOf({ dpars }: WithDpars, outcome: Dpar["outcome"]): readonly Dpar[] {
  return dpars.filter((dpar) => isSd(dpar) && dpar.outcome === outcome);
}
