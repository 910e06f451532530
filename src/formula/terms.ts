import { DrmError } from "../errors";
import { caretError } from "./caret";
import { deparse } from "./deparse";
import { type Expr, ungroup } from "./expr";
import { checkCalls } from "./functions";
import { type KnownVCall, knownVCall } from "./known-v";
import { type RandomTerm, randomTerms, sdArgument, writtenRandom } from "./random";
import { isKnownStructure, isWithin } from "./structures";

/** One variable of a term: a column, or a function of columns. */
export interface Factor {
  /** "duration", "log(dose)" */
  readonly label: string;
  /** its syntax tree */
  readonly expr: Expr;
}

/** A moderator, or an interaction of several: `label` is `a:b`, `order` is how many variables it has. */
export interface Term {
  /** "a", "a:b" */
  readonly label: string;
  /** how many variables it has */
  readonly order: number;
  /** its variables */
  readonly factors: readonly Factor[];
}

/** The right-hand side of one formula, expanded. */
export interface RightSide {
  readonly intercept: boolean;
  readonly terms: readonly Term[];
  readonly offsets: readonly Expr[];
  readonly random: readonly RandomTerm[];
  readonly knownV: KnownVCall | null;
}

// a term under construction: the indices of its variables, ascending
type Bits = readonly number[];

interface Expansion {
  readonly text: string;
  readonly variables: Factor[];
  readonly offsets: Expr[];
  readonly random: RandomTerm[];
  knownV: KnownVCall | null;
  intercept: boolean;
  /** False inside what a `-` takes away: there `1` removes the intercept and `0` brings it back. */
  adding: boolean;
}

/**
 * Wilkinson and Rogers' (1973) algebra as R's terms() does it: terms sorted by order, then by appearance, and
 * the variables of a term in the order in which the formula first names them.
 */
export function expandTerms(right: Expr, text: string): RightSide {
  const expansion: Expansion = {
    text,
    variables: [],
    offsets: [],
    random: [],
    knownV: null,
    intercept: true,
    adding: true,
  };
  collectVariables(right, expansion);
  const found = encode(right, expansion, true);
  const ordered = found
    .map((bits, i) => ({ bits, i }))
    .sort((a, b) => a.bits.length - b.bits.length || a.i - b.i);
  const terms = ordered.map(({ bits }) => {
    const factors = bits.map((index) => expansion.variables[index]!);
    return { label: factors.map((f) => f.label).join(":"), order: factors.length, factors };
  });
  const { intercept, offsets, random, knownV } = expansion;
  return { intercept, terms, offsets, random, knownV };
}

/** First appearance in the text fixes a variable's index, also when the term that has it comes later. */
function collectVariables(expr: Expr, expansion: Expansion): void {
  if (expr.type === "group" || expr.type === "unary") collectVariables(expr.arg, expansion);
  else if (expr.type === "binary" && expr.op !== "|") {
    collectVariables(expr.left, expansion);
    if (expr.op !== "^") collectVariables(expr.right, expansion);
  } else if (expr.type === "name" || (expr.type === "call" && !isSpecial(expr.fn))) {
    variableIndex(expr, expansion);
  }
}

function variableIndex(expr: Expr, { variables }: Expansion): number {
  const label = deparse(expr);
  const known = variables.findIndex((variable) => variable.label === label);
  return known >= 0 ? known : variables.push({ label, expr }) - 1;
}

function isSpecial(fn: string): boolean {
  return fn === "offset" || fn === "meta_V" || fn === "meta_known_V" || isKnownStructure(fn) || isWithin(fn);
}

/** `sum` is true where a special term may stand: not inside an interaction. */
function encode(expr: Expr, expansion: Expansion, sum: boolean): Bits[] {
  const { text } = expansion;
  switch (expr.type) {
    case "number":
      if (expr.value !== 0 && expr.value !== 1) {
        throw caretError(
          `a number in a formula is 0 or 1, not ${expr.value}; arithmetic needs I()`,
          text,
          expr.at,
        );
      }
      expansion.intercept = (expr.value === 1) === expansion.adding;
      return [];
    case "group":
      if (expr.arg.type === "binary" && expr.arg.op === "|") return special(expr, expansion, sum);
      return encode(expr.arg, expansion, sum);
    case "unary":
      if (expr.op === "!") throw needsI("!", expr);
      return expr.op === "+" ? encode(expr.arg, expansion, sum) : remove([], expr.arg, expansion, sum);
    case "name":
      return [[variableIndex(expr, expansion)]];
    case "call":
      if (isSpecial(expr.fn)) return special(expr, expansion, sum);
      checkCalls(expr, text);
      return [[variableIndex(expr, expansion)]];
    case "binary":
      return encodeBinary(expr, expansion, sum);
    default:
      throw caretError(
        `${deparse(expr)} is not a term: moderators are columns or functions of them`,
        text,
        expr.at,
      );
  }
  function needsI(op: string, { at }: Expr): Error {
    return caretError(`'${op}' is not a formula operator: write I(${deparse(expr)})`, text, at);
  }
}

