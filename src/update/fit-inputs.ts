import type { MatrixInput } from "../covariance/known-v";
import type { Table } from "../data/table";
import type { DrmOptions } from "../drm";
import { DrmError } from "../errors";
import type { Fit } from "../fit/fit";
import { ungroup } from "../formula/expr";
import { formulaFrom } from "../formula/formula";
import { asFactor } from "../frame/as-factor";
import { triangle } from "../linalg/triangle";

/** The rows that a fit used, with the columns that its formulas read. */
export function fittedTable({ nobs, data }: Fit): Table {
  return {
    nrow: nobs,
    names: Object.keys(data),
    column: (name) => (Object.hasOwn(data, name) ? data[name] : undefined),
  };
}

/** V by its name where the formula names a matrix, over the rows that the fit used; none where V is in columns. */
export function fittedMatrices(fit: Fit): DrmOptions["matrices"] {
  const argument = formulaFrom(fit.formulas).dpars[0]!.knownV?.argument;
  const named = argument && ungroup(argument);
  if (named?.type !== "name" || Object.hasOwn(fit.data, named.name)) return {};
  const { variances, clusters, blocks } = fit.knownV;
  if (clusters > 0 && blocks === undefined) {
    const what = `update() needs the covariances of '${named.name}', which this fit does not carry`;
    throw new DrmError("bad_known_v", `${what}: give it again in matrices`);
  }
  const clustered = new Uint8Array(variances.length);
  const out: { rows: Int32Array; matrix: Float64Array }[] = [];
  let first = 0;
  let packed = 0;
  for (const size of blocks?.sizes ?? []) {
    const matrix = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) {
        const value = blocks!.values[packed + triangle(i) + j]!;
        matrix[i * size + j] = matrix[j * size + i] = value;
      }
    }
    const rows = blocks!.rows.slice(first, first + size);
    for (const row of rows) clustered[row] = 1;
    out.push({ rows, matrix });
    first += size;
    packed += triangle(size);
  }
  variances.forEach((variance, row) => {
    if (clustered[row] === 1 || Number.isNaN(variance)) return;
    out.push({ rows: Int32Array.of(row), matrix: Float64Array.of(variance) });
  });
  const matrix: MatrixInput = { blocks: out };
  return { [named.name]: matrix };
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
    const given = table.column(name);
    if (given === undefined) continue;
    const present = asFactor(given).levels;
    factors[name] = [...column.levels, ...present.filter((level) => !column.levels.includes(level))];
    if (column.ordered) ordered.push(name);
  }
  return { factors, ordered };
}
