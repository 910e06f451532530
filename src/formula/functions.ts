import { didYouMean } from "../errors";
import { caretError } from "./caret";
import type { CallExpr, Expr } from "./expr";
import { isKnownStructure, structureOf, unsupportedStructure } from "./structures";

/**
 * What a function in a formula does to its column.
 * elementwise: each row alone. learned: uses statistics of all rows, which prediction has to remember.
 * categorical: gives a factor.
 */
export type FunctionKind = "elementwise" | "learned" | "categorical";

export interface FunctionSpec {
  readonly kind: FunctionKind;
  /** Argument names in order; the first is the column, the others must be constants. */
  readonly args: readonly string[];
}

const elementwise = (...args: string[]): FunctionSpec => ({ kind: "elementwise", args });
const learned = (...args: string[]): FunctionSpec => ({ kind: "learned", args });
const categorical = (...args: string[]): FunctionSpec => ({ kind: "categorical", args });

export const FUNCTIONS: ReadonlyMap<string, FunctionSpec> = new Map([
  ["I", elementwise("x")],
  ["log", elementwise("x", "base")],
  ["log2", elementwise("x")],
  ["log10", elementwise("x")],
  ["log1p", elementwise("x")],
  ["exp", elementwise("x")],
  ["expm1", elementwise("x")],
  ["sqrt", elementwise("x")],
  ["abs", elementwise("x")],
  ["as.numeric", elementwise("x")],
  ["scale", learned("x", "center", "scale")],
  ["center", learned("x")],
  ["poly", learned("x", "degree", "raw")],
  ["ns", learned("x", "df", "knots", "Boundary.knots")],
  ["factor", categorical("x", "levels")],
  ["ordered", categorical("x", "levels")],
  ["relevel", categorical("x", "ref")],
]);

/** Functions that are terms of their own and mean nothing inside another function. */
const TERM_FUNCTIONS = new Set(["offset", "meta_V", "meta_known_V"]);

/** Checks every function call in an expression: known name, known arguments, constants where constants belong. */
export function checkCalls(expr: Expr, text: string): void {
  switch (expr.type) {
    case "name":
      if (expr.name === ".") {
        throw caretError("'.' stands for whole columns: it cannot be used inside a function", text, expr.at);
      }
      return;
    case "group":
    case "unary":
      checkCalls(expr.arg, text);
      return;
    case "binary":
      if (expr.op === ":" || expr.op === "%in%") {
        throw caretError(
          `'${expr.op}' makes interactions: it has no meaning inside a function`,
          text,
          expr.at,
        );
      }
      checkCalls(expr.left, text);
      checkCalls(expr.right, text);
      return;
    case "call":
      checkCall(expr, text);
  }
}

function checkCall(call: CallExpr, text: string): void {
  if (TERM_FUNCTIONS.has(call.fn)) {
    throw caretError(
      `${call.fn}() is a term of its own: it cannot stand inside another function`,
      text,
      call.at,
    );
  }
  const spec = FUNCTIONS.get(call.fn);
  if (spec === undefined) {
    if (isKnownStructure(call.fn)) {
      const what = `${call.fn}() is a random effect: a term of its own in the formula of the mean`;
      throw caretError(what, text, call.at);
    }
    const structure = structureOf(call.fn);
    if (structure !== null) throw unsupportedStructure(call, structure, text);
    const names = [...FUNCTIONS.keys(), ...TERM_FUNCTIONS];
    const hint = didYouMean(call.fn, names);
    const allowed =
      `formulas know ${[...FUNCTIONS.keys(), "offset", "meta_V"].join(", ")}; ` +
      "a column with parentheses in its name stands in backticks";
    throw caretError(`unknown function '${call.fn}'${hint === "" ? ":" : hint} ${allowed}`, text, call.at);
  }
  const matched = matchArguments(call, spec.args, text);
  if (matched[0] === undefined) throw caretError(`${call.fn}() needs a column`, text, call.at);
  checkCalls(matched[0], text);
  for (let i = 1; i < matched.length; i++) {
    const value = matched[i];
    if (value !== undefined && constantOf(value) === null) {
      const what = `'${spec.args[i]}' of ${call.fn}() must be a constant, as in ${spec.args[i]} = 2`;
      throw caretError(what, text, value.at);
    }
  }
}

/** R's matching without abbreviation: names first, then the others by position. */
export function matchArguments(call: CallExpr, names: readonly string[], text = ""): (Expr | undefined)[] {
  const matched: (Expr | undefined)[] = new Array(names.length).fill(undefined);
  for (const { name, value } of call.args) {
    if (name === null) continue;
    const index = names.indexOf(name);
    if (index < 0) {
      const hint = didYouMean(name, names);
      const known = `${call.fn}(${names.join(", ")})`;
      throw caretError(`${call.fn}() has no argument '${name}'${hint}: its form is ${known}`, text, value.at);
    }
    if (matched[index] !== undefined) throw caretError(`'${name}' is given twice`, text, value.at);
    matched[index] = value;
  }
  for (const { name, value } of call.args) {
    if (name !== null) continue;
    const index = matched.indexOf(undefined);
    if (index < 0) {
      throw caretError(
        `${call.fn}() has too many arguments: ${call.fn}(${names.join(", ")})`,
        text,
        value.at,
      );
    }
    matched[index] = value;
  }
  return matched;
}

export type Constant = number | string | boolean | readonly (number | string)[];

/** The value of a literal, a signed number or c(...) of these; null for anything that reads data. */
export function constantOf(expr: Expr): Constant | null {
  switch (expr.type) {
    case "number":
    case "string":
    case "logical":
      return expr.value;
    case "group":
      return constantOf(expr.arg);
    case "unary": {
      const value = constantOf(expr.arg);
      if (typeof value !== "number" || expr.op === "!") return null;
      return expr.op === "-" ? -value : value;
    }
    case "call": {
      if (expr.fn !== "c") return null;
      const values = expr.args.map((argument) => constantOf(argument.value));
      return values.every((v) => typeof v === "number" || typeof v === "string") ? values : null;
    }
    default:
      return null;
  }
}
