import type { Fit } from "../fit/fit";
import type { CoefficientRow } from "../inference/coefficient-table";
import { coefficientName } from "../inference/coefficients";
import { movedByUnit } from "../inference/log-sd-intercepts";
import { outcomesOf } from "../inference/outcomes";
import type { TestStatistic } from "../inference/test-basis";
import type { Back, BackTransform } from "../stats/back-transforms";
import { formatColumn, limitLabels } from "./format";
import { onePredictionInterval } from "./one-prediction-interval";
import { numberColumn, type ReportTable } from "./text-table";

/** A mean, a ratio or a difference on the scale that effects are taken back to. NaN where a number does not exist. */
export interface BackTransformedRow {
  /** "mu", or "mu1" and "mu2" */
  readonly dpar: string;
  /** that of the coefficient; "new study" of a prediction interval */
  readonly term: string;
  /** what the number is: a mean, a difference of means, a ratio of means, or where the true effect of a new study lies */
  readonly is: "mean" | "ratio" | "difference" | "prediction";
  /** on that scale */
  readonly estimate: number;
  /** lower limit */
  readonly lower: number;
  /** upper limit */
  readonly upper: number;
}

/** The coefficients of the means on another scale. */
export interface BackTransformed {
  /** its name */
  readonly transform: BackTransform;
  /** "exp(yi)", "ipft(yi), n = 38.2" */
  readonly label: string;
  /** what the transformation gives, in words */
  readonly title: string;
  /** means first, a new study's effect last */
  readonly rows: readonly BackTransformedRow[];
  /** names of slopes and contrasts that the transformation makes nothing of */
  readonly left: readonly string[];
}

/**
 * f(estimate) and f(limits) of the means: of the coefficients that are means, which are those that move when a constant is added to all
 * effects (an intercept, the cells of a factor without one), and of differences where f makes ratios or differences of them. Limits are
 * those of the table of coefficients, and so are their test and their errors; f never falls, which keeps their coverage. A mean of true
 * effects on the scale of analysis is their median on the other one, not their mean.
 */
export function backTransformed(
  fit: Fit,
  coefficients: readonly CoefficientRow[],
  back: Back,
  level: number,
  test: TestStatistic,
): BackTransformed {
  const rows: BackTransformedRow[] = [];
  const left: string[] = [];
  for (const outcome of outcomesOf(fit)) {
    const dpar = outcome.location;
    const isMean = movedByUnit(fit.designs[dpar]!);
    for (const [j, row] of coefficients.filter((one) => one.dpar === dpar).entries()) {
      const is = isMean[j] ? "mean" : back.difference;
      if (is === undefined) left.push(row.name);
      else {
        const [estimate, lower, upper] = [row.estimate, row.lower, row.upper].map(back.of) as [
          number,
          number,
          number,
        ];
        rows.push({ dpar, term: row.term, is, estimate, lower, upper });
      }
    }
    const prediction = onePredictionInterval(fit, outcome, level, test);
    if (prediction !== null) {
      const [lower, upper] = [back.of(prediction.lower), back.of(prediction.upper)];
      rows.push({ dpar, term: "new study", is: "prediction", estimate: Number.NaN, lower, upper });
    }
  }
  const effects = outcomesOf(fit).map(({ location }) => fit.response[location]!.label);
  return { transform: back.name, label: back.label(effects.join(", ")), title: back.title, rows, left };
}

export function backTransformedTable(
  { label, title, rows, left }: BackTransformed,
  level: number,
): ReportTable {
  const [low, high] = limitLabels(level);
  const column = (header: string, pick: (row: BackTransformedRow) => number, digits?: number) =>
    numberColumn(header, rows.map(pick), (values) => formatColumn(values, digits));
  return {
    caption: `Means by ${label}: ${title}`,
    columns: [
      { header: "", cells: rows.map(coefficientName), align: "left", name: "coefficient" },
      { header: "is", cells: rows.map(({ is }) => is), align: "left" },
      column("estimate", ({ estimate }) => estimate, 5),
      column(low, ({ lower }) => lower, 5),
      column(high, ({ upper }) => upper, 5),
    ],
    notes: left.length === 0 ? [] : [`Not taken back, as they are differences: ${left.join(", ")}`],
  };
}
