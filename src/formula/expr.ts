/**
 * The syntax tree of a formula: plain data, so that a fit that carries it survives structuredClone and JSON.
 * `at` is the 0-based character where the node starts in the formula's text; errors put their caret there. By `type`: a number,
 * string or logical has its `value` (`integer` for 2L), a column its `name`, parentheses what is in them as `arg`, a
 * sign its `op` and `arg`, an operator its `op`, `left` and `right`.
 */
export type Expr =
  | { readonly type: "number"; readonly value: number; readonly integer: boolean; readonly at: number }
  | { readonly type: "string"; readonly value: string; readonly at: number }
  | { readonly type: "logical"; readonly value: boolean; readonly at: number }
  | { readonly type: "name"; readonly name: string; readonly at: number }
  | { readonly type: "group"; readonly arg: Expr; readonly at: number }
  | { readonly type: "unary"; readonly op: UnaryOp; readonly arg: Expr; readonly at: number }
  | {
      readonly type: "binary";
      readonly op: BinaryOp;
      readonly left: Expr;
      readonly right: Expr;
      readonly at: number;
    }
  | CallExpr;

/** A call in a formula, such as log(x). */
export interface CallExpr {
  /** tells it from other nodes */
  readonly type: "call";
  /** name of the function */
  readonly fn: string;
  /** its arguments, in the order in which they are written */
  readonly args: readonly Argument[];
  /** 0-based character where it starts */
  readonly at: number;
}

/** An argument of a call. */
export interface Argument {
  /** before the "=", or null */
  readonly name: string | null;
  /** what it is given */
  readonly value: Expr;
}

/** Signs, and "not". */
export type UnaryOp = "-" | "+" | "!";
/** Operators of formulas, and of expressions in I(). */
export type BinaryOp =
  | ("+" | "-" | "*" | "/" | "^" | ":" | "%in%" | "%%")
  | ("<" | ">" | "<=" | ">=" | "==" | "!=" | "&" | "|");

/** The column names that an expression reads, in order of appearance. */
export function variablesOf(expr: Expr, into: Set<string> = new Set()): Set<string> {
  switch (expr.type) {
    case "name":
      into.add(expr.name);
      break;
    case "group":
    case "unary":
      variablesOf(expr.arg, into);
      break;
    case "binary":
      variablesOf(expr.left, into);
      variablesOf(expr.right, into);
      break;
    case "call":
      for (const argument of expr.args) variablesOf(argument.value, into);
      break;
  }
  return into;
}

/** The expression without the parentheses around it. */
export function ungroup(expr: Expr): Expr {
  let inner = expr;
  while (inner.type === "group") inner = inner.arg;
  return inner;
}
