import type { Column, FactorColumn } from "../data/table";
import { DrmError } from "../errors";
import { type Dpar, randomTermOf } from "../formula/dpar";
import { asFactor, asLabels } from "../frame/as-factor";
import type { Frame } from "../frame/frame";
import { dropUnusedLevels } from "../frame/levels";

/** Which level of a random intercept each kept row belongs to. */
export interface Grouping {
  readonly levels: readonly string[];
  /** -1 for rows that the parameter is not about (an absent outcome). */
  readonly index: Int32Array;
  /** Rows in each level. */
  readonly counts: Int32Array;
}

/** Levels in the factor's own order, numbers ascending; of `a:b` the levels of a vary slowest. Unused ones are left out. */
export function buildGrouping(
  dpar: Dpar,
  group: readonly string[],
  frame: Frame,
  present: Uint8Array | null,
): Grouping {
  const columns = group.map((name) => asLabels(name, frame.column(name), frame.rows));
  const masked = columns.map((column) => (present === null ? column : maskRows(column, present)));
  let crossed = dropUnusedLevels(masked[0]!);
  for (const column of masked.slice(1)) crossed = cross(crossed, dropUnusedLevels(column));
  const { levels, codes } = crossed;
  if (levels.length < 2) {
    const seen = levels.length === 0 ? "no level" : `one level ('${levels[0]}')`;
    const name = group.join(":");
    throw new DrmError(
      "bad_factor",
      `'${name}' has ${seen} in the rows used, so ${dpar.key} cannot be estimated: remove ${randomTermOf(dpar)}`,
    );
  }
  const counts = new Int32Array(levels.length);
  for (let i = 0; i < codes.length; i++) if (codes[i]! >= 0) counts[codes[i]!]!++;
  return { levels, index: codes, counts };
}

function maskRows(column: FactorColumn, present: Uint8Array): FactorColumn {
  return { ...column, codes: column.codes.map((code, i) => (present[i] === 1 ? code : -1)) };
}

/** The pairs of levels that occur; the full product can be far larger than the data. */
function cross(a: FactorColumn, b: FactorColumn): FactorColumn {
  const width = b.levels.length;
  const pairs = Float64Array.from(a.codes, (code, i) => {
    const other = b.codes[i]!;
    return code < 0 || other < 0 ? Number.NaN : code * width + other;
  });
  const { codes, levels } = asFactor({ kind: "numeric", values: pairs } satisfies Column);
  const labels = levels.map((label) => {
    const pair = Number(label);
    return `${a.levels[Math.floor(pair / width)]}:${b.levels[pair % width]}`;
  });
  return { kind: "factor", codes, levels: labels, ordered: false };
}
