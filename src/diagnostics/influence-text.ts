import { formatColumn, formatFixed } from "../report/format";
import { numberColumn, type ReportTable, type TableColumn, tableText } from "../report/text-table";
import { explainDeletions } from "./deletion-groups";
import type { Influence, InfluenceRow } from "./influence";

const fixed = (values: readonly number[]) => values.map((value) => formatFixed(value, 4));

/** Diagnostics, then DFBETAS; "*" marks what is influential. Deletions without numbers are explained below. */
export function influenceTables({ by, coefficients, rows }: Influence): readonly [ReportTable, ReportTable] {
  const column = (header: string, value: (row: InfluenceRow) => number, format = fixed): TableColumn =>
    numberColumn(header, rows.map(value), format);
  const label: TableColumn = { header: by, cells: rows.map((row) => row.label), align: "left" };
  const single = rows.every(({ effects }) => effects === 1);
  const spreads = Object.keys(rows.find((row) => row.status !== "not estimable")?.spreads ?? {});
  const diagnostics = [
    label,
    ...(single
      ? [column("rstudent", (row) => row.rstudent), column("dffits", (row) => row.dffits)]
      : [
          column(
            "effects",
            (row) => row.effects,
            (values) => values.map(String),
          ),
          column("chi_squared", (row) => row.chiSquared),
        ]),
    column("cook_d", (row) => row.cooksDistance),
    column("cov_ratio", (row) => row.covRatio),
    ...spreads.map((dpar) => column(dpar, (row) => row.spreads[dpar] ?? Number.NaN, formatColumn)),
    column("q_deleted", (row) => row.qDeleted),
    column("leverage", (row) => row.leverage),
    column("weight", (row) => row.weight),
    {
      header: "",
      name: "influential",
      cells: rows.map(({ influential }) => (influential ? "*" : "")),
      values: rows.map(({ influential }) => influential),
      align: "left" as const,
    },
  ];
  const changes = [label, ...coefficients.map((name, j) => column(name, (row) => row.dfbetas[j]))];
  return [
    { caption: "Influence", columns: diagnostics, notes: [] },
    { caption: "DFBETAS", columns: changes, notes: explainDeletions(by, rows) },
  ];
}

export function influenceText(data: Influence): string {
  const [diagnostics, changes] = influenceTables(data);
  return `${tableText(diagnostics)}\n\nDFBETAS\n${tableText(changes)}`;
}
