import { formatColumn, formatFixed } from "../../src/report/format";
import type { FitSummary } from "../../src/report/summary";
import { Table } from "./table";

/** Fitted SDs and correlations on their own scale, and what models are compared by. */
export function FitStatistics({ summary }: { readonly summary: FitSummary }) {
  const { parameters } = summary;
  const statistics = [
    ["log-likelihood", formatFixed(summary.logLik, 2)],
    ["parameters", String(summary.df)],
    ["AIC", formatFixed(summary.aic, 2)],
    ["AICc", formatFixed(summary.aicc, 2)],
    ["BIC", formatFixed(summary.bic, 2)],
  ] as const;
  return (
    <>
      {parameters.length > 0 && (
        <Table
          caption="Fitted SDs and correlations"
          columns={[
            { header: "parameter", cells: parameters.map(({ dpar }) => dpar) },
            {
              header: "average",
              cells: formatColumn(
                parameters.map(({ estimate }) => estimate),
                4,
              ),
            },
            {
              header: "smallest",
              cells: formatColumn(
                parameters.map(({ minimum }) => minimum),
                4,
              ),
            },
            {
              header: "largest",
              cells: formatColumn(
                parameters.map(({ maximum }) => maximum),
                4,
              ),
            },
          ]}
        />
      )}
      <dl class="statistics">
        {statistics.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
