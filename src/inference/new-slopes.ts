import type { Table } from "../data/table";
import { applyDesign } from "../design/recipe";
import type { Fit } from "../fit/fit";
import type { NewRows } from "../model/terms/term";

/** The columns that random slopes are of, in new rows or, without a table, in those of the fit; NaN where one is missing. */
export function slopesIn({ slopes }: Fit, table: Table | null): NewRows["slopes"] {
  return ({ key }) => {
    const design = slopes?.[key];
    if (design === undefined) return null;
    return table === null ? design.values : applyDesign(design.recipe, table).values;
  };
}
