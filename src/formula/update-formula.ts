import { DrmError } from "../errors";
import { deparse } from "./deparse";
import { replaceDot } from "./dot";
import { DPARS, dparName, sdKey } from "./dpar";
import type { DparFormula } from "./dpar-formula";
import { type Expr, ungroup } from "./expr";
import type { DrmFormula } from "./formula";
import { writtenV } from "./known-v";
import { type ParsedFormula, parseFormula } from "./parser";
import { randomTerms, writtenRandom } from "./random";
import { isKnownStructure } from "./structures";
import { expandTerms, type RightSide } from "./terms";

/** What `.` stands for on the right-hand side of a parameter's formula: its moderators, interactions written out. */
export interface Moderators {
  readonly intercept: boolean;
  readonly termLabels: readonly string[];
}

/** Offsets, random intercepts and the known V, as text. */
interface Specials {
  readonly offsets: readonly string[];
  /** random terms */
  readonly random: readonly string[];
  readonly knownV: string | null;
}

/**
 * The formulas of a model with some of them changed, as R's update() has it: `.` on the left is the response, on the
 * right the formula as it was. `. ~ . + x`, `~ . - (1 | lab)`, `sigma ~ . * x`, `mu2 = . ~ . + x`. With a `.` the
 * offsets, random intercepts and V stay unless they are taken away, and a new meta_V() replaces the old one; without it
 * the formula is replaced as a whole. A formula of sd(group) goes with its random intercept. `moderatorsOf` knows what
 * the moderators of a parameter are, data's `.` resolved.
 *
 * @throws DrmError "bad_formula" for a formula of one outcome in a model of two, or for taking away what is not there
 */
export function updateFormulas(
  old: DrmFormula,
  changes: readonly string[],
  moderatorsOf: (key: string) => Moderators,
): string[] {
  const texts = new Map<string, string>();
  for (const dpar of old.dpars) {
    if (dpar.implied) continue;
    // a `.` that meant columns keeps the meaning it had
    texts.set(
      dpar.key,
      dpar.dot === null ? dpar.text : written(dpar, moderatorsOf(dpar.key), specialsOf(dpar)),
    );
  }
  const changed = new Set<string>();
  for (const text of changes) {
    const parsed = parseFormula(text);
    const dpar = targetOf(parsed, old);
    if (changed.has(dpar.key)) {
      throw new DrmError("bad_formula", `two changes of ${dpar.key}: give one formula for each parameter`);
    }
    changed.add(dpar.key);
    const before = old.dpars.find(({ key }) => key === dpar.key);
    texts.set(dpar.key, changedText(parsed, dpar, before, moderatorsOf));
  }
  const groupings = new Set(
    [...texts]
      .filter(([key]) => key.startsWith("mu"))
      .flatMap(([key, text]) =>
        expandTerms(parseFormula(text).right, text).random.map((term) => sdKey(key, term)),
      ),
  );
  return [...texts]
    .filter(([key]) => !key.startsWith("sd") || changed.has(key) || groupings.has(key))
    .map(([, text]) => text);
}

type Target = Pick<DparFormula, "key" | "kind" | "response">;

/** A location formula may leave its response out, or write a `.` for it. */
function targetOf(parsed: ParsedFormula, old: DrmFormula): Target {
  const { name, left, text } = parsed;
  const known = name ?? left;
  const locations = old.dpars.filter(({ kind }) => kind === "location");
  if (known === null || isDot(known)) {
    if (locations.length === 1) return locations[0]!;
    const wanted = locations.map(({ key }) => `${key} ~ ...`).join(" or ");
    throw new DrmError("bad_formula", `which outcome? the model has two: write ${wanted}\n  ${text}`);
  }
  const inner = ungroup(known);
  const location = inner.type === "name" ? locations.find(({ key }) => key === inner.name) : undefined;
  if (location !== undefined && (name === null || left === null || isDot(left))) return location;
  const target = dparName(parsed);
  const one = locations.length === 1;
  if (target.kind === "location" && !locations.some(({ key }) => key === target.key)) {
    const has = one ? "one outcome, mu" : "two, mu1 and mu2";
    throw new DrmError(
      "bad_formula",
      `the model has ${has}: the number of outcomes cannot change\n  ${text}`,
    );
  }
  return target;
}

function isDot(expr: Expr): boolean {
  return expr.type === "name" && expr.name === ".";
}

function changedText(
  { right, text }: ParsedFormula,
  dpar: Target,
  before: DparFormula | undefined,
  moderatorsOf: (key: string) => Moderators,
): string {
  const parts = signedParts(right);
  const own = parts.filter((part) => !part.special);
  const added = parts.filter((part) => part.special && part.adding);
  const removed = parts.filter((part) => part.special && !part.adding);
  const dotted = own.some(({ expr }) => mentionsDot(expr));
  const base: Specials =
    dotted && before !== undefined ? specialsOf(before) : { offsets: [], random: [], knownV: null };
  const specials = addSpecials(takeAway(base, removed, text), added, text);
  if (own.length === 0) return written(dpar, { intercept: true, termLabels: [] }, specials);
  const moderators = before === undefined ? { intercept: true, termLabels: [] } : moderatorsOf(dpar.key);
  const dot = dotExpression(moderators);
  const sum = own
    .map(({ expr, adding }) => ({ expr: replaceDot(expr, () => dot), adding }))
    .reduce<Expr | null>((left, { expr, adding }) => {
      const { at } = expr;
      if (left === null) return adding ? expr : { type: "unary", op: "-", arg: expr, at };
      return { type: "binary", op: adding ? "+" : "-", left, right: expr, at };
    }, null)!;
  const { intercept, terms } = expandTerms(sum, text);
  return written(dpar, { intercept, termLabels: terms.map(({ label }) => label) }, specials);
}

