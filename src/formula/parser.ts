import { DrmError } from "../errors";
import { caretError, unexpected } from "./caret";
import type { Argument, BinaryOp, Expr } from "./expr";
import { type Token, tokenize } from "./lexer";

/** `name = left ~ right` with the first two optional. */
export interface ParsedFormula {
  readonly text: string;
  readonly name: Expr | null;
  readonly left: Expr | null;
  readonly right: Expr;
}

// R's precedences: higher binds tighter. `^` is the only right-associative one; a unary minus sits between ^ and :
const PRECEDENCE: Readonly<Record<string, number>> = {
  "|": 1,
  "&": 2,
  "<": 4,
  ">": 4,
  "<=": 4,
  ">=": 4,
  "==": 4,
  "!=": 4,
  "+": 5,
  "-": 5,
  "*": 6,
  "/": 6,
  "%in%": 7,
  "%%": 7,
  ":": 8,
  "^": 10,
};
const NOT = 3;
const SIGN = 9;

interface Cursor {
  readonly text: string;
  readonly tokens: readonly Token[];
  index: number;
  /** operands within each other at this place, and operators whose right side is being read */
  level: number;
  /** of the operators so far, how many stand within each other */
  readonly depths: Map<Expr, number>;
}

/** What is read here is walked through by functions that call themselves, for which an engine has limited room. */
const MOST_DEPTH = 1000;

function tooDeep(what: string): DrmError {
  return new DrmError("bad_formula", `the formula ${what}: more than ${MOST_DEPTH} are not read`);
}

export function parseFormula(text: string): ParsedFormula {
  const cursor: Cursor = { text, tokens: tokenize(text), index: 0, level: 0, depths: new Map() };
  if (peek(cursor).kind === "end") throw caretError("an empty formula: write yi ~ x", text, 0);
  let name: Expr | null = null;
  let left: Expr | null = null;
  if (!isOp(peek(cursor), "~")) left = parseExpr(cursor, 0);
  if (left !== null && isOp(peek(cursor), "=")) {
    cursor.index++;
    name = left;
    left = isOp(peek(cursor), "~") ? null : parseExpr(cursor, 0);
  }
  const tilde = peek(cursor);
  if (tilde.kind === "end") {
    throw caretError(`a formula needs a '~', as in yi ~ x; seen: ${text}`, text, tilde.at);
  }
  if (!isOp(tilde, "~")) throw unexpectedToken(cursor);
  cursor.index++;
  const right = parseExpr(cursor, 0);
  if (isOp(peek(cursor), "~")) throw caretError("a formula has one '~' only", text, peek(cursor).at);
  if (peek(cursor).kind !== "end") throw unexpectedToken(cursor);
  return { text, name, left, right };
}

/** Precedence climbing: reads operators that bind at least as tightly as `minimum`. */
function parseExpr(cursor: Cursor, minimum: number): Expr {
  let left = parseOperand(cursor);
  for (;;) {
    const token = peek(cursor);
    const precedence = token.kind === "op" ? PRECEDENCE[token.text] : undefined;
    if (precedence === undefined) {
      if (token.kind === "op" && token.text.startsWith("%")) throw unknownOperator(cursor.text, token);
      return left;
    }
    if (precedence < minimum) return left;
    cursor.index++;
    // `^` reads its right side by another call of this function: a ^ b ^ c ...
    if (++cursor.level > MOST_DEPTH) throw tooDeep("has too many terms or operators in a row");
    const right = parseExpr(cursor, token.text === "^" ? SIGN : precedence + 1);
    cursor.level--;
    const { depths } = cursor;
    const depth = Math.max(depths.get(left) ?? 0, depths.get(right) ?? 0) + 1;
    if (depth > MOST_DEPTH) throw tooDeep("has too many terms or operators in a row");
    left = { type: "binary", op: token.text as BinaryOp, left, right, at: left.at };
    depths.set(left, depth);
  }
}

