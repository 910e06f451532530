import { phisOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import { sharedStudies } from "./checks/independence";
import { errorsInV } from "./checks/variance-names";

/** What a reader of the numbers has to know of the model, a sentence each: whoever prints a fit prints these. */
export function modelNotes(fit: Fit): string[] {
  const notes: string[] = [];
  if (fit.knownV.kind === "none") {
    notes.push("No meta_V(): no sampling variances are known, and sigma holds the sampling errors too");
  }
  const phis = phisOf(fit).map(({ key }) => key);
  if (phis.length > 0) {
    notes.push(
      `Sampling variances are known up to the multiplier ${phis.join(" and ")} (phi v, not likelihood weights 1 / v)`,
    );
  }
  const held = Object.entries(fit.fixed).map(([dpar, value]) => `${dpar} = ${short(value)}`);
  if (held.length > 0) notes.push(`Held, not estimated: ${held.join(", ")}`);
  if (fit.weights !== null) {
    const { least, most } = range(fit.weights);
    notes.push(
      `Likelihood weights: ${short(least)} to ${short(most)}, multiplying log-likelihoods (not 1 / vi)`,
    );
  }
  for (const message of [errorsInV(fit)?.message ?? null, sharedStudies(fit)]) {
    if (message !== null) notes.push(`Look at this: ${message.replace(/\.$/, "")}`);
  }
  return notes;
}

/** As few digits as it has, four at most. */
function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function range(values: Float64Array): { least: number; most: number } {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { least, most };
}