function encodeBinary(expr: Expr & { type: "binary" }, expansion: Expansion, sum: boolean): Bits[] {
  const { op, left, right } = expr;
  const { text } = expansion;
  switch (op) {
    case "+":
      return union(encode(left, expansion, sum), encode(right, expansion, sum));
    case "-":
      return remove(encode(left, expansion, sum), right, expansion, sum);
    case ":":
    case "%in%":
      return cross(encode(left, expansion, false), encode(right, expansion, false));
    case "*": {
      const a = encode(left, expansion, false);
      const b = encode(right, expansion, false);
      return union(union(a, b), cross(a, b));
    }
    case "/": {
      const a = encode(left, expansion, false);
      const all = [...new Set(a.flat())].sort((x, y) => x - y);
      return union(a, cross([all], encode(right, expansion, false)));
    }
    case "^": {
      const power = ungroup(right);
      if (power.type !== "number" || !Number.isInteger(power.value) || power.value < 1) {
        const what = `the power in ${deparse(expr)} must be a whole number; for arithmetic write I(${deparse(expr)})`;
        throw caretError(what, text, right.at);
      }
      const base = encode(left, expansion, false);
      let result = base;
      for (let i = 1; i < power.value && i <= expansion.variables.length; i++) {
        result = union(result, cross(result, base));
      }
      return result;
    }
    case "|":
      throw caretError("a random intercept stands in parentheses: write (1 | group)", text, expr.at);
    default:
      throw caretError(`'${op}' is not a formula operator: write I(${deparse(expr)})`, text, expr.at);
  }
}

/** Terms that are not moderators: they go to their own lists and leave no columns. */
function special(expr: Expr, expansion: Expansion, sum: boolean): Bits[] {
  const { text } = expansion;
  const label = deparse(expr);
  if (!sum) {
    throw caretError(`${label} cannot be part of an interaction: add it with '+'`, text, expr.at);
  }
  if (!expansion.adding) {
    throw caretError(`${label} cannot be subtracted: leave it out instead`, text, expr.at);
  }
  if (expr.type === "group" || (expr.type === "call" && (isKnownStructure(expr.fn) || isWithin(expr.fn)))) {
    for (const term of randomTerms(expr.type === "group" ? expr.arg : expr, text)) {
      // the parameter of two terms with one name, such as of two trees for a column, would have it twice
      const same = expansion.random.find((other) => sdArgument(other) === sdArgument(term));
      if (same !== undefined) {
        const [first, second] = [writtenRandom(same), writtenRandom(term)];
        const what =
          first === second
            ? `${first} is in the formula twice`
            : `${first} and ${second} both have the SD sd(${sdArgument(term)})`;
        throw caretError(`${what}: keep one`, text, expr.at);
      }
      expansion.random.push(term);
    }
  } else if (expr.type === "call" && expr.fn === "offset") {
    const argument = expr.args[0];
    if (argument === undefined || expr.args.length > 1) {
      throw caretError("offset() takes one expression, as in offset(x)", text, expr.at);
    }
    checkCalls(argument.value, text);
    expansion.offsets.push(argument.value);
  } else if (expr.type === "call") {
    if (expansion.knownV !== null) {
      throw caretError("two known V terms: a formula takes one meta_V(V = ...)", text, expr.at);
    }
    expansion.knownV = knownVCall(expr, text);
  }
  return [];
}

function remove(from: Bits[], expr: Expr, expansion: Expansion, sum: boolean): Bits[] {
  expansion.adding = !expansion.adding;
  const taken = encode(expr, expansion, sum);
  expansion.adding = !expansion.adding;
  const gone = new Set(taken.map(keyOf));
  return from.filter((bits) => !gone.has(keyOf(bits)));
}

/** Far more than any data have rows for; and so many products are made in well under a second. */
const MOST_TERMS = 5000;
const MOST_PRODUCTS = 500_000;

function union(a: readonly Bits[], b: readonly Bits[]): Bits[] {
  const known = new Set(a.map(keyOf));
  const result = [...a];
  for (const bits of b) {
    const key = keyOf(bits);
    if (known.has(key)) continue;
    known.add(key);
    if (result.push(bits) > MOST_TERMS) throw tooManyTerms();
  }
  return result;
}

function cross(a: readonly Bits[], b: readonly Bits[]): Bits[] {
  if (a.length * b.length > MOST_PRODUCTS) throw tooManyTerms();
  const products = a.flatMap((x) => b.map((y) => [...new Set([...x, ...y])].sort((p, q) => p - q)));
  return union([], products);
}

function keyOf(bits: Bits): string {
  return bits.join();
}

function tooManyTerms(): DrmError {
  const what = `the formula stands for more than ${MOST_TERMS} terms`;
  return new DrmError("bad_formula", `${what}: '*' and '^' of many moderators make too many interactions`);
}
