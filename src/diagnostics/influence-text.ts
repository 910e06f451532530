import { formatColumn, formatFixed } from "../report/format";
import { renderText, type TextColumn } from "../report/text-table";
import { explainDeletions } from "./deletion-groups";
import type { Influence, InfluenceRow } from "./influence";

const DECIMALS = 4;

/** Diagnostics first, then DFBETAS; "*" marks what is influential. Deletions without numbers are explained below. */
export function influenceText({ by, coefficients, rows }: Influence): string {
  const fixed = (header: string, value: (row: InfluenceRow) => number): TextColumn => ({
    header,
    cells: rows.map((row) => formatFixed(value(row), DECIMALS)),
  });
  const label: TextColumn = { header: by, cells: rows.map((row) => row.label), align: "left" };
  const single = rows.every(({ effects }) => effects === 1);
  const spreads = Object.keys(rows.find((row) => row.status !== "not estimable")?.spreads ?? {});
  const diagnostics = renderText([
    label,
    ...(single
      ? [fixed("rstudent", (row) => row.rstudent), fixed("dffits", (row) => row.dffits)]
      : [
          { header: "effects", cells: rows.map(({ effects }) => String(effects)) },
          fixed("chi_squared", (row) => row.chiSquared),
        ]),
    fixed("cook_d", (row) => row.cooksDistance),
    fixed("cov_ratio", (row) => row.covRatio),
    ...spreads.map((dpar) => ({
      header: dpar,
      cells: formatColumn(rows.map((row) => row.spreads[dpar] ?? Number.NaN)),
    })),
    fixed("q_deleted", (row) => row.qDeleted),
    fixed("leverage", (row) => row.leverage),
    fixed("weight", (row) => row.weight),
    { header: "", cells: rows.map(({ influential }) => (influential ? "*" : "")), align: "left" },
  ]);
  const changes = renderText([label, ...coefficients.map((name, j) => fixed(name, (row) => row.dfbetas[j]))]);
  return [diagnostics, `DFBETAS\n${changes}`, ...explainDeletions(by, rows)].join("\n\n");
}
