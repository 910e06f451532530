import type { MarginalMeans } from "../../src/index";
import { formatColumn, limitLabels } from "../../src/report/format";
import { scaleLimitsText } from "../model/limits-text";
import { Table } from "./table";

/** Mean effects and SDs as the model has them, each with its interval. */
export function MeansTables({ means }: { readonly means: readonly MarginalMeans[] }) {
  return (
    <>
      {means.map((one) => (
        <MeansTable key={one.dpar} means={one} />
      ))}
    </>
  );
}

function MeansTable({ means }: { readonly means: MarginalMeans }) {
  const { dpar, link, response, by, means: rows, level } = means;
  const [low, high] = limitLabels(level);
  const what = link === "identity" ? "Mean" : "SD of true effects";
  const group = by[0];
  const conditions = conditionsText(means);
  return (
    <>
      <Table
        caption={`${what} of ${response}${group === undefined ? "" : ` by ${group}`} (${dpar})`}
        columns={[
          {
            header: group ?? "group",
            cells: rows.map(({ at }) => (group === undefined ? "all rows" : String(at[group]))),
          },
          {
            header: "estimate",
            cells: formatColumn(
              rows.map(({ estimate }) => estimate),
              4,
            ),
          },
          {
            header: "SE",
            cells: formatColumn(
              rows.map(({ stdError }) => stdError),
              4,
            ),
          },
          {
            header: low,
            cells: formatColumn(
              rows.map(({ lower }) => lower),
              4,
            ),
          },
          {
            header: high,
            cells: formatColumn(
              rows.map(({ upper }) => upper),
              4,
            ),
          },
        ]}
      />
      {conditions !== "" && <p class="hint">{conditions}</p>}
    </>
  );
}

/** "Averaged over habitat, at duration = 1.2." */
function conditionsText({ averagedOver, held, link, confint, means }: MarginalMeans): string {
  const values = Object.entries(held).map(([name, value]) => `${name} = ${shortLevel(value)}`);
  const parts = [
    ...(averagedOver.length > 0 ? [`averaged over ${averagedOver.join(", ")}`] : []),
    ...(values.length > 0 ? [`at ${values.join(", ")}`] : []),
  ];
  const text = parts.join(", ");
  const limits = link === "identity" ? limitsText(means) : scaleLimitsText(confint);
  return text === "" ? limits : `${text[0]!.toUpperCase()}${text.slice(1)}. ${limits}`;
}

/** Of means: nothing for the normal distribution. */
function limitsText(means: MarginalMeans["means"]): string {
  const dfs = [...new Set(means.map(({ df }) => df))].filter(Number.isFinite);
  return dfs.length === 0 ? "" : `Limits: t with ${dfs.map((df) => Number(df.toFixed(1))).join(", ")} df.`;
}

/** The mean of a centred column is 0 but for rounding. */
function shortLevel(value: string | number | boolean): string {
  if (typeof value !== "number") return String(value);
  return Math.abs(value) < 1e-12 ? "0" : String(Number(value.toPrecision(4)));
}
