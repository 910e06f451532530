import { numberLabel } from "../data/number-label";
import type { Column, FactorColumn, NumericColumn } from "../data/table";
import { DrmError } from "../errors";
import { deparse } from "../formula/deparse";
import type { BinaryOp, CallExpr, Expr } from "../formula/expr";
import { constantOf, FUNCTIONS, matchArguments } from "../formula/functions";
import type { Frame } from "./frame";

/** What expressions are evaluated on: a frame, or new data at prediction. */
export interface Source {
  readonly nrow: number;
  column(name: string): Column;
  /** How errors call a row: "row 12". */
  rowName(row: number): string;
  /** Functions that learn from the data (scale, factor, ...); absent where they have no place. */
  learned?(call: CallExpr): Column;
}

/** The numbers of an expression over the kept rows; `what` names its part in the model ("the response"). */
export function evaluateNumeric(expr: Expr, frame: Frame, what: string): Float64Array {
  const source: Source = {
    nrow: frame.nrow,
    column: frame.column,
    rowName: (row) => `row ${frame.rows[row]! + 1}`,
  };
  const column = evaluate(expr, source);
  if (column.kind !== "factor") return column.values;
  const seen = column.codes.findIndex((code) => code >= 0);
  const value = seen < 0 ? "" : ` ('${column.levels[column.codes[seen]!]}' in ${source.rowName(seen)})`;
  throw new DrmError("bad_term", `${what} needs numbers, but '${deparse(expr)}' holds text${value}`);
}

/** Evaluates an expression to a column. Missing cells pass through; anything else that is not finite is an error. */
export function evaluate(expr: Expr, source: Source): Column {
  switch (expr.type) {
    case "name":
      return source.column(expr.name);
    case "group":
      return evaluate(expr.arg, source);
    case "number":
      return numeric(new Float64Array(source.nrow).fill(expr.value));
    case "logical":
      return { kind: "logical", values: new Float64Array(source.nrow).fill(expr.value ? 1 : 0) };
    case "string":
      return { kind: "factor", codes: new Int32Array(source.nrow), levels: [expr.value], ordered: false };
    case "unary": {
      if (expr.op === "+") return numeric(numbers(expr.arg, source));
      const negate =
        expr.op === "-" ? (x: number) => -x : (x: number) => (Number.isNaN(x) ? x : Number(x === 0));
      const values = numbers(expr.arg, source).map(negate);
      return { kind: expr.op === "-" ? "numeric" : "logical", values };
    }
    case "binary":
      return evaluateBinary(expr, source);
    case "call":
      return evaluateCall(expr, source);
  }
}

function numeric(values: Float64Array): NumericColumn {
  return { kind: "numeric", values };
}

function numbers(expr: Expr, source: Source): Float64Array {
  const column = evaluate(expr, source);
  if (column.kind !== "factor") return column.values;
  throw new DrmError("bad_term", `'${deparse(expr)}' holds text: arithmetic and comparisons need numbers`);
}

const LOGICAL = new Set<BinaryOp>(["<", ">", "<=", ">=", "==", "!=", "&", "|"]);

const BINARY: Partial<Record<BinaryOp, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "^": (a, b) => a ** b,
  // R's remainder takes the sign of the divisor
  "%%": (a, b) => a - Math.floor(a / b) * b,
  "<": (a, b) => (a < b ? 1 : 0),
  ">": (a, b) => (a > b ? 1 : 0),
  "<=": (a, b) => (a <= b ? 1 : 0),
  ">=": (a, b) => (a >= b ? 1 : 0),
  "==": (a, b) => (a === b ? 1 : 0),
  "!=": (a, b) => (a !== b ? 1 : 0),
  "&": (a, b) => (a !== 0 && b !== 0 ? 1 : 0),
  "|": (a, b) => (a !== 0 || b !== 0 ? 1 : 0),
};

