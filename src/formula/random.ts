import { caretError } from "./caret";
import { deparse, deparseName } from "./deparse";
import { type CallExpr, type Expr, ungroup } from "./expr";
import { checkCalls } from "./functions";
import { type KnownStructure, knownStructure, writtenStructure } from "./known-structure";
import {
  type CorrelationForm,
  isKnownStructure,
  isWithin,
  structureOf,
  unsupportedStructure,
  type WithinName,
} from "./structures";
import { WITHIN, withinCall } from "./within";

/** A random intercept, or the random slope of a column, for the levels of one column or of several crossed (`a:b`). */
export interface RandomTerm {
  /** the columns whose levels, together, are the groups */
  readonly group: readonly string[];
  /** "study", "district:school" */
  readonly label: string;
  /** what the levels' slopes are of, as written ("bmi", "log(dose)"), and its syntax tree; null for an intercept */
  readonly slope: Slope | null;
  /** a known correlation of the levels; null where they are independent */
  readonly structure: KnownStructure | null;
  /** the term that it is a part of, whose effects are correlated or those of a column's levels; null where it is a term itself */
  readonly block: BlockTerm | null;
}

/** Correlated effects: (1 + x | study), (1 | p | study), us(0 + outcome | study). */
export interface BlockTerm {
  /** how they are correlated; null where they are independent: diag(), id() */
  readonly form: CorrelationForm | null;
  /** us(), cs(), ...: the function and the column whose levels within a group the effects are of */
  readonly within: {
    /** the structure */
    readonly fn: WithinName;
    /** the column whose levels correlate */
    readonly column: string;
  } | null;
  /** p in (1 | p | study), which other formulas have, too */
  readonly tag: string | null;
  /** what its correlations are called, without the `cor()` around it: "study", "outcome | study" */
  readonly label: string;
  /** the whole term, as in formulas */
  readonly written: string;
}

/** The column that a random slope is of. */
export interface Slope {
  /** as written */
  readonly label: string;
  /** its syntax tree */
  readonly expr: Expr;
}

/** `(1 | a/b)` is two random terms, for a and for a:b; `phylo(1 | g, tree = tree)` one with a structure. */
export function randomTerms(expr: Expr, text: string): RandomTerm[] {
  if (expr.type === "call" && isWithin(expr.fn)) return [withinTerm(expr, text)];
  if (expr.type === "call") {
    const { bar, structure } = knownStructure(expr, text);
    const terms = termsOfBar(bar, text, structure);
    if (terms.length === 1 && terms[0]!.group.length === 1) return terms;
    throw caretError(
      `${deparse(expr)}: levels on ${structure.fn === "phylo" ? "trees" : "matrices"} are those of one column; write ${structure.fn}(1 | column, ${writtenStructure(structure)})`,
      text,
      expr.at,
    );
  }
  return expr.type === "binary" ? termsOfBar(expr, text, null) : [];
}

/** As it is written in a formula. */
export function writtenRandom({ label, slope, structure, block }: RandomTerm): string {
  if (block !== null) return block.written;
  const bar = `${slope === null ? "1" : `0 + ${slope.label}`} | ${label}`;
  return structure === null ? `(${bar})` : `${structure.fn}(${bar}, ${writtenStructure(structure)})`;
}

/** The group of a random term in results: "study", "phylo(species)". */
export function groupName({
  group,
  structure,
  block,
}: Pick<RandomTerm, "group" | "structure" | "block">): string {
  const columns = (isOfWithin(block) ? group.slice(0, -1) : group).join(":");
  return structure === null ? columns : `${structure.fn}(${columns})`;
}

function isOfWithin(block: BlockTerm | null): boolean {
  return block !== null && block.within !== null;
}

