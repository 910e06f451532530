import { type Expr, ungroup, variablesOf } from "../formula/expr";
import type { DrmFormula } from "../formula/formula";

/**
 * Who needs a column. In a bivariate model a study with one outcome missing keeps the other, so a missing cell
 * counts against the outcome that reads it. PAIR: needed only where both outcomes are there (rho12, cor12).
 */
export const OUTCOME_1 = 1;
export const OUTCOME_2 = 2;
export const PAIR = 4;
const BOTH = OUTCOME_1 | OUTCOME_2;

export interface ColumnUse {
  roles: number;
  /** A formula that names the column, for errors. */
  readonly text: string;
  /** True while only V reads it: the covariance stage says what is wrong with a sampling variance. */
  onlyV: boolean;
}

/** Of formulas in which no name stands for a matrix: the same for all the data sets that they are fitted to. */
const kept = new WeakMap<DrmFormula, ReadonlyMap<string, ColumnUse>>();

/** Every column that the model reads, the weights apart, and for which outcomes. */
export function columnUses(
  formula: DrmFormula,
  matrixNames?: ReadonlySet<string>,
): ReadonlyMap<string, ColumnUse> {
  if (matrixNames !== undefined) return usesIn(formula, matrixNames);
  const known = kept.get(formula);
  if (known !== undefined) return known;
  const uses = usesIn(formula, new Set());
  kept.set(formula, uses);
  return uses;
}

function usesIn(formula: DrmFormula, matrixNames: ReadonlySet<string>): Map<string, ColumnUse> {
  const uses = new Map<string, ColumnUse>();
  const univariate = formula.family === "gaussian";
  const add = (name: string, roles: number, text: string, onlyV: boolean): void => {
    const use = uses.get(name);
    if (use === undefined) uses.set(name, { roles, text, onlyV });
    else {
      use.roles |= roles;
      use.onlyV &&= onlyV;
    }
  };
  for (const dpar of formula.dpars) {
    const roles = dpar.outcome ?? PAIR;
    for (const name of dpar.variables) add(name, roles, dpar.text, false);
    if (dpar.knownV === null) continue;
    for (const [name, vRoles] of rolesInV(dpar.knownV.argument)) {
      if (!matrixNames.has(name)) add(name, univariate ? OUTCOME_1 : vRoles, dpar.text, true);
    }
  }
  return uses;
}

const BIVARIATE_ARGUMENTS: readonly (readonly [string, number])[] = [
  ["v1", OUTCOME_1],
  ["v2", OUTCOME_2],
  ["cov12", PAIR],
  ["cor12", PAIR],
];

/** In meta_vcov_bivariate(v1, v2, cor12 = r) a missing v1 costs outcome 1, not the study. */
function rolesInV(argument: Expr): Map<string, number> {
  const roles = new Map<string, number>();
  const inner = ungroup(argument);
  if (inner.type !== "call" || inner.fn !== "meta_vcov_bivariate") {
    for (const name of variablesOf(inner)) roles.set(name, BOTH);
    return roles;
  }
  let position = 0;
  for (const { name, value } of inner.args) {
    const matched =
      name === null ? BIVARIATE_ARGUMENTS[position++] : BIVARIATE_ARGUMENTS.find(([known]) => known === name);
    for (const column of variablesOf(value)) {
      roles.set(column, (roles.get(column) ?? 0) | (matched?.[1] ?? BOTH));
    }
  }
  return roles;
}
