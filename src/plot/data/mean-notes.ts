import { type Fit, type TestStatistic, testBasis } from "../../index";
import type { MeanOfRows } from "./mean-of-rows";

/** What a reader must know of the means in a picture: what their intervals are made of, and why some have none. */
export function meanNotes(
  fit: Fit,
  test: TestStatistic | undefined,
  means: readonly (MeanOfRows & { readonly label: string })[],
): string[] {
  return [
    ...testNotes(fit, test),
    ...vanishingNotes(
      fit,
      means.filter(({ stdError }) => stdError === 0).map(({ label }) => label),
    ),
  ];
}

/** Means whose robust variance is 0, by their names. */
export function vanishingNotes(fit: Fit, names: readonly string[]): string[] {
  if (fit.robust === undefined || names.length === 0) return [];
  const each = names.length === 1 ? "it rests" : "each rests";
  return [`No limits (${names.join(", ")}): ${each} on one cluster, and its robust error is 0.`];
}

const NAMES = {
  t: "",
  knha: "Knapp-Hartung, ",
  adhoc: "Knapp-Hartung, never shrinking: factor max(1, s²), ",
} as const;

/** What the intervals of means in a picture are made of, unless it is the usual: model errors and a normal quantile. */
export function testNotes(fit: Fit, test: TestStatistic | undefined): string[] {
  const basis = testBasis(fit, test);
  if (fit.robust !== undefined) {
    const { type, cluster } = fit.robust;
    const errors = `cluster-robust errors (${type}${cluster === "" ? "" : ` by ${cluster}`})`;
    if (basis.test === "z") return [`Intervals of means: ${errors}.`];
    const df = type === "CR2" ? "Satterthwaite's df" : "clusters minus coefficients as df";
    return [`Intervals of means: ${errors}, t with ${df}.`];
  }
  if (basis.test === "z") return [];
  if (basis.factor === 0) return ["Intervals of means: none, the Knapp-Hartung factor is 0."];
  return [`Intervals of means: ${NAMES[basis.test]}t with residual df.`];
}
