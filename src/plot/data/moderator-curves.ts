import type { FactorInput } from "../../data/column-from";
import { largest, smallest } from "../../data/range";
import type { Column } from "../../data/table";
import { requireFit } from "../../fit/require-fit";
import { DrmError, type Fit, predict, predictionInterval } from "../../index";
import { checkOptions, type OptionKinds, shown } from "../../options";
import { listed } from "../../words";
import { short } from "../draw/numbers";
import type { MeanOptions } from "./mean-of-rows";
import { isCategorical, locationAndScale, moderatorsOf, numericModerator, offsetColumns } from "./moderators";
import { groupingsIn, type OutcomeRows, outcomeRows } from "./outcome";
import { groupsOfColumn } from "./row-values";

/** Along which moderator, and at which values of the others. */
export interface ModeratorOptions extends MeanOptions {
  /** "mu1" (default) or "mu2" of a bivariate fit */
  readonly outcome?: string | undefined;
  /** numeric moderator of the horizontal axis; default the first of sigma, else of the mean */
  readonly x?: string | undefined;
  /**
   * a categorical moderator: a curve for each of its levels. Default the only one that the formulas have, if it has at
   * most six; null for none
   */
  readonly by?: string | null | undefined;
  /** values of other moderators; default the mean of a number, the most frequent level of a factor */
  readonly at?: Readonly<Record<string, number | string | boolean>> | undefined;
}

export const MODERATOR_OPTIONS: OptionKinds<ModeratorOptions> = {
  outcome: "text",
  x: "text",
  by: "text?",
  at: "object",
  level: "number",
  test: "text",
};

/** Mean and heterogeneity along a moderator. Arrays have one value per grid point; SDs on the response scale. */
export interface ModeratorCurve {
  /** level of `by`, "" without */
  readonly label: string;
  /** grid of the moderator */
  readonly x: readonly number[];
  /** estimated mean, scale of the response */
  readonly mean: Float64Array;
  /** lower confidence limit of the mean */
  readonly lower: Float64Array;
  /** upper confidence limit of the mean */
  readonly upper: Float64Array;
  /** the dpar sigma and its Wald limits; limits are NaN at a boundary */
  readonly sigma: Float64Array;
  /** lower confidence limit of `sigma`, an SD */
  readonly sigmaLower: Float64Array;
  /** upper confidence limit of `sigma`, an SD */
  readonly sigmaUpper: Float64Array;
  /** SD of true effects: sigma with the random intercepts' SDs */
  readonly heterogeneity: Float64Array;
  /** lower limit of the prediction interval */
  readonly predictionLower: Float64Array;
  /** upper limit of the prediction interval */
  readonly predictionUpper: Float64Array;
}

/** Mean and heterogeneity along a moderator, a curve a group. */
export interface ModeratorCurves {
  /** name of the moderator */
  readonly x: string;
  /** name of the factor whose levels have a curve each, null without */
  readonly by: string | null;
  /** one a level of `by` */
  readonly curves: readonly ModeratorCurve[];
  /** place of each row used among the curves, 0 without `by`, -1 where it has none */
  readonly curveOf: Int32Array;
  /** where the other moderators are: "duration = 3.2, habitat = forest" */
  readonly at: string;
  /** the effects that are drawn with them */
  readonly outcome: OutcomeRows;
}

const GRID = 121;
const MOST_LEVELS = 6;

/** Whose moderator is taken, where none is asked for. */
const PREFERENCES = new Map([
  ["mu", (location: string, scale: readonly string[]) => [location, ...scale]],
  ["sigma", (location: string, scale: readonly string[]) => [...scale, location]],
]);

/**
 * Predictions along a numeric moderator, each curve over the range that its rows have.
 * @throws DrmError "bad_option", "unknown_column"
 */
export function moderatorCurves(
  fit: Fit,
  options: ModeratorOptions = {},
  prefer: "mu" | "sigma" = "sigma",
): ModeratorCurves {
  requireFit("moderatorCurves", fit);
  checkOptions("moderatorCurves", options, MODERATOR_OPTIONS);
  const preferred = PREFERENCES.get(prefer);
  if (preferred === undefined) {
    throw new DrmError("bad_option", `prefer ${shown(prefer)}: "mu" or "sigma"`);
  }
  const outcome = outcomeRows(fit, options.outcome);
  const sds = groupingsIn(fit, outcome.location).map(({ dpar }) => dpar);
  const scale = [outcome.scale, ...sds];
  const dpars = preferred(outcome.location, scale);
  // last, what moves the other outcome
  const x = numericModerator(fit, options.x, [...dpars, ...locationAndScale(fit)]);
  const moving = new Set([...moderatorsOf(fit, dpars), ...offsetColumns(fit, outcome.location)]);
  const others = [...moving].filter((name) => name !== x);
  const by = seriesColumn(fit, options.by, others);
  const groups = by === null ? null : groupsOfColumn(fit.data[by]!);
  const typical = typicalValues(
    fit,
    others.filter((name) => name !== by),
    options.at ?? {},
    outcome.present,
  );
  // levels that only the other outcome has get no curve
  const codes = groups === null ? new Int32Array(fit.nobs) : groups.codes;
  const drawn = [...new Set(outcome.present.map((i) => codes[i]!))]
    .filter((code) => code >= 0)
    .sort((a, b) => a - b);
  const curveOf = codes.map((code) => drawn.indexOf(code));
  const values = (fit.data[x] as { values: Float64Array }).values;
  const curves = drawn.map((code, series) => {
    const label = groups?.labels[code] ?? "";
    const members = outcome.present.filter((i) => curveOf[i] === series);
    const rows: Record<string, Cells> = { [x]: gridOver(members.map((i) => values[i]!)) };
    const count = (rows[x] as number[]).length;
    for (const [name, cell] of Object.entries(typical)) rows[name] = cellsOf(fit.data[name]!, cell, count);
    if (by !== null) rows[by] = repeatRow(fit.data[by]!, members[0]!, count);
    // the grouping columns of sd(study) ~ x are asked for, their values are not used
    for (const name of Object.keys(fit.data)) rows[name] ??= repeatRow(fit.data[name]!, members[0]!, count);
    return curveOn(fit, outcome, label, rows, rows[x] as number[], options);
  });
  const at = Object.entries(typical).map(([name, cell]) => `${name} = ${shownCell(cell)}`);
  return { x, by, curves, curveOf, at: at.join(", "), outcome };
}

