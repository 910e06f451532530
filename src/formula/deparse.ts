import type { Expr } from "./expr";

const SYNTACTIC_NAME = /^(?:\p{L}|\.(?!\p{N}))[\p{L}\p{N}._]*$/u;
const RESERVED = new Set([
  "TRUE",
  "FALSE",
  "NULL",
  "NA",
  "NaN",
  "Inf",
  "if",
  "else",
  "for",
  "function",
  "in",
]);

// R writes these without blanks around them; coefficient names are made from this text, so it has to agree
const TIGHT = new Set(["/", "^", ":", "%%"]);

/** The text of an expression with R's spacing: the labels of terms and the names of coefficients. */
export function deparse(expr: Expr): string {
  switch (expr.type) {
    case "number":
      return expr.integer ? `${expr.value}L` : deparseNumber(expr.value);
    case "string":
      return JSON.stringify(expr.value);
    case "logical":
      return expr.value ? "TRUE" : "FALSE";
    case "name":
      return deparseName(expr.name);
    case "group":
      return `(${deparse(expr.arg)})`;
    case "unary":
      return expr.op + deparse(expr.arg);
    case "binary": {
      const op = TIGHT.has(expr.op) ? expr.op : ` ${expr.op} `;
      return deparse(expr.left) + op + deparse(expr.right);
    }
    case "call": {
      const args = expr.args.map(({ name, value }) =>
        name === null ? deparse(value) : `${deparseName(name)} = ${deparse(value)}`,
      );
      return `${deparseName(expr.fn)}(${args.join(", ")})`;
    }
  }
}

/** A name, in backticks when it could not be written without them. */
export function deparseName(name: string): string {
  return SYNTACTIC_NAME.test(name) && !RESERVED.has(name) ? name : `\`${name}\``;
}

/** 15 significant digits, fixed notation unless scientific is shorter: R's rule, so 100000 becomes 1e+05. */
function deparseNumber(value: number): string {
  const rounded = Number(value.toPrecision(15));
  const [mantissa, exponent] = rounded.toExponential().split("e") as [string, string];
  const sign = exponent[0] === "-" ? "-" : "+";
  const digits = exponent.replace(/^[+-]/, "").padStart(2, "0");
  const scientific = `${mantissa}e${sign}${digits}`;
  const decimals = Math.max(0, mantissa.replace(/^-?\d\.?/, "").length - Number(exponent));
  const fixed = decimals > 100 ? scientific : rounded.toFixed(decimals);
  return fixed.length <= scientific.length && !fixed.includes("e") ? fixed : scientific;
}
