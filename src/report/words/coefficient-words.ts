import type { Design } from "../../design/design";
import { dparOf, isCorrelation, isLocation, isMultiplier, isSd, responseOf } from "../../fit/dpars";
import type { Fit } from "../../fit/fit";
import { hasGroupings } from "../../fit/groupings";
import type { Dpar } from "../../formula/dpar";
import { variablesOf } from "../../formula/expr";
import type { CoefficientRow } from "../../inference/coefficient-table";
import { linkOf } from "../../inference/links";
import { estimateText, pWords } from "./numbers";
import { scaleEstimate } from "./scale-words";

/** What a coefficient compares, where it can be said in words. */
type Meaning =
  | { readonly kind: "intercept" }
  | { readonly kind: "level"; readonly variable: string; readonly level: string; readonly reference: string }
  | { readonly kind: "unit"; readonly variable: string }
  /** not compared with anything: the value at a level */
  | { readonly kind: "value"; readonly variable: string; readonly level: string }
  | { readonly kind: "other" };

/** On which scale a coefficient is, where it is not that of the effect sizes. */
const SCALES = {
  identity: "",
  log: " (log SD)",
  atanh: " (atanh scale)",
  fisher: " (atanh scale)",
  logit: " (logit scale)",
} as const;

/** A sentence for each moderator's coefficient: a difference in a mean, or a ratio of SDs, with interval and test. */
export function moderatorSentences(
  fit: Fit,
  dpar: string,
  rows: readonly CoefficientRow[],
  level: number,
): string[] {
  const design = fit.designs[dpar];
  if (design === undefined) return [];
  const own = rows.filter((row) => row.dpar === dpar);
  return own.flatMap((row, j) => {
    const meaning = meaningOf(design, j);
    return meaning.kind === "intercept" ? [] : [sentence(fit, dpar, row, meaning, level)];
  });
}

function sentence(fit: Fit, dpar: string, row: CoefficientRow, meaning: Meaning, level: number): string {
  if (meaning.kind === "value") return valueSentence(fit, dpar, row, meaning, level);
  const link = linkOf(fit, dpar).name;
  const isRatio = link === "log" && meaning.kind !== "other";
  const what = isRatio
    ? `ratio of ${ratioName(fit, dparOf(fit, dpar))}`
    : `difference in ${predictorName(fit, dparOf(fit, dpar))}`;
  const subject =
    meaning.kind === "level"
      ? `For ${meaning.variable}, the estimated ${what}, ${meaning.level} ${isRatio ? "to" : "minus"} ${meaning.reference},`
      : meaning.kind === "unit"
        ? `The estimated ${what} per unit of ${meaning.variable}`
        : `The coefficient ${row.name}${isMultiplier(dparOf(fit, dpar)) ? " (log scale)" : SCALES[link]}`;
  if (row.atBoundary || !Number.isFinite(row.estimate))
    return `${subject} is at its boundary and has no interval.`;
  const take = isRatio ? Math.exp : (x: number) => x;
  const shown = { estimate: take(row.estimate), lower: take(row.lower), upper: take(row.upper) };
  const nothing = isRatio ? 1 : 0;
  const includes =
    shown.lower <= nothing && nothing <= shown.upper ? `; the interval includes ${nothing}` : "";
  return `${subject} is ${estimateText(shown, level, testWords(row))}${includes}.`;
}

type LevelValue = Extract<Meaning, { kind: "value" }>;

/** A test of a mean against 0 says something; one of an SD against 1 does not. */
function valueSentence(fit: Fit, dpar: string, row: CoefficientRow, at: LevelValue, level: number): string {
  const own = dparOf(fit, dpar);
  const isMean = isLocation(own);
  const where = `Where ${at.variable} = ${at.level}, ${quantityName(fit, own)}${isMean ? "" : ` (${dpar})`}`;
  if (isMean) return `${where} is estimated as ${estimateText(row, level, testWords(row))}.`;
  const shown = scaleEstimate(fit, row, level);
  return `${where} is estimated as ${estimateText(shown, level)}.`;
}

/** "z = 2.87", "p = 0.004"; nothing where there is no test. */
export function testWords({ statistic, df, pValue }: CoefficientRow): string[] {
  if (Number.isNaN(statistic) || Number.isNaN(pValue)) return [];
  const name = Number.isFinite(df) ? `t(${Number.isInteger(df) ? df : df.toFixed(1)})` : "z";
  return [`${name} = ${statistic.toFixed(2)}`, pWords(pValue)];
}

