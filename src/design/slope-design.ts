import { DrmError } from "../errors";
import type { DparFormula } from "../formula/dpar-formula";
import type { Frame } from "../frame/frame";
import { buildDesign, type Design } from "./design";

/** The formula `~ 0 + x` of a random slope's column, once for each formula that has it. */
const columns = new WeakMap<DparFormula, DparFormula>();

/** The column that the random slopes of an SD are of, one value a row. */
export function buildSlopeDesign(dpar: DparFormula, frame: Frame): Design {
  const slope = dpar.slope!;
  let column = columns.get(dpar);
  if (column === undefined) {
    const factors = [{ label: slope, expr: dpar.slopeExpr! }];
    column = { ...dpar, intercept: false, terms: [{ label: slope, order: 1, factors }], dot: null };
    columns.set(dpar, column);
  }
  const design = buildDesign(column, frame);
  if (design.names.length !== 1 || design.names[0] !== slope) throw severalColumns(dpar, design);
  if (design.values.every((value) => value === 0)) {
    throw new DrmError("bad_term", `'${slope}' is 0 in all rows used, so ${dpar.key} cannot be estimated`);
  }
  return design;
}

/** Of a factor, or a function that makes more than one column. */
function severalColumns({ slope, key, group }: DparFormula, { names }: Design): DrmError {
  const seen = `'${slope}' is a category or has several columns (${names.slice(0, 4).join(", ")})`;
  return new DrmError(
    "not_supported",
    `${key}: ${seen}; a random slope is of one numeric column, and effects of the levels of a category are us(0 + ${slope} | ${group})`,
  );
}
