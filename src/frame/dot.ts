import type { Table } from "../data/table";
import { substituteDot } from "../formula/dot";
import { columnsOf, type DparFormula } from "../formula/dpar-formula";
import { variablesOf } from "../formula/expr";
import type { DrmFormula } from "../formula/formula";
import { expandTerms } from "../formula/terms";

/**
 * `.` is every column of the data that has no other part in the model: not a response, not an offset, not in V,
 * not the weights, not a grouping or the column of a random slope. Columns that are moderators elsewhere (`sigma ~ x`) stay in.
 */
export function expandDots(formula: DrmFormula, table: Table, weights: unknown): DrmFormula {
  if (formula.dpars.every((dpar) => dpar.dot === null)) return formula;
  const taken = new Set<string>();
  if (typeof weights === "string") taken.add(weights);
  for (const { response, knownV, offsets, random, groupColumns } of formula.dpars) {
    if (response !== null) variablesOf(response, taken);
    if (knownV !== null) variablesOf(knownV.argument, taken);
    for (const offset of offsets) variablesOf(offset, taken);
    for (const column of random.flatMap((term) => term.group)) taken.add(column);
    for (const { slope } of random) if (slope !== null) variablesOf(slope.expr, taken);
    for (const column of groupColumns ?? []) taken.add(column);
  }
  const others = table.names.filter((name) => !taken.has(name));
  return { ...formula, dpars: formula.dpars.map((dpar) => expandDot(dpar, others)) };
}

function expandDot(dpar: DparFormula, names: readonly string[]): DparFormula {
  if (dpar.dot === null) return dpar;
  const expanded = { ...dpar, ...expandTerms(substituteDot(dpar.dot, names), dpar.text), dot: null };
  return { ...expanded, variables: columnsOf(expanded) };
}
