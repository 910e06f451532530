import { formulaOfTexts } from "../../batch/compiled";
import type { ModelOptions } from "../../batch/job";
import { namedColumns } from "../../batch/named-columns";
import { namingColumns } from "../../formula/naming-columns";
import { valueColumns } from "../../frame/value-columns";

/** What a model wants of the columns of a table, by their names. */
export interface ColumnRoles {
  /** It may need the column at all. */
  isNamed(name: string): boolean;
  /** Cells name studies or clusters: of numbers it needs the texts too, since 1.1 and 1.10 are two studies. */
  isNaming(name: string): boolean;
  /** Cells are only names, of which any text is one. */
  isOnlyNaming(name: string): boolean;
  /** the levels that are given for the column, to which its cells are matched as they are written */
  levels(name: string): ReadonlySet<string> | undefined;
}

export function columnRoles(model: ModelOptions): ColumnRoles {
  const { formulas, factors } = model;
  const formula = formulas === undefined ? null : formulaOfTexts([formulas].flat());
  const naming = formula === null ? null : namingColumns(formula);
  const values = formula === null ? null : valueColumns(formula);
  const hasDot = formula?.dpars.some(({ dot }) => dot !== null);
  const levels = new Map(Object.entries(factors ?? {}).map(([name, each]) => [name, new Set(each)]));
  return {
    isNamed: namedColumns(model),
    isNaming: (name) => naming?.has(name) ?? false,
    isOnlyNaming: (name) => values !== null && !hasDot && !values.has(name) && name !== model.weights,
    levels: (name) => levels.get(name),
  };
}