function parseOperand(cursor: Cursor): Expr {
  if (++cursor.level > MOST_DEPTH) throw tooDeep("has too many parentheses or signs within each other");
  const operand = readOperand(cursor);
  cursor.level--;
  const inner = operand.type === "group" || operand.type === "unary" ? [operand.arg] : [];
  const parts = operand.type === "call" ? operand.args.map(({ value }) => value) : inner;
  let depth = 0;
  for (const part of parts) depth = Math.max(depth, (cursor.depths.get(part) ?? 0) + 1);
  if (depth > MOST_DEPTH) throw tooDeep("has too many parentheses or operators within each other");
  if (depth > 0) cursor.depths.set(operand, depth);
  return operand;
}

function readOperand(cursor: Cursor): Expr {
  const token = peek(cursor);
  const { at } = token;
  if (token.kind === "end") throw unexpectedToken(cursor);
  cursor.index++;
  switch (token.kind) {
    case "number": {
      const integer = token.text.endsWith("L");
      const value = Number(integer ? token.text.slice(0, -1) : token.text);
      if (Number.isFinite(value)) return { type: "number", value, integer, at };
      throw caretError(`${token.text} is too large a number`, cursor.text, at);
    }
    case "string":
      return { type: "string", value: token.text, at };
    case "name":
      if (isOp(peek(cursor), "(")) return parseCall(cursor, token);
      if (!token.quoted && (token.text === "TRUE" || token.text === "FALSE")) {
        return { type: "logical", value: token.text === "TRUE", at };
      }
      return { type: "name", name: token.text, at };
    case "op":
      if (token.text === "(") {
        const arg = parseExpr(cursor, 0);
        expectOp(cursor, ")");
        return { type: "group", arg, at };
      }
      if (token.text === "-" || token.text === "+") {
        return { type: "unary", op: token.text, arg: parseExpr(cursor, SIGN), at };
      }
      if (token.text === "!") return { type: "unary", op: "!", arg: parseExpr(cursor, NOT), at };
  }
  cursor.index--;
  throw unexpectedToken(cursor);
}

function parseCall(cursor: Cursor, fn: Token): Expr {
  cursor.index++;
  const args: Argument[] = [];
  while (!isOp(peek(cursor), ")")) {
    if (args.length > 0) expectOp(cursor, ",");
    const first = peek(cursor);
    const named = (first.kind === "name" || first.kind === "string") && isOp(peek(cursor, 1), "=");
    if (named) cursor.index += 2;
    args.push({ name: named ? first.text : null, value: parseExpr(cursor, 0) });
  }
  cursor.index++;
  return { type: "call", fn: fn.text, args, at: fn.at };
}

function peek(cursor: Cursor, ahead = 0): Token {
  return cursor.tokens[Math.min(cursor.index + ahead, cursor.tokens.length - 1)]!;
}

function isOp(token: Token, op: string): boolean {
  return token.kind === "op" && token.text === op;
}

function expectOp(cursor: Cursor, op: string): void {
  if (!isOp(peek(cursor), op)) throw unexpectedToken(cursor);
  cursor.index++;
}

function unexpectedToken(cursor: Cursor): Error {
  const token = peek(cursor);
  const what = token.kind === "end" ? "end of formula" : `'${token.text}'`;
  return unexpected(what, cursor.text, token.at, isOp(token, "||") ? DOUBLE_BAR : namingHint(cursor));
}

const DOUBLE_BAR = "(x || group) is written (1 | group) + (0 + x | group)";

/** Two names side by side are one name with a space in it, or one that starts with a digit: R has them in backticks too. */
function namingHint({ text, tokens, index }: Cursor): string {
  const isWord = (at: number) => tokens[at]?.kind === "name" || tokens[at]?.kind === "number";
  if (!isWord(index) || !isWord(index - 1)) return "";
  let first = index - 1;
  let last = index;
  while (isWord(first - 1)) first--;
  while (isWord(last + 1)) last++;
  const end = tokens[last + 1]!.at;
  const name = text.slice(tokens[first]!.at, end).trim();
  if (name.includes("`")) return "";
  return `a column called '${name}' stands in backticks: \`${name}\``;
}

function unknownOperator(text: string, token: Token): Error {
  return caretError(`unknown operator '${token.text}': formulas have %in% only`, text, token.at);
}