/** "the mean of harm", "the SD of true effects", "the residual correlation". */
function quantityName(fit: Fit, dpar: Dpar): string {
  if (dpar.kind === "cor") return `the correlation ${dpar.key}`;
  if (isCorrelation(dpar)) return "the residual correlation";
  if (isSd(dpar)) return sdName(fit, dpar.key);
  if (isMultiplier(dpar)) return `the multiplier of the sampling variances${multiplierOwner(fit, dpar)}`;
  return fit.family === "gaussian" ? "the mean" : `the mean of ${responseName(fit, dpar.key)}`;
}

/** What ratios are of. */
function ratioName(fit: Fit, dpar: Dpar): string {
  if (isMultiplier(dpar)) return `multipliers of the sampling variances${multiplierOwner(fit, dpar)}`;
  return sdName(fit, dpar.key, true);
}

/** " of harm", where there are two outcomes. */
export function multiplierOwner(fit: Fit, dpar: Dpar): string {
  return fit.family === "gaussian" ? "" : ` of ${responseName(fit, dpar.key)}`;
}

/** The same, of what differences of linear predictors are in. */
function predictorName(fit: Fit, dpar: Dpar): string {
  const scale = isCorrelation(dpar) ? ` on the ${dpar.link === "logit" ? "logit" : "atanh"} scale` : "";
  return `${quantityName(fit, dpar)}${scale}`;
}

/** "the SD of true effects", "the SD between levels of study"; of two outcomes with the outcome's name. */
export function sdName(fit: Fit, dpar: string, plural = false): string {
  const { group, slope, within } = dparOf(fit, dpar);
  // without V it is of effect sizes, sampling errors and all
  const what = fit.knownV.kind === "none" ? "of effect sizes around their means" : "of true effects";
  const among = hasGroupings(fit) ? `${what} within groups` : what;
  const of = fit.family === "gaussian" ? "" : ` on ${responseName(fit, dpar)}`;
  const sd = plural ? "SDs" : "the SD";
  if (group === null) return `${sd} ${among}${of}`;
  if (within !== undefined) return `${sd} of effects of the levels of ${slope} within ${group}${of}`;
  const between = `between levels of ${group}${of}`;
  return slope === undefined ? `${sd} ${between}` : `${sd} of slopes of ${slope} ${between}`;
}

export function responseName(fit: Fit, dpar: string): string {
  return responseOf(fit, dparOf(fit, dpar).outcome!).label;
}

/** A variable in an interaction, a polynomial or two terms has no meaning of its own. */
function meaningOf({ assign, recipe, names }: Design, j: number): Meaning {
  const t = assign[j]!;
  if (t === 0) return { kind: "intercept" };
  const term = recipe.terms[t - 1]!;
  const v = term.variables[0]!;
  const variable = recipe.variables[v]!;
  const columns = variablesOf(variable.expr);
  const elsewhere = recipe.variables.some((other, k) => {
    return k !== v && [...variablesOf(other.expr)].some((name) => columns.has(name));
  });
  const inOthers = recipe.terms.some((other, k) => k !== t - 1 && other.variables.includes(v));
  if (term.variables.length > 1 || inOthers || elsewhere) return { kind: "other" };
  const { factor, label } = variable;
  const width = assign.filter((other) => other === t).length;
  if (factor === null) return width === 1 ? { kind: "unit", variable: label } : { kind: "other" };
  if (term.full[0] && recipe.variables.length === 1) {
    const level = factor.levels.find((one) => names[j] === label + one);
    return level === undefined ? { kind: "other" } : { kind: "value", variable: label, level };
  }
  if (factor.ordered || term.full[0]) return { kind: "other" };
  const [reference, ...others] = factor.levels;
  const level = others.find((one) => names[j] === label + one);
  if (level === undefined) return { kind: "other" };
  return { kind: "level", variable: label, level, reference: reference! };
}

/** Whether each coefficient is the value at a level: `~ 0 + habitat`. */
export function hasLevelValues(design: Design): boolean {
  return design.names.every((_, j) => meaningOf(design, j).kind === "value");
}

/**
 * "habitat = grassland and duration = 0": where the intercept is the whole predictor; null when it cannot be said, or
 * no row is near it: the intercept of a calendar year is nobody's mean.
 */
export function referencePoint(fit: Fit, dpar: string): string[] | null {
  const { recipe, assign } = fit.designs[dpar]!;
  if (!assign.includes(0)) return null;
  const at: string[] = [];
  for (const { label, factor, expr } of recipe.variables) {
    if (factor?.ordered || (factor === null && (expr.type !== "name" || !holdsZero(fit, expr.name))))
      return null;
    at.push(`${label} = ${factor === null ? 0 : factor.levels[0]}`);
  }
  return at;
}

/** Whether 0 is within the values of a column. */
function holdsZero(fit: Fit, name: string): boolean {
  const column = fit.data[name]!;
  if (column.kind === "factor") return false;
  return column.values.some((value) => value <= 0) && column.values.some((value) => value >= 0);
}
