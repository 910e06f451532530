import { formatColumn, formatFixed, formatSignificant, NOT_AVAILABLE } from "../../src/report/format";
import { pText } from "../model/p-text";
import { groupBy } from "../state/app-state";
import type { Analysis } from "../worker/session";
import { MeansTables } from "./means-tables";
import { Table } from "./table";

/** Means, SDs, tau2, I2 and H2, for all rows or by the levels of a column that the model uses. */
export function HeterogeneitySection({ analysis }: { readonly analysis: Analysis }) {
  const { heterogeneity, groupColumns } = analysis;
  const { groups, q, by, level, confint } = heterogeneity;
  const limited = groups.some(
    ({ tau2Lower, tau2Upper }) => !Number.isNaN(tau2Lower) || !Number.isNaN(tau2Upper),
  );
  const percent = `${Number((100 * level).toPrecision(4))} % CI`;
  const bivariate = groups.some(({ outcome }) => outcome !== "mu");
  const name = ({ outcome, group }: (typeof groups)[number]) =>
    [bivariate ? outcome : "", by === null ? (bivariate ? "" : "all rows") : group]
      .filter(Boolean)
      .join(", ");
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
          {
            header: "tau2",
            cells: formatColumn(
              groups.map(({ tau2 }) => tau2),
              4,
            ),
          },
          {
            header: "tau (SD)",
            cells: formatColumn(
              groups.map(({ tau }) => tau),
              4,
            ),
          },
          {
            header: "I2",
            cells: groups.map(({ i2 }) => (Number.isNaN(i2) ? NOT_AVAILABLE : `${formatFixed(i2, 1)} %`)),
          },
          { header: "H2", cells: groups.map(({ h2 }) => formatFixed(h2, 2)) },
          ...(limited
            ? [
                { header: `tau2, ${percent}`, cells: groups.map((g) => range(g.tau2Lower, g.tau2Upper)) },
                { header: `tau, ${percent}`, cells: groups.map((g) => range(g.tauLower, g.tauUpper)) },
                { header: `I2, ${percent}`, cells: groups.map((g) => range(g.i2Lower, g.i2Upper, 1)) },
                { header: `H2, ${percent}`, cells: groups.map((g) => range(g.h2Lower, g.h2Upper, 2)) },
              ]
            : []),
        ]}
      />
      {limited && (
        <p class="hint">
          Limits of tau2, I2 and H2: {confint === "profile" ? "profile likelihood" : "Wald's, of log tau"}.
        </p>
      )}
      {q !== null && (
        <p class="hint">
          Test of residual heterogeneity: Q({q.df}) = {formatFixed(q.statistic, 2)}, {pText(q.pValue)}.
        </p>
      )}
    </section>
  );
}

/** "0.12 to 0.96"; with a number of decimals, or four significant digits. */
function range(lower: number, upper: number, decimals?: number): string {
  const text = (value: number) =>
    decimals === undefined ? formatSignificant(value) : formatFixed(value, decimals);
  return Number.isNaN(lower) && Number.isNaN(upper) ? "-" : `${text(lower)} to ${text(upper)}`;
}
