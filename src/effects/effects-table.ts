import { formatColumn, formatFixed, formatPValue, limitLabels } from "../report/format";
import { howWords } from "../report/limits-line";
import { printAsZero } from "../report/rounding";
import { numberColumn, type ReportTable, type TableColumn } from "../report/text-table";
import { backTransforms } from "../stats/back-transforms";
import type { Contrasts } from "./contrasts";
import type { MarginalMeans } from "./marginal-means";
import type { Level } from "./reference-grid";

export function meansTable(data: MarginalMeans): ReportTable {
  const { dpar, label, by, means, averagedOver, held, weights, level, notes } = data;
  const [low, high] = limitLabels(level);
  const over =
    averagedOver.length === 0 ? [] : [`averaged over ${averagedOver.join(", ")} (${weights} weights)`];
  const zero = printAsZero(means);
  const dfs = [...new Set(means.map(({ df }) => df))].filter(Number.isFinite).sort((a, b) => a - b);
  const limitsOf =
    dfs.length === 0 ? [] : [`limits: ${testName(data)}t with ${dfs.map((df) => shown(df)).join(", ")} df`];
  if (data.link !== "identity" && means.some(({ stdError }) => stdError !== 0))
    limitsOf.push(scaleNote(data));
  for (const { at, status } of means) {
    if (status === undefined || status === "ok") continue;
    const where = Object.values(at).map(shown).join(", ");
    limitsOf.push(`  ${where === "" ? dpar : where}: ${status}`);
  }
  const at = Object.entries(held).map(([name, value]) => `${name} = ${shown(value)}`);
  return {
    caption: `Marginal means of ${dpar} (${label}), ${scaleText(data)}`,
    columns: [
      ...levelColumns(
        by,
        means.map((mean) => mean.at),
      ),
      numberColumn(
        "estimate",
        means.map(({ estimate }) => estimate),
        (values) => significant(values.map((value, i) => (zero[i] ? 0 : value))),
      ),
      numberColumn(
        "std_error",
        means.map(({ stdError }) => stdError),
        significant,
      ),
      numberColumn(
        low,
        means.map(({ lower }) => lower),
        limits,
      ),
      numberColumn(
        high,
        means.map(({ upper }) => upper),
        limits,
      ),
    ],
    notes: [
      ...over,
      ...(at.length === 0 ? [] : [`at ${at.join(", ")}`]),
      ...limitsOf,
      ...notes.map((note) => `note: ${note}`),
    ],
  };
}

export function contrastsTable(data: Contrasts): ReportTable {
  const { dpar, response, method, by, contrasts, adjust, level, notes } = data;
  const [low, high] = limitLabels(level);
  const normal = contrasts.every(({ df }) => df === Number.POSITIVE_INFINITY);
  const zero = printAsZero(contrasts);
  const what = data.scale === "ratio" ? "ratios" : "differences";
  const family = contrasts.filter(({ pValue }) => !Number.isNaN(pValue)).length;
  const adjusted =
    adjust === "none" || family < 2
      ? []
      : [`p_adjusted: ${adjust}; limits: Bonferroni, together at ${Number((100 * level).toPrecision(4))} %`];
  return {
    caption: `Contrasts of ${dpar} (${response}), ${method}: ${what}${linkText(data)}`,
    columns: [
      ...levelColumns(
        by,
        contrasts.map((row) => row.at),
      ),
      { header: "contrast", cells: contrasts.map(({ contrast }) => contrast), align: "left" },
      numberColumn(
        data.scale === "ratio" ? "ratio" : "difference",
        contrasts.map(({ estimate }) => estimate),
        (values) => significant(values.map((value, i) => (zero[i] ? 0 : value))),
      ),
      numberColumn(
        "std_error",
        contrasts.map(({ stdError }) => stdError),
        significant,
      ),
      numberColumn(
        normal ? "z" : "t",
        contrasts.map(({ statistic }) => statistic),
        (values) => values.map((z, i) => formatFixed(zero[i] && z < 0 ? 0 : z, 3)),
      ),
      ...(normal
        ? []
        : [
            numberColumn(
              "df",
              contrasts.map(({ df }) => df),
              (values) => formatColumn(values, 4),
            ),
          ]),
      numberColumn(
        "p_value",
        contrasts.map(({ pValue }) => pValue),
        (values) => values.map(formatPValue),
      ),
      ...(adjust === "none"
        ? []
        : [
            numberColumn(
              "p_adjusted",
              contrasts.map((row) => row.pAdjusted),
              (values) => values.map(formatPValue),
            ),
          ]),
      numberColumn(
        low,
        contrasts.map(({ lower }) => lower),
        limits,
      ),
      numberColumn(
        high,
        contrasts.map(({ upper }) => upper),
        limits,
      ),
    ],
    notes: [...adjusted, ...notes.map((note) => `note: ${note}`)],
  };
}

const significant = (values: readonly number[]) => formatColumn(values);
const limits = (values: readonly number[]) => formatColumn(values, 5);

function levelColumns(
  by: readonly string[],
  rows: readonly Readonly<Record<string, Level>>[],
): TableColumn[] {
  return by.map((header) => {
    const values = rows.map((at) => at[header]!);
    const isText = typeof values[0] === "string";
    return { header, cells: values.map(shown), values, align: isText ? "left" : "right" };
  });
}

function testName({ test }: MarginalMeans): string {
  if (test === "knha") return "Knapp-Hartung, ";
  return test === "adhoc" ? "Knapp-Hartung, never shrinking, " : "";
}

function scaleNote({ confint, scale }: MarginalMeans): string {
  if (confint !== "wald") return `limits: ${howWords(confint)}`;
  return scale === "link" ? "limits: Wald" : "limits: Wald on the link scale, transformed";
}

/** Six significant digits: a mean of moderators is no more than where the others are held. */
function shown(value: Level): string {
  return typeof value === "number" ? String(Number(value.toPrecision(6))) : String(value);
}

function scaleText({ kind, link, scale, transform }: MarginalMeans): string {
  if (transform !== null) return backTransforms[transform].title;
  if (link === "identity") return "response scale";
  if (kind === "phi") return scale === "link" ? "log scale" : "multipliers of the sampling variances";
  if (scale === "link") return link === "log" ? "log-SD scale" : "atanh scale";
  return link === "log" ? "SDs" : "correlations";
}

function linkText({ kind, scale, link, transform }: Contrasts): string {
  if (transform !== null) return `, ${backTransforms[transform].title}`;
  if (kind === "phi") return scale === "ratio" ? " of multipliers" : " of logs";
  if (scale === "ratio") return " of SDs";
  if (link === "identity") return "";
  return link === "log" ? " of log-SDs" : " on the atanh scale";
}