interface Part {
  readonly expr: Expr;
  readonly adding: boolean;
  /** an offset, a random intercept, a known V */
  readonly special: boolean;
}

/** The summands of a right-hand side. */
function signedParts(expr: Expr, adding = true): Part[] {
  if (isSpecial(expr)) return [{ expr, adding, special: true }];
  if (expr.type === "group") {
    const inner = signedParts(expr.arg, adding);
    // (a + b)^2 is no sum of parts, (a + b) is
    return inner.length > 1 || inner[0]!.special ? inner : [{ expr, adding, special: false }];
  }
  if (expr.type === "unary" && (expr.op === "+" || expr.op === "-")) {
    return signedParts(expr.arg, expr.op === "+" ? adding : !adding);
  }
  if (expr.type === "binary" && (expr.op === "+" || expr.op === "-")) {
    return [
      ...signedParts(expr.left, adding),
      ...signedParts(expr.right, expr.op === "+" ? adding : !adding),
    ];
  }
  return [{ expr, adding, special: false }];
}

function isSpecial(expr: Expr): boolean {
  if (expr.type === "group") return expr.arg.type === "binary" && expr.arg.op === "|";
  return (
    expr.type === "call" &&
    (isKnownStructure(expr.fn) || ["offset", "meta_V", "meta_known_V"].includes(expr.fn))
  );
}

function mentionsDot(expr: Expr): boolean {
  let found = false;
  replaceDot(expr, () => {
    found = true;
    return expr;
  });
  return found;
}

function specialsOf({ offsets, random, knownV }: RightSide): Specials {
  return {
    offsets: offsets.map(deparse),
    // a block is one term, whatever effects it has
    random: [...new Set(random.map(writtenRandom))],
    knownV: knownV === null ? null : writtenV(knownV),
  };
}

function read(parts: readonly Part[], text: string): Specials {
  const random: string[] = [];
  const offsets: string[] = [];
  let knownV: string | null = null;
  for (const { expr } of parts) {
    if (expr.type === "group") {
      for (const term of new Set(randomTerms(expr.arg, text).map(writtenRandom))) random.push(term);
      continue;
    }
    const one = specialsOf(expandTerms(expr, text));
    for (const offset of one.offsets) offsets.push(offset);
    for (const term of one.random) random.push(term);
    knownV = one.knownV ?? knownV;
  }
  return { offsets, random, knownV };
}

function takeAway(from: Specials, parts: readonly Part[], text: string): Specials {
  if (parts.length === 0) return from;
  const taken = read(parts, text);
  const absent = (what: string) =>
    new DrmError("bad_formula", `${what} is not in the formula, so it cannot be taken away\n  ${text}`);
  for (const term of taken.random) if (!from.random.includes(term)) throw absent(term);
  for (const offset of taken.offsets) if (!from.offsets.includes(offset)) throw absent(`offset(${offset})`);
  if (taken.knownV !== null && from.knownV === null) throw absent(taken.knownV);
  return {
    offsets: from.offsets.filter((offset) => !taken.offsets.includes(offset)),
    random: from.random.filter((term) => !taken.random.includes(term)),
    knownV: taken.knownV === null ? from.knownV : null,
  };
}

function addSpecials(to: Specials, parts: readonly Part[], text: string): Specials {
  const added = read(parts, text);
  return {
    offsets: [...to.offsets, ...added.offsets],
    random: [...new Set([...to.random, ...added.random])],
    knownV: added.knownV ?? to.knownV,
  };
}

/** `(0 + a + b)`, as R substitutes the right-hand side for a `.` */
function dotExpression({ intercept, termLabels }: Moderators): Expr {
  const parts = [...(intercept && termLabels.length > 0 ? [] : [intercept ? "1" : "0"]), ...termLabels];
  return { type: "group", arg: parseFormula(`~ ${parts.join(" + ")}`).right, at: 0 };
}

function written({ key, kind, response }: Target, moderators: Moderators, specials: Specials): string {
  const { intercept, termLabels } = moderators;
  const right = [
    ...(intercept ? (termLabels.length > 0 ? [] : ["1"]) : ["0"]),
    ...termLabels,
    ...specials.offsets.map((offset) => `offset(${offset})`),
    ...specials.random,
    ...(specials.knownV === null ? [] : [specials.knownV]),
  ].join(" + ");
  if (kind !== "location") return `${key} ~ ${right}`;
  const left = deparse(response!);
  const plain = key === "mu" && !(DPARS as readonly string[]).includes(left);
  return `${plain ? left : `${key} = ${left}`} ~ ${right}`;
}
