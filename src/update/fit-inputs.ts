import type { MatrixInput } from "../covariance/known-v";
import { labelColumn, type Table } from "../data/table";
import type { DrmOptions } from "../drm";
import { DrmError } from "../errors";
import type { Fit } from "../fit/fit";
import { covarianceOf } from "../fit/known-covariance";
import { ungroup } from "../formula/expr";
import { formulaFrom } from "../formula/formula";
import { asFactor } from "../frame/as-factor";

/** The rows that a fit used, with the columns that its formulas read. */
export function fittedTable({ nobs, data }: Fit): Table {
  return {
    nrow: nobs,
    names: Object.keys(data),
    column: (name) => (Object.hasOwn(data, name) ? data[name] : undefined),
  };
}

/** V by its name where the formula names a matrix, over the rows that the fit used, and the matrices of random effects by theirs. */
export function fittedMatrices(fit: Fit): DrmOptions["matrices"] {
  const own = fit.matrices ?? {};
  const argument = formulaFrom(fit.formulas).dpars[0]!.knownV?.argument;
  const named = argument && ungroup(argument);
  if (named?.type !== "name" || Object.hasOwn(fit.data, named.name)) return own;
  const V = covarianceOf(fit.knownV);
  if (V === null) {
    const what = `update() needs the covariances of '${named.name}', which this fit does not carry`;
    throw new DrmError("bad_known_v", `${what}: give it again in matrices`);
  }
  const blocks: { rows: Int32Array; matrix: Float64Array }[] = [];
  V.eachBlock(({ rows, matrix }) => blocks.push({ rows, matrix: matrix() }));
  V.alone().forEach((isAlone, row) => {
    const variance = V.variances[row]!;
    if (isAlone === 0 || Number.isNaN(variance)) return;
    blocks.push({ rows: Int32Array.of(row), matrix: Float64Array.of(variance) });
  });
  const matrix: MatrixInput = { blocks };
  return { ...own, [named.name]: matrix };
}

/**
 * For new data: which columns are factors, with the levels in the fit's order, those that the fit does not know after
 * them.
 */
export function fittedLevels(
  fit: Fit,
  table: Table,
): { readonly factors: Record<string, readonly string[]>; readonly ordered: string[] } {
  const factors: Record<string, readonly string[]> = {};
  const ordered: string[] = [];
  for (const [name, column] of Object.entries(fit.data)) {
    if (column.kind !== "factor") continue;
    const given = labelColumn(table, name);
    if (given === undefined) continue;
    const present = asFactor(given).levels;
    factors[name] = [...column.levels, ...present.filter((level) => !column.levels.includes(level))];
    if (column.ordered) ordered.push(name);
  }
  return { factors, ordered };
}