function evaluateBinary(expr: Expr & { type: "binary" }, source: Source): Column {
  const { op } = expr;
  const left = evaluate(expr.left, source);
  const right = evaluate(expr.right, source);
  const isLogical = LOGICAL.has(op);
  if ((op === "==" || op === "!=") && left.kind === "factor" && right.kind === "factor") {
    return compareText(left, right, op === "==");
  }
  const a = left.kind === "factor" ? numbers(expr.left, source) : left.values;
  const b = right.kind === "factor" ? numbers(expr.right, source) : right.values;
  const apply = BINARY[op]!;
  const values = new Float64Array(source.nrow);
  for (let i = 0; i < values.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (Number.isNaN(x) || Number.isNaN(y)) values[i] = Number.NaN;
    else {
      values[i] = apply(x, y);
      if (!Number.isFinite(values[i]!)) throw notFinite(expr, values[i]!, expr.right, y, source.rowName(i));
    }
  }
  return { kind: isLogical ? "logical" : "numeric", values };
}

function compareText(left: FactorColumn, right: FactorColumn, equal: boolean): NumericColumn {
  const values = Float64Array.from(left.codes, (code, i) => {
    const other = right.codes[i]!;
    if (code < 0 || other < 0) return Number.NaN;
    return (left.levels[code] === right.levels[other]) === equal ? 1 : 0;
  });
  return { kind: "logical", values };
}

const UNARY: Readonly<Record<string, (x: number) => number>> = {
  log: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  log1p: Math.log1p,
  exp: Math.exp,
  expm1: Math.expm1,
  sqrt: Math.sqrt,
  abs: Math.abs,
};

const DOMAIN: Readonly<Record<string, string>> = {
  log: "a number above 0",
  log2: "a number above 0",
  log10: "a number above 0",
  log1p: "a number above -1",
  sqrt: "a number of at least 0",
};

function evaluateCall(call: CallExpr, source: Source): Column {
  const spec = FUNCTIONS.get(call.fn);
  if (spec === undefined) throw new DrmError("bad_term", `${call.fn}() cannot be evaluated on the data`);
  if (spec.kind !== "elementwise") {
    if (source.learned !== undefined) return source.learned(call);
    throw new DrmError(
      "not_supported",
      `${call.fn}() makes moderators only: it cannot be part of '${deparse(call)}' here`,
    );
  }
  const [x, second] = matchArguments(call, spec.args);
  if (call.fn === "I") return evaluate(x!, source);
  if (call.fn === "as.numeric") return asNumeric(evaluate(x!, source), deparse(x!), source);
  const apply = UNARY[call.fn]!;
  const input = numbers(x!, source);
  const base = second === undefined ? null : Number(constantOf(second));
  const values = new Float64Array(input.length);
  for (let i = 0; i < values.length; i++) {
    const value = input[i]!;
    if (Number.isNaN(value)) {
      values[i] = value;
      continue;
    }
    values[i] = base === null ? apply(value) : Math.log(value) / Math.log(base);
    if (!Number.isFinite(values[i]!)) throw notFinite(call, values[i]!, x!, value, source.rowName(i));
  }
  return numeric(values);
}

/** Unlike R, a factor never turns into its codes: text that reads as numbers gives them, other text is refused. */
function asNumeric(column: Column, label: string, source: Source): NumericColumn {
  if (column.kind !== "factor") return numeric(column.values);
  const parsed = column.levels.map((level) => (level.trim() === "" ? Number.NaN : Number(level)));
  const values = Float64Array.from(column.codes, (code, i) => {
    if (code < 0) return Number.NaN;
    if (Number.isNaN(parsed[code])) {
      const seen = `'${label}' is '${column.levels[code]}' in ${source.rowName(i)}`;
      throw new DrmError("bad_term", `${seen}: as.numeric() needs text that reads as a number`);
    }
    return parsed[code]!;
  });
  return numeric(values);
}

function notFinite(expr: Expr, result: number, argument: Expr, value: number, row: string): DrmError {
  const seen = `'${deparse(argument)}' is ${numberLabel(value)} in ${row}`;
  const domain = expr.type === "call" ? DOMAIN[expr.fn] : undefined;
  if (domain !== undefined && expr.type === "call" && Number.isFinite(value)) {
    return new DrmError("bad_term", `${deparse(expr)}: ${seen}, and ${expr.fn}() needs ${domain}`);
  }
  return new DrmError(
    "bad_term",
    `${deparse(expr)} is ${result} in ${row} (${seen}): the result must be finite`,
  );
}
