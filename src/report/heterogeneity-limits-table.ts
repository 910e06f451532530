import { formatSignificant, limitLabels } from "./format";
import type { Heterogeneity, HeterogeneityGroup } from "./heterogeneity";
import { howWords } from "./limits-line";
import { namesOutcomes, outcomeColumn } from "./outcome-column";
import { numberColumn, type ReportTable } from "./text-table";

/** A line for each quantity, as metafor's confint() has them. */
export function heterogeneityLimitsTable(
  { by, level, confint }: Heterogeneity,
  groups: readonly HeterogeneityGroup[],
): ReportTable {
  const bivariate = namesOutcomes(groups);
  const [low, high] = limitLabels(level);
  const lines = groups.flatMap((own) => [
    { ...own, name: "tau2", estimate: own.tau2, lower: own.tau2Lower, upper: own.tau2Upper },
    { ...own, name: "tau", estimate: own.tau, lower: own.tauLower, upper: own.tauUpper },
    { ...own, name: "I2", estimate: own.i2, lower: own.i2Lower, upper: own.i2Upper },
    { ...own, name: "H2", estimate: own.h2, lower: own.h2Lower, upper: own.h2Upper },
  ]);
  const column = (header: string, pick: (line: (typeof lines)[number]) => number) =>
    numberColumn(header, lines.map(pick), (values) => values.map((value) => formatSignificant(value)));
  return {
    caption: `Intervals of the heterogeneity${by === null ? "" : ` by ${by}`}`,
    columns: [
      ...outcomeColumn(lines),
      ...(by === null
        ? []
        : [{ header: by, cells: lines.map(({ group }) => group), align: "left" as const }]),
      { header: "", name: "quantity", cells: lines.map(({ name }) => name), align: "left" as const },
      column("estimate", ({ estimate }) => estimate),
      column(low, ({ lower }) => lower),
      column(high, ({ upper }) => upper),
    ],
    notes: [
      confint === "wald" ? "Wald limits of log tau, transformed" : `Limits by ${howWords(confint)}`,
      ...groups.flatMap(({ outcome, group, status }) => {
        if (status === undefined || status === "ok") return [];
        const name = [...(bivariate ? [outcome] : []), ...(by === null ? [] : [group])].join(", ");
        return [`  ${name === "" ? "tau2" : name}: ${status}`];
      }),
    ],
  };
}
