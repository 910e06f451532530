import type { Dpar } from "../../src/formula/dpar";
import type { CoefficientRow } from "../../src/index";
import {
  formatColumn,
  formatFixed,
  formatPValue,
  formatSignificant,
  limitLabels,
} from "../../src/report/format";
import type { FitSummary } from "../../src/report/summary";
import { dparCaption } from "../model/dpar-words";
import type { Analysis } from "../worker/session";
import { Table } from "./table";

/** What the numbers do not show, then a table for each parameter of the model; those of SDs also say what they mean as an SD or a ratio of SDs. */
export function CoefficientTables({ analysis }: { readonly analysis: Analysis }) {
  const { summary } = analysis;
  const dpars = analysis.dpars.filter(({ key }) => summary.coefficients.some(({ dpar }) => dpar === key));
  return (
    <>
      {summary.notes.map((note) => (
        <p key={note} class="hint">
          {note}.
        </p>
      ))}
      {dpars.map((dpar) => (
        <DparTable
          key={dpar.key}
          dpar={dpar}
          rows={summary.coefficients.filter((row) => row.dpar === dpar.key)}
          summary={summary}
        />
      ))}
      <p class="hint">{limitsText(summary, dpars)}</p>
      {summary.withoutTest.length > 0 && (
        <p class="hint">
          Log-SD intercepts have no z or p: 0 there is an SD of 1. The Q test is one of heterogeneity.
        </p>
      )}
    </>
  );
}

/** How the limits were found, and that the choice of test is one for means. */
function limitsText({ test }: FitSummary, dpars: readonly Dpar[]): string {
  const same = test === "z" || dpars.every(({ kind }) => kind === "location");
  return `Limits: Wald.${same ? "" : ` The ${test === "knha" ? "Knapp-Hartung" : test} test is of means; coefficients of SDs and correlations have z tests.`}`;
}

interface Props {
  readonly dpar: Dpar;
  readonly rows: readonly CoefficientRow[];
  readonly summary: FitSummary;
}

function DparTable({ dpar, rows, summary }: Props) {
  const [low, high] = limitLabels(summary.level);
  const column = (pick: (row: CoefficientRow) => number) => formatColumn(rows.map(pick), 4);
  const normal = rows.every(({ df }) => df === Number.POSITIVE_INFINITY);
  const columns = [
    { header: "term", cells: rows.map(({ term }) => term) },
    { header: "estimate", cells: column(({ estimate }) => estimate) },
    { header: "SE", cells: column(({ stdError }) => stdError) },
    {
      header: normal ? "z" : "t",
      cells: rows.map(({ statistic }) => formatFixed(statistic, 2)),
    },
    ...(normal ? [] : [{ header: "df", cells: rows.map(({ df }) => dfText(df)) }]),
    { header: "p", cells: rows.map(({ pValue }) => formatPValue(pValue)) },
    { header: low, cells: column(({ lower }) => lower) },
    { header: high, cells: column(({ upper }) => upper) },
  ];
  if (dpar.link === "log") {
    columns.push({
      header: "as SD or ratio",
      cells: rows.map(({ name, estimate }) => {
        const value = formatSignificant(Math.exp(estimate), 3);
        return summary.withoutTest.includes(name) ? value : `x ${value}`;
      }),
    });
  }
  return <Table caption={dparCaption(dpar, summary.responses)} columns={columns} />;
}

/** Infinity is the normal distribution; some degrees of freedom are not whole. */
function dfText(df: number): string {
  return Number.isFinite(df) ? String(Number(df.toFixed(1))) : "normal";
}