type Cell = number | string | boolean;
type Cells = number[] | boolean[] | FactorInput;

function curveOn(
  fit: Fit,
  { location, scale }: OutcomeRows,
  label: string,
  rows: Record<string, Cells>,
  x: readonly number[],
  { level = 0.95, test }: MeanOptions,
): ModeratorCurve {
  const tested = { dpar: location, level, ...(test && { test }) };
  const mean = predict(fit, rows, tested);
  const sigma = predict(fit, rows, { dpar: scale, level });
  const prediction = predictionInterval(fit, rows, tested);
  return {
    label,
    x,
    mean: mean.estimate,
    lower: mean.lower,
    upper: mean.upper,
    sigma: sigma.estimate,
    sigmaLower: sigma.lower,
    sigmaUpper: sigma.upper,
    heterogeneity: prediction.heterogeneity,
    predictionLower: prediction.lower,
    predictionUpper: prediction.upper,
  };
}

function seriesColumn(fit: Fit, wanted: string | null | undefined, others: readonly string[]): string | null {
  if (wanted === null) return null;
  const categorical = others.filter((name) => isCategorical(fit, name));
  if (wanted !== undefined) {
    if (categorical.includes(wanted)) return wanted;
    const list = categorical.length === 0 ? "it has none" : categorical.join(", ");
    throw new DrmError("bad_option", `by '${wanted}' is not a categorical moderator of this model (${list})`);
  }
  const only = categorical.length === 1 ? categorical[0]! : null;
  return only !== null && groupsOfColumn(fit.data[only]!).labels.length <= MOST_LEVELS ? only : null;
}

function typicalValues(
  fit: Fit,
  names: readonly string[],
  at: Readonly<Record<string, Cell>>,
  present: readonly number[],
): Record<string, Cell> {
  for (const name of Object.keys(at)) {
    if (!names.includes(name)) {
      throw new DrmError("bad_option", `at '${name}' is not one of the other moderators${listed(names)}`);
    }
  }
  return Object.fromEntries(names.map((name) => [name, at[name] ?? typicalValue(fit, name, present)]));
}

/** The mean of a number, the most frequent level of a factor. */
function typicalValue(fit: Fit, name: string, present: readonly number[]): Cell {
  const column = fit.data[name]!;
  if (!isCategorical(fit, name)) {
    const { values } = column as { values: Float64Array };
    return present.reduce((sum, i) => sum + values[i]! / present.length, 0);
  }
  const codes = column.kind === "factor" ? column.codes : column.values;
  const counts = new Map<number, number>();
  for (const i of present) counts.set(codes[i]!, (counts.get(codes[i]!) ?? 0) + 1);
  const [mode] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]!;
  if (column.kind === "factor") return column.levels[mode]!;
  return column.kind === "logical" ? mode === 1 : mode;
}

function cellsOf(column: Column, cell: Cell, count: number): Cells {
  if (column.kind === "factor") {
    const { levels, ordered } = column;
    return { levels, values: new Array<string>(count).fill(String(cell)), ordered };
  }
  if (column.kind === "logical") return new Array<boolean>(count).fill(cell === true || cell === "true");
  return new Array<number>(count).fill(Number(cell));
}

function repeatRow(column: Column, row: number, count: number): Cells {
  if (column.kind === "factor") {
    const { levels, ordered, codes } = column;
    return { levels, codes: new Int32Array(count).fill(codes[row]!), ordered };
  }
  const value = column.values[row]!;
  return cellsOf(column, column.kind === "logical" ? value === 1 : value, count);
}

function gridOver(values: readonly number[]): number[] {
  const [low, high] = [smallest(values), largest(values)];
  if (low === high) return [low];
  const share = (i: number) => i / (GRID - 1);
  // exact at both ends
  return Array.from({ length: GRID }, (_, i) => low * (1 - share(i)) + high * share(i));
}

function shownCell(cell: Cell): string {
  return typeof cell === "number" ? short(cell, 3) : String(cell);
}
