import { DrmError } from "../errors";
import { count } from "../words";
import type { Variable } from "./variables";

/**
 * Columns of one formula at most. A fit costs rows x columns^2 many times over: with more it would take hours, and a moderator
 * with so many columns is nearly always an identifier.
 */
export const MOST_COLUMNS = 1000;

/**
 * Refuses, before any of it is made, a design that cannot be fitted: an interaction of many moderators, or a factor with
 * thousands of levels. Fewer columns than `leastColumns()` no coding of the levels has.
 *
 * @throws DrmError "aliased_design" with more columns than rows, "too_large" with more than MOST_COLUMNS
 */
export function checkWidth(key: string, columns: number, nrow: number, variables: readonly Variable[]): void {
  if (columns <= MOST_COLUMNS) return;
  const seen = `the formula of ${key} has at least ${count(columns, "column")}`;
  if (columns > nrow) {
    throw new DrmError("aliased_design", `${seen} but only ${count(nrow, "row")}: take terms out of it`);
  }
  const widest = widestFactor(variables);
  const advice =
    widest === null
      ? "take terms out of it"
      : `'${widest.label}' alone has ${count(widest.factor.levels.length, "level")}: use a random intercept, (1 | ${widest.label}), or fewer levels`;
  throw new DrmError("too_large", `${seen}, more than the ${MOST_COLUMNS} that can be fitted: ${advice}`);
}

/** Columns of some terms when every factor is coded by contrasts. */
export function leastColumns(
  terms: readonly (readonly number[])[],
  variables: readonly Variable[],
  intercept: boolean,
): number {
  let columns = intercept ? 1 : 0;
  for (const term of terms) {
    let width = 1;
    for (const v of term) {
      const variable = variables[v]!;
      width *= variable.kind === "factor" ? variable.factor.levels.length - 1 : variable.columns.length;
    }
    columns += width;
  }
  return columns;
}

function widestFactor(variables: readonly Variable[]): (Variable & { kind: "factor" }) | null {
  let widest: (Variable & { kind: "factor" }) | null = null;
  for (const variable of variables) {
    if (variable.kind !== "factor" || variable.factor.levels.length <= MOST_COLUMNS / 2) continue;
    if (widest === null || variable.factor.levels.length > widest.factor.levels.length) widest = variable;
  }
  return widest;
}