/** us(0 + outcome | study): its groups are the levels of outcome within study, outcome being the last column. */
function withinTerm(call: CallExpr, text: string): RandomTerm {
  const { fn, bar, column } = withinCall(call, text);
  const groups = groupings(bar.right, text);
  if (groups.length > 1 || groups[0]!.includes(column)) {
    const what = groups.length > 1 ? "two groupings in one term" : `'${column}' is on both sides of the bar`;
    throw caretError(`${deparse(call)}: ${what}; write ${fn}(0 + ${column} | group)`, text, call.at);
  }
  const label = groupLabel(groups[0]!);
  const inner = deparseName(column);
  return {
    group: [...groups[0]!, column],
    label,
    slope: null,
    structure: null,
    block: {
      form: WITHIN[fn].form,
      within: { fn, column },
      tag: null,
      label: `${inner} | ${label}`,
      written: `${fn}(0 + ${inner} | ${label})`,
    },
  };
}

/** What its SD is called in formulas, without the `sd()` around it: "study", "bmi | study", "phylo(species)". */
export function sdArgument({ label, slope, structure, block }: RandomTerm): string {
  if (block !== null && block.within !== null) return block.label;
  const levels = structure === null ? label : `${structure.fn}(${label})`;
  return slope === null ? levels : `${slope.label} | ${levels}`;
}

function termsOfBar(
  bar: Expr & { type: "binary" },
  text: string,
  structure: KnownStructure | null,
): RandomTerm[] {
  const { left, tag } = taggedLeft(bar, text, structure);
  const slopes = slopesOf(left, bar, text, structure);
  return groupings(bar.right, text).flatMap((columns) => {
    const label = groupLabel(columns);
    const block = slopes.length > 1 || tag !== null ? blockOf(slopes, label, tag) : null;
    return slopes.map((slope) => ({ group: columns, label, slope, structure, block }));
  });
}

function blockOf(slopes: readonly (Slope | null)[], label: string, tag: string | null): BlockTerm {
  const intercept = slopes.includes(null) ? "1" : "0";
  const before = [intercept, ...slopes.flatMap((slope) => (slope === null ? [] : [slope.label]))].join(" + ");
  const between = tag === null ? "|" : `| ${tag} |`;
  return { form: "us", within: null, tag, label, written: `(${before} ${between} ${label})` };
}

/** What stands before the bars, and the label between two of them. */
function taggedLeft(
  bar: Expr & { type: "binary" },
  text: string,
  structure: KnownStructure | null,
): { readonly left: Expr; readonly tag: string | null } {
  const left = ungroup(bar.left);
  if (left.type !== "binary" || left.op !== "|") return { left, tag: null };
  const tag = ungroup(left.right);
  if (structure !== null || tag.type !== "name") {
    const what =
      structure === null ? `the label '${deparse(tag)}' is a name` : "labels are of independent levels";
    throw caretError(`(${deparse(bar)}): ${what}, as p in (1 | p | group)`, text, bar.at, "not_supported");
  }
  return { left: ungroup(left.left), tag: tag.name };
}

/** What stands before the bar: null for an intercept, and the columns of slopes. */
function slopesOf(left: Expr, bar: Expr, text: string, structure: KnownStructure | null): (Slope | null)[] {
  const { intercept, columns } = parts(left, bar, text);
  const { right } = bar as Expr & { type: "binary" };
  const call = (before: string) =>
    structure === null
      ? `(${before} | ${deparse(right)})`
      : `${structure.fn}(${before} | ${deparse(right)}, ${writtenStructure(structure)})`;
  if (columns.length === 0 && !intercept) {
    throw caretError(`${call("0")} has no random effect: write ${call("1")}`, text, bar.at);
  }
  if (structure !== null && columns.length + (intercept ? 1 : 0) > 1) {
    const single = [...(intercept ? ["1"] : []), ...columns.map((one) => `0 + ${deparse(one)}`)];
    throw caretError(
      `${call(deparse(left))}: correlated slopes of related levels are not yet fitted; write ${single.map(call).join(" + ")} for independent ones`,
      text,
      bar.at,
      "not_supported",
    );
  }
  const slopes = columns.map((column): Slope => {
    if (column.type === "call") checkCalls(column, text);
    return { label: deparse(column), expr: column };
  });
  const twice = slopes.find(({ label }, k) => slopes.findIndex((other) => other.label === label) < k);
  if (twice !== undefined) {
    throw caretError(`${call(deparse(left))} has '${twice.label}' twice: keep one`, text, bar.at);
  }
  return [...(intercept ? [null] : []), ...slopes];
}

