import { formatColumn, formatFixed, formatSignificant, NOT_AVAILABLE } from "../../src/report/format";
import { profileText } from "../model/limits-text";
import { pText } from "../model/p-text";
import { groupBy } from "../state/app-state";
import type { Analysis } from "../worker/session";
import { MeansTables } from "./means-tables";
import { Table } from "./table";

type Group = Analysis["heterogeneity"]["groups"][number];

/** Means, SDs, tau2, I2 and H2, for all rows or by the levels of a column that the model uses. */
export function HeterogeneitySection({ analysis }: { readonly analysis: Analysis }) {
  const { heterogeneity, groupColumns } = analysis;
  const { groups, q, by, level, confint } = heterogeneity;
  const { dpars, summary } = analysis;
  const locations = dpars.filter(({ kind }) => kind === "location").map(({ key }) => key);
  const moderated = summary.tests.moderators.some(({ dpar }) => locations.includes(dpar));
  const limited = groups.some(
    ({ tau2Lower, tau2Upper }) => !Number.isNaN(tau2Lower) || !Number.isNaN(tau2Upper),
  );
  const percent = `${Number((100 * level).toPrecision(4))} % CI`;
  const bivariate = locations.length > 1;
  const name = ({ outcome, group }: (typeof groups)[number]) =>
    [bivariate ? outcome : "", by === null ? (bivariate ? "" : "all rows") : group]
      .filter(Boolean)
      .join(", ");
  /** A number with its limits below it: beside it they would make the table wider than the page. */
  const measure = (
    header: string,
    pick: (group: Group) => readonly [value: number, lower: number, upper: number],
    decimals?: number,
    unit = "",
  ) => {
    const values =
      decimals === undefined
        ? formatColumn(
            groups.map((group) => pick(group)[0]),
            4,
          )
        : null;
    return {
      header,
      cells: groups.map((group, i) => {
        const [value, lower, upper] = pick(group);
        const number = values === null ? formatFixed(value, decimals!) : values[i]!;
        return (
          <>
            {Number.isNaN(value) ? NOT_AVAILABLE : `${number}${unit}`}
            {limited && <span class="limits">{range(lower, upper, unit, decimals)}</span>}
          </>
        );
      }),
    };
  };
  return (
    <section aria-labelledby="heterogeneity-heading">
      <h3 id="heterogeneity-heading">Effects and heterogeneity</h3>
      {groupColumns.length > 0 && (
        <div class="field inline">
          <label for="group-by">by</label>
          <select
            id="group-by"
            value={by ?? ""}
            onChange={(event) => {
              groupBy.value = event.currentTarget.value;
            }}
          >
            <option value="">all rows</option>
            {groupColumns.map((column) => (
              <option key={column} value={column}>
                {column}
              </option>
            ))}
          </select>
        </div>
      )}
      <MeansTables means={analysis.means} />
      <Table
        caption="Heterogeneity of true effects beside sampling error"
        columns={[
          { header: by ?? "group", cells: groups.map(name) },
          { header: "rows", cells: groups.map(({ rows }) => rows) },
          measure("tau2", (g) => [g.tau2, g.tau2Lower, g.tau2Upper]),
          measure("tau (SD)", (g) => [g.tau, g.tauLower, g.tauUpper]),
          measure("I2", (g) => [g.i2, g.i2Lower, g.i2Upper], 1, " %"),
          measure("H2", (g) => [g.h2, g.h2Lower, g.h2Upper], 2),
        ]}
      />
      {limited && (
        <p class="hint">
          Below each number its {percent}. Limits of tau2, I2 and H2:{" "}
          {profileText(confint) ?? "Wald's, of log tau"}.
        </p>
      )}
      {q !== null && (
        <p class="hint">
          Test of {moderated ? "residual heterogeneity" : "heterogeneity"}: Q({q.df}) ={" "}
          {formatFixed(q.statistic, 2)}, {pText(q.pValue)}.
        </p>
      )}
    </section>
  );
}

/** "0.12 to 0.96"; with a number of decimals, or three significant digits. */
function range(lower: number, upper: number, unit: string, decimals?: number): string {
  const text = (value: number) =>
    decimals === undefined ? formatSignificant(value, 3) : formatFixed(value, decimals);
  return Number.isNaN(lower) && Number.isNaN(upper) ? "-" : `${text(lower)} to ${text(upper)}${unit}`;
}
