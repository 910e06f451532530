import { caretError } from "./caret";
import { deparse, deparseName } from "./deparse";
import { type Expr, ungroup } from "./expr";
import { structureOf, unsupportedStructure } from "./structures";

/** A random intercept for the levels of one column, or of several columns crossed (`a:b`). */
export interface RandomTerm {
  /** the columns whose levels, together, are the groups */
  readonly group: readonly string[];
  /** "study", "district:school" */
  readonly label: string;
}

/** `1 | a/b` is two random intercepts, for a and for a:b. */
export function randomTerms(bar: Expr, text: string): RandomTerm[] {
  if (bar.type !== "binary") return [];
  const slope = ungroup(bar.left);
  if (slope.type === "binary" && slope.op === "|") {
    const group = deparse(bar.right);
    throw caretError(
      `(${deparse(bar)}) correlates the random effects of several formulas under the label '${deparse(slope.right)}', which is not ` +
        `supported yet: write random intercepts of their own, (1 | ${group})`,
      text,
      bar.at,
      "not_supported",
    );
  }
  if (slope.type !== "number" || slope.value !== 1) {
    const group = deparse(bar.right);
    throw caretError(
      `(${deparse(bar)}) asks for a random slope, which is not supported: write a random intercept, (1 | ${group})`,
      text,
      bar.at,
      "not_supported",
    );
  }
  return groupings(bar.right, text).map((group) => ({ group, label: groupLabel(group) }));
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
    const structure = structureOf(inner.fn);
    if (structure !== null) throw unsupportedStructure(inner, structure, text);
  }
  throw caretError(
    `'${deparse(inner)}' is not a grouping: use a column, a:b or a/b (make a column for anything else)`,
    text,
    inner.at,
  );
}
