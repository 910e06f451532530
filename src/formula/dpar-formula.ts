import { deparseName } from "./deparse";
import { hasDot } from "./dot";
import type { Dpar, DparName } from "./dpar";
import { type Expr, variablesOf } from "./expr";
import { checkCalls } from "./functions";
import type { KnownStructure } from "./known-structure";
import type { KnownVCall } from "./known-v";
import { type ParsedFormula, parseFormula } from "./parser";
import type { RandomTerm } from "./random";
import { checkRightSide } from "./right-side";
import { expandTerms, type Term } from "./terms";
import { WITHIN } from "./within";

/** The formula of one distributional parameter, expanded. */
export interface DparFormula extends Dpar {
  /** columns of the grouping, for an SD of random effects; else null */
  readonly groupColumns: readonly string[] | null;
  /** the column whose slopes an SD is of; null for intercepts */
  readonly slopeExpr: Expr | null;
  /** "phylo", "relmat": what the levels of the grouping are on; null where they are independent */
  readonly structureFn: KnownStructure["fn"] | null;
  /** the known correlation of the levels; null where they are independent */
  readonly known: KnownStructure | null;
  /** as written */
  readonly text: string;
  /** True when it was not written, only implied: an intercept. */
  readonly implied: boolean;
  /** left-hand side of a location formula; null otherwise */
  readonly response: Expr | null;
  /** whether there is one */
  readonly intercept: boolean;
  /** moderators, expanded: a * b is a, b and a:b */
  readonly terms: readonly Term[];
  /** arguments of offset() */
  readonly offsets: readonly Expr[];
  /** random intercepts and slopes */
  readonly random: readonly RandomTerm[];
  /** known sampling covariance, null without */
  readonly knownV: KnownVCall | null;
  /** The right-hand side as written when it has a `.`, whose columns only the data can tell; else null. */
  readonly dot: Expr | null;
  /** Every column it reads, V's apart. */
  readonly variables: readonly string[];
}

export function dparFormula(parsed: ParsedFormula, name: DparName): DparFormula {
  const { text, right } = parsed;
  if (name.response !== null) checkCalls(name.response, text);
  const side = expandTerms(right, text);
  checkRightSide(side, name, text);
  const dot = hasDot(side.terms) ? right : null;
  const dpar = { ...name, ...side, text: text.trim(), implied: false, dot };
  return { ...dpar, variables: columnsOf(dpar) };
}

/** `sigma ~ 1` for a parameter that has no formula; `~ 0 + outcome` where each level of outcome has an SD. */
export function impliedDpar(name: DparName): DparFormula {
  const right =
    name.within !== undefined && WITHIN[name.within].ownSds ? `0 + ${deparseName(name.slope!)}` : "1";
  return { ...dparFormula(parseFormula(`${name.key} ~ ${right}`), name), implied: true };
}

export function columnsOf(dpar: Omit<DparFormula, "variables">): string[] {
  const columns = new Set<string>();
  if (dpar.response !== null) variablesOf(dpar.response, columns);
  for (const term of dpar.terms) for (const factor of term.factors) variablesOf(factor.expr, columns);
  for (const offset of dpar.offsets) variablesOf(offset, columns);
  for (const { group, slope } of dpar.random) {
    for (const column of group) columns.add(column);
    if (slope !== null) variablesOf(slope.expr, columns);
  }
  for (const column of dpar.groupColumns ?? []) columns.add(column);
  columns.delete(".");
  return [...columns];
}
