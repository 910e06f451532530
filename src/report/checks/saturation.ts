/** Whether the formula of the mean leaves something to tell heterogeneity, and errors, from. */
import { dparOf, isLocation } from "../../fit/dpars";
import { coefficientName } from "../../inference/coefficients";
import { factorVanishes } from "../../inference/knapp-hartung";
import { outcomesOf } from "../../inference/outcomes";
import { locationCount, observedEffects } from "../../inference/residual-df";
import { count } from "../format";
import { type Check, row } from "./check";

const FEW_LEFT = 2;

/** Of each outcome, as one may be seen in few studies. */
export const residualDegreesOfFreedom: Check = (fit) => {
  const counted = outcomesOf(fit).map(({ location }): Counts => {
    const [effects, p] = [observedEffects(fit, location), locationCount(fit, location)];
    return { location, effects, p, left: effects - p };
  });
  const saturated = counted.filter(({ left }) => left <= 0);
  const few = counted.filter(({ left, p }) => left > 0 && ((left <= FEW_LEFT && left <= p) || 2 * left < p));
  if (saturated.length > 0) {
    return row(
      "residual_df",
      "warning",
      saturated.map(text).join(", "),
      "The mean has as many coefficients as there are effect sizes, and fits them exactly: nothing is left to tell " +
        "heterogeneity from, and I^2, H^2 and standardized residuals do not exist. Drop moderators of the mean.",
    );
  }
  if (few.length === 0) return null;
  return row(
    "residual_df",
    "note",
    few.map(text).join(", "),
    "The mean has almost as many coefficients as there are effect sizes: the heterogeneity is hardly known, and tests that " +
      "take it as known are too sure. Drop moderators of the mean, or use t or Knapp-Hartung tests.",
  );
};

/** Effect sizes that are all on the fitted mean though it has fewer coefficients: equal ones, or a line without scatter. */
export const exactMean: Check = (fit) => {
  if (fit.robust !== undefined || !factorVanishes(fit)) return null;
  const names = fit.coefficients.filter(({ dpar }) => isLocation(dparOf(fit, dpar))).map(coefficientName);
  return row(
    "exact_mean",
    "note",
    names.join(", "),
    "The fitted mean goes through every effect size, with none left to show how they scatter: the Knapp-Hartung factor is 0, " +
      `so that ${names.join(", ")} ${names.length === 1 ? "has" : "have"} no Knapp-Hartung test or limits. Look for rows ` +
      "that were entered twice, and use z tests.",
  );
};

interface Counts {
  readonly location: string;
  readonly effects: number;
  readonly p: number;
  readonly left: number;
}

function text({ location, effects, p, left }: Counts): string {
  return `${location}: ${left} (${count(effects, "effect size")}, ${count(p, "coefficient")})`;
}
