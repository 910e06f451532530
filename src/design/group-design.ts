import { DrmError } from "../errors";
import type { DparFormula } from "../formula/dpar-formula";
import { variablesOf } from "../formula/expr";
import type { Frame } from "../frame/frame";
import { presentRows } from "../frame/restrict";
import { buildDesign, type Design } from "./design";
import { buildGrouping, type Grouping } from "./grouping";

/** The design of sd(group): one row for each level of the group. */
export interface GroupDesign extends Design, Grouping {
  /** of levels of a column within a group: by level, the group and the level of the column */
  readonly cells?: { readonly groups: readonly string[]; readonly levels: readonly string[] };
}

/** Functions such as scale() learn from the rows of the data, as model.matrix would, not from the levels. */
export function buildGroupDesign(dpar: DparFormula, frame: Frame): GroupDesign {
  const { key, groupColumns } = dpar;
  if (groupColumns === null)
    throw new DrmError("bad_formula", `${key} has no grouping: it is not an sd(...) formula`);
  const present = presentRows(dpar, frame);
  const grouping = buildGrouping(dpar, groupColumns, frame, present);
  const byRow = buildDesign(dpar, frame);
  const { levels, index, counts } = grouping;
  const nrow = levels.length;
  const width = byRow.names.length;
  const firstRow = new Int32Array(nrow).fill(-1);
  for (let i = 0; i < index.length; i++) {
    const level = index[i]!;
    if (level >= 0 && firstRow[level] === -1) firstRow[level] = i;
  }
  const values = new Float64Array(nrow * width);
  for (let j = 0; j < width; j++) {
    const start = j * byRow.nrow;
    for (let level = 0; level < nrow; level++)
      values[j * nrow + level] = byRow.values[start + firstRow[level]!]!;
    if (byRow.assign[j] === 0) continue;
    for (let i = 0; i < index.length; i++) {
      const level = index[i]!;
      if (level >= 0 && byRow.values[start + i] !== values[j * nrow + level]) {
        throw varies(dpar, frame, byRow, j, levels[level]!, firstRow[level]!, i);
      }
    }
  }
  const { names, assign, termLabels, recipe } = byRow;
  return { key, names, nrow, values, assign, termLabels, present: null, recipe, levels, index, counts };
}

/** The levels alone, of an SD that is held at a value. */
export function withoutColumns(design: GroupDesign): GroupDesign {
  return { ...design, names: [], values: new Float64Array(0), assign: [], termLabels: [] };
}

function varies(
  { key, terms }: DparFormula,
  frame: Frame,
  design: Design,
  column: number,
  level: string,
  first: number,
  second: number,
): DrmError {
  const label = design.termLabels[design.assign[column]! - 1]!;
  // the term of a `.` is not in the formula as written, so the label is the fallback
  const factors = terms.find((term) => term.label === label)?.factors ?? [];
  const names = factors.flatMap(({ expr }) => [...variablesOf(expr)]);
  const name = names.find((candidate) => cell(candidate, frame, first) !== cell(candidate, frame, second));
  const values = name === undefined ? "" : ` (${cell(name, frame, first)} and ${cell(name, frame, second)})`;
  const rows = `rows ${frame.rows[first]! + 1} and ${frame.rows[second]! + 1}`;
  return new DrmError(
    "bad_term",
    `${key}: '${name ?? label}' differs within level '${level}', in ${rows}${values}: a predictor of ${key} needs one value a level`,
  );
}

function cell(name: string, frame: Frame, row: number): string {
  const column = frame.column(name);
  return column.kind === "factor" ? (column.levels[column.codes[row]!] ?? "") : String(column.values[row]);
}