/** The summands before a bar: whether an intercept is among them, and the columns. */
function parts(
  expr: Expr,
  bar: Expr,
  text: string,
): { readonly intercept: boolean; readonly columns: readonly Expr[] } {
  let intercept = true;
  const columns: Expr[] = [];
  const add = (part: Expr, adding: boolean): void => {
    const inner = ungroup(part);
    if (inner.type === "binary" && (inner.op === "+" || inner.op === "-")) {
      add(inner.left, adding);
      add(inner.right, inner.op === "+" ? adding : !adding);
    } else if (inner.type === "unary" && inner.op !== "!") {
      add(inner.arg, inner.op === "+" ? adding : !adding);
    } else if (inner.type === "number" && (inner.value === 0 || inner.value === 1)) {
      intercept = (inner.value === 1) === adding;
    } else if (adding && ((inner.type === "name" && inner.name !== ".") || inner.type === "call")) {
      columns.push(inner);
    } else {
      const what = `'${deparse(inner)}' before the bar of (${deparse(bar)})`;
      throw caretError(
        `${what}: a random slope is of one column or a function of one, as in (0 + x | group)`,
        text,
        inner.at,
      );
    }
  };
  add(expr, true);
  return { intercept, columns };
}

/** The name under which a grouping is reported: `district:school`. */
export function groupLabel(group: readonly string[]): string {
  return group.map(deparseName).join(":");
}

/** The columns of `g` or `a:b`; in `a/b` first those of a, then those of a and b together. */
export function groupings(expr: Expr, text: string): string[][] {
  const inner = ungroup(expr);
  if (inner.type === "name" && inner.name !== ".") return [[inner.name]];
  if (inner.type === "binary" && inner.op === ":") {
    const [left, right] = [groupings(inner.left, text), groupings(inner.right, text)];
    if (left.length === 1 && right.length === 1) return [[...new Set([...left[0]!, ...right[0]!])]];
  }
  if (inner.type === "binary" && inner.op === "/") {
    const left = groupings(inner.left, text);
    const innermost = left[left.length - 1]!;
    return [...left, ...groupings(inner.right, text).map((group) => [...new Set([...innermost, ...group])])];
  }
  if (inner.type === "binary" && inner.op === "+") {
    const [a, b] = [deparse(inner.left), deparse(inner.right)];
    throw caretError(`two groupings in one term: write (1 | ${a}) + (1 | ${b})`, text, inner.at);
  }
  if (inner.type === "call") {
    // (1 | phylo(species)), as others write it
    if (isKnownStructure(inner.fn)) throw knownStructureOutside(inner, text);
    const structure = structureOf(inner.fn);
    if (structure !== null) throw unsupportedStructure(inner, structure, text);
  }
  throw caretError(
    `'${deparse(inner)}' is not a grouping: use a column, a:b or a/b (make a column for anything else)`,
    text,
    inner.at,
  );
}

function knownStructureOutside(call: Expr & { type: "call" }, text: string): Error {
  const source = call.fn === "phylo" ? "tree" : "K";
  const column = call.args[0] === undefined ? "group" : deparse(call.args[0].value);
  return caretError(
    `${deparse(call)} is not a grouping: ${call.fn}() holds the bar, ${call.fn}(1 | ${column}, ${source} = ${source})`,
    text,
    call.at,
  );
}
