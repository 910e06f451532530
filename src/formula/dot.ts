import type { Expr } from "./expr";
import type { Term } from "./terms";

/** Puts the columns that `.` stands for in its place, so that the algebra can run again with the data known. */
export function substituteDot(expr: Expr, names: readonly string[]): Expr {
  return replaceDot(expr, (at) => {
    const columns = names.map((name): Expr => ({ type: "name", name, at }));
    const sum = columns.reduce<Expr | null>(
      (left, right) => (left === null ? right : { type: "binary", op: "+", left, right, at }),
      null,
    );
    return sum === null ? { type: "number", value: 1, integer: false, at } : { type: "group", arg: sum, at };
  });
}

/** Puts an expression in the place of every `.`, told where it stands. */
export function replaceDot(expr: Expr, by: (at: number) => Expr): Expr {
  switch (expr.type) {
    case "name":
      return expr.name === "." ? by(expr.at) : expr;
    case "group":
    case "unary":
      return { ...expr, arg: replaceDot(expr.arg, by) };
    case "binary":
      return { ...expr, left: replaceDot(expr.left, by), right: replaceDot(expr.right, by) };
    default:
      return expr;
  }
}

export function hasDot(terms: readonly Term[]): boolean {
  return terms.some((term) => term.factors.some(({ label }) => label === "."));
}
