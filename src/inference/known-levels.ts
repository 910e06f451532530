import { nameIndex } from "../covariance/related/level-names";
import { type Column, type FactorColumn, labelColumn, type Table } from "../data/table";
import { DrmError, didYouMean } from "../errors";
import { dparOf } from "../fit/dpars";
import type { Fit } from "../fit/fit";
import {
  groupingOf,
  groupingsOf,
  predictedEffects,
  type RowGrouping,
  reportedDpars,
  reportedSds,
} from "../fit/groupings";
import type { Dpar } from "../formula/dpar";
import { formulaFrom } from "../formula/formula";
import { asFactor, asLabels } from "../frame/as-factor";
import {
  type LevelOf,
  type LevelPredictions,
  type LevelSum,
  levelPredictions,
} from "../opened/level-predictions";
import { effectsTerms } from "../opened/stacked-terms";
import { slopesIn } from "./new-slopes";

/** The predicted random effects of each row of one location dpar. */
export interface KnownLevels {
  /** sum of the BLUPs of the row's levels, slopes times their column; 0 without any */
  readonly effect: Float64Array;
  /** the row's levels that the fit knows, numbered over all that its random effects report */
  readonly levels: readonly (readonly LevelOf[])[];
  /** made when it is first asked for */
  readonly predictions: () => LevelPredictions;
}

/**
 * Looks the rows' levels up among those of the fit: its own rows (`table` null) or new ones. A level that the fit does
 * not know, or a missing one, adds nothing: its expectation is 0; one that a tree or a matrix knows has its prediction, for which
 * an SD with moderators is that of the new row. Null when the outcome has no random effects.
 * Throws DrmError("unknown_column") when the new data lack a grouping column, or such a moderator.
 *
 * @param sdsAt a dpar's SDs by row, response scale
 */
export function knownLevels(
  fit: Fit,
  location: string,
  table: Table | null,
  sdsAt: (dpar: string) => Float64Array,
): KnownLevels | null {
  const nrow = table?.nrow ?? fit.nobs;
  const { outcome } = dparOf(fit, location);
  if (groupingsOf(fit, outcome).length === 0) return null;
  const effect = new Float64Array(nrow);
  const levels: LevelOf[][] = Array.from({ length: nrow }, () => []);
  const u = predictedEffects(fit);
  const sds = reportedSds(fit);
  const ofDpar = reportedDpars(fit);
  let made: LevelPredictions | null = null;
  const predictions = () => {
    made ??= levelPredictions(fit);
    return made;
  };
  const sdsOf = new Map<string, Float64Array>();
  const sdIn = (row: number, level: number) => {
    const dpar = ofDpar[level]!;
    const found = sdsOf.get(dpar) ?? sdsAt(dpar);
    sdsOf.set(dpar, found);
    return found[row]!;
  };
  const levelsOf = ({ key }: Dpar) => {
    const grouping = groupingOf(fit, key)!;
    return table === null ? grouping.codes : codesOf(fit, grouping, table);
  };
  for (const term of effectsTerms(fit)) {
    term.eachEffect(outcome, { levels: levelsOf, slopes: slopesIn(fit, table) }, (row, level, z) => {
      // no row has it, and nothing that a fit keeps says its moderators
      const isOfRow = table !== null && Number.isNaN(sds[level]!);
      const own = { level, z, sd: isOfRow ? sdIn(row, level) : sds[level]! };
      effect[row] += isOfRow ? predictions().mean([own]) : z * u[level];
      levels[row].push(own);
    });
  }
  return { effect, levels, predictions };
}

/**
 * Standard errors of x'beta + z'u at predicted u, row by row, NaN for rows without a known level. With
 * S = V + R + Z G Z' and a = x - X' S^-1 Z G z the error is a'(beta_hat - beta) and, independent of it, that of u were
 * beta known (Henderson 1975):
 *
 *   se^2 = a' V_beta a + z'(G - G Z' S^-1 Z G) z
 *
 * @param values the rows of the location dpar's design, column-major; `positions` of its columns in fit.coefficients
 */
export function knownLevelErrors(
  fit: Fit,
  values: Float64Array,
  positions: readonly number[],
  { levels, predictions }: KnownLevels,
): Float64Array {
  const nrow = levels.length;
  const k = fit.coefficients.length;
  const solved = new Map<string, LevelSum>();
  return Float64Array.from(levels, (own, i) => {
    if (own.length === 0) return Number.NaN;
    const key = own.map(({ level, z, sd }) => `${level} ${z} ${sd}`).join();
    const sum = solved.get(key) ?? predictions().error(own);
    solved.set(key, sum);
    const a = sum.slope.map((slope) => -slope);
    positions.forEach((position, j) => {
      a[position] += values[j * nrow + i];
    });
    let variance = sum.variance;
    for (let j = 0; j < a.length; j++)
      for (let l = 0; l < a.length; l++) variance += a[j] * a[l] * fit.vcov[j * k + l];
    return Math.sqrt(Math.max(0, variance));
  });
}

function codesOf(fit: Fit, { dpar, codes, levels, others: unseen }: RowGrouping, table: Table): Int32Array {
  const columns = formulaFrom(fit.formulas).dpars.find(({ key }) => key === dpar)!.groupColumns!;
  const codeOf = new Map<string, number>();
  const pairs = columns.map((name) => sameLabels(name, fit.data[name], requireColumn(name, table, dpar)));
  const fitted = cellLabels(pairs.map(([own]) => own));
  fitted.forEach((label, i) => {
    if (label !== null && codes[i] >= 0) codeOf.set(label, codes[i]);
  });
  // names of a tree or a matrix that no row of the fit has, as they write them
  const others = nameIndex(unseen?.levels ?? []);
  const wanted = cellLabels(pairs.map(([, given]) => given));
  return Int32Array.from(wanted, (label) => {
    if (label === null) return -1;
    const known = codeOf.get(label);
    if (known !== undefined) return known;
    const other = others(label);
    return other < 0 ? -1 : levels.length + other;
  });
}

/** Texts are compared as they are written where both sides have them, else numbers with numbers. */
function sameLabels(name: string, own: Column, given: Column): [FactorColumn, FactorColumn] {
  const isWritten = (column: Column) => column.kind === "factor" || column.written !== undefined;
  if (!isWritten(own) || !isWritten(given)) return [asFactor(own), asFactor(given)];
  return [asLabels(name, own), asLabels(name, given)];
}

/** One label a row for the cells of all columns together, null where one is missing. */
function cellLabels(factors: readonly FactorColumn[]): (string | null)[] {
  return Array.from(factors[0].codes, (_, i) => {
    const cells = factors.map(({ codes, levels }) => (codes[i] < 0 ? null : levels[codes[i]]));
    // not ":", which may be part of a level
    return cells.includes(null) ? null : cells.join("\u0000");
  });
}

function requireColumn(name: string, table: Table, dpar: string): Column {
  const column = labelColumn(table, name);
  if (column !== undefined) return column;
  throw new DrmError(
    "unknown_column",
    `groups: "known" needs column '${name}' for the levels of ${dpar}, which is not in the new data${didYouMean(name, table.names)}`,
  );
}
