import { formatColumn, formatFixed, limitLabels } from "../../src/report/format";
import type { FitSummary } from "../../src/report/summary";
import { scaleLimitsText } from "../model/limits-text";
import { Table } from "./table";

/** Fitted SDs and correlations on their own scale, and what models are compared by. */
export function FitStatistics({ summary }: { readonly summary: FitSummary }) {
  const { parameters, level, scaleConfint } = summary;
  const [low, high] = limitLabels(level);
  const limited = parameters.some(({ lower, upper }) => !Number.isNaN(lower) || !Number.isNaN(upper));
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
            ...(limited
              ? [
                  {
                    header: low,
                    cells: formatColumn(
                      parameters.map(({ lower }) => lower),
                      4,
                    ),
                  },
                  {
                    header: high,
                    cells: formatColumn(
                      parameters.map(({ upper }) => upper),
                      4,
                    ),
                  },
                ]
              : []),
          ]}
        />
      )}
      {limited && <p class="hint">{scaleLimitsText(scaleConfint)}</p>}
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
