import type { Column, Table } from "../data/table";
import { DrmError, didYouMean } from "../errors";
import type { Fit, RandomEffect } from "../fit/fit";
import { drmFormula } from "../formula/formula";
import { asFactor } from "../frame/as-factor";

/** What the predicted random intercepts add to each row of one location dpar. */
export interface KnownLevels {
  /** sum of the BLUPs of the row's levels; 0 without any */
  readonly effect: Float64Array;
  /** 1 where the row has at least one level that the fit knows */
  readonly known: Uint8Array;
}

/**
 * Looks the rows' levels up among those of the fit: its own rows (`table` null) or new ones. A level that the fit does
 * not know, or a missing one, adds nothing: its expectation is 0. Null when the outcome has no random intercepts.
 * Throws DrmError("unknown_column") when the new data lack a grouping column.
 */
export function knownLevels(fit: Fit, location: string, table: Table | null): KnownLevels | null {
  // sd(study) belongs to mu, sd2(study) to mu2
  const effects = (fit.random ?? []).filter(({ dpar }) => dpar.startsWith(`sd${location.slice(2)}(`));
  if (effects.length === 0) return null;
  const nrow = table?.nrow ?? fit.nobs;
  const effect = new Float64Array(nrow);
  const known = new Uint8Array(nrow);
  for (const random of effects) {
    const codes = table === null ? random.codes : codesOf(fit, random, table);
    for (let i = 0; i < nrow; i++) {
      if (codes[i] < 0) continue;
      effect[i] += random.estimate[codes[i]];
      known[i] = 1;
    }
  }
  return { effect, known };
}

function codesOf(fit: Fit, { dpar, codes }: RandomEffect, table: Table): Int32Array {
  const columns = drmFormula(...fit.formulas).dpars.find(({ key }) => key === dpar)!.group!;
  const codeOf = new Map<string, number>();
  const fitted = cellLabels(columns.map((name) => fit.data[name]));
  fitted.forEach((label, i) => {
    if (label !== null && codes[i] >= 0) codeOf.set(label, codes[i]);
  });
  const wanted = cellLabels(columns.map((name) => requireColumn(name, table, dpar)));
  return Int32Array.from(wanted, (label) => (label === null ? -1 : (codeOf.get(label) ?? -1)));
}

/** One label a row for the cells of all columns together, null where one is missing. */
function cellLabels(columns: readonly Column[]): (string | null)[] {
  const factors = columns.map((column) => asFactor(column));
  return Array.from(factors[0].codes, (_, i) => {
    const cells = factors.map(({ codes, levels }) => (codes[i] < 0 ? null : levels[codes[i]]));
    // not ":", which may be part of a level
    return cells.includes(null) ? null : cells.join("\u0000");
  });
}

function requireColumn(name: string, table: Table, dpar: string): Column {
  const column = table.column(name);
  if (column !== undefined) return column;
  throw new DrmError(
    "unknown_column",
    `groups: "known" needs column '${name}' for the levels of ${dpar}, which is not in the new data${didYouMean(name, table.names)}`,
  );
}
