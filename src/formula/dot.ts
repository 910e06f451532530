import type { Expr } from "./expr";
import type { Term } from "./terms";

/** Puts the columns that `.` stands for in its place, so that the algebra can run again with the data known. */
export function substituteDot(expr: Expr, names: readonly string[]): Expr {
  switch (expr.type) {
    case "name": {
      if (expr.name !== ".") return expr;
      const { at } = expr;
      const columns = names.map((name): Expr => ({ type: "name", name, at }));
      const sum = columns.reduce<Expr | null>(
        (left, right) => (left === null ? right : { type: "binary", op: "+", left, right, at }),
        null,
      );
      return sum === null
        ? { type: "number", value: 1, integer: false, at }
        : { type: "group", arg: sum, at };
    }
    case "group":
    case "unary":
      return { ...expr, arg: substituteDot(expr.arg, names) };
    case "binary":
      return { ...expr, left: substituteDot(expr.left, names), right: substituteDot(expr.right, names) };
    default:
      return expr;
  }
}

export function hasDot(terms: readonly Term[]): boolean {
  return terms.some((term) => term.factors.some(({ label }) => label === "."));
}
