import { DrmError, didYouMean } from "./errors";

/** What an option may hold. `undefined` always passes: it is how one says "not given". */
export type OptionKind = keyof typeof KINDS;

/**
 * Every option of a type with what it may hold. The compiler refuses a table that lacks an option of the type, so that the
 * tables cannot fall behind the options.
 */
export type OptionKinds<Options> = { readonly [Name in keyof Required<Options>]: OptionKind };

const isText = (value: unknown) => typeof value === "string";
const isNumber = (value: unknown) => typeof value === "number";
/** An array, of any kind but DataView. */
export const isList = (value: unknown) =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && typeof (value as Uint8Array).length === "number");
const isListOf = (value: unknown, is: (entry: unknown) => boolean) => isList(value) && every(value, is);
const isObject = (value: unknown) => typeof value === "object" && value !== null;

const KINDS = {
  text: { is: isText, wanted: "a text" },
  /** names, one or several */
  texts: {
    is: (value: unknown) => isText(value) || isListOf(value, isText),
    wanted: "a text or an array of texts",
  },
  textList: { is: (value: unknown) => isListOf(value, isText), wanted: "an array of texts" },
  /** null says "none", as JSON and R-minded callers do */
  "textList?": {
    is: (value: unknown) => value === null || isListOf(value, isText),
    wanted: "an array of texts",
  },
  number: { is: isNumber, wanted: "a number" },
  numbers: { is: (value: unknown) => isListOf(value, isNumber), wanted: "an array of numbers" },
  names: {
    is: (value: unknown) => value instanceof Set && [...value].every(isText),
    wanted: "a Set of names",
  },
  /** the same for all rows, or one a row */
  numberOrList: {
    is: (value: unknown) => isNumber(value) || isListOf(value, isCell),
    wanted: "a number or an array of numbers",
  },
  /** one value a row */
  list: { is: (value: unknown) => isListOf(value, isCell), wanted: "an array of numbers or texts" },
  /** a matrix by its rows */
  rows: {
    is: (value: unknown) => isListOf(value, (row) => isListOf(row, isNumber)),
    wanted: "an array of rows, each an array of numbers",
  },
  /** yes or no, for all rows or for each */
  flags: {
    is: (value: unknown) => typeof value === "boolean" || isText(value) || isListOf(value, isCell),
    wanted: "true, false, a column's name or an array of one a row",
  },
  flag: { is: (value: unknown) => typeof value === "boolean", wanted: "true or false" },
  /** one value a row: a column's name, or the values */
  cells: {
    is: (value: unknown) => isText(value) || isListOf(value, isCell),
    wanted: "a column's name or an array of numbers or texts",
  },
  /** null for none */
  "cells?": {
    is: (value: unknown) => value === null || isText(value) || isListOf(value, isCell),
    wanted: "a column's name, an array of numbers or texts, or null",
  },
  /** one number a row: a column's name, the numbers, or one for all rows */
  values: {
    is: (value: unknown) => isText(value) || isNumber(value) || isListOf(value, isCell),
    wanted: "a column's name, an array of numbers or one number",
  },
  "text?": { is: (value: unknown) => value === null || isText(value), wanted: "a text or null" },
  /** of an AbortController */
  signal: {
    is: (value: unknown) =>
      isObject(value) && typeof (value as { throwIfAborted?: unknown }).throwIfAborted === "function",
    wanted: "an AbortSignal",
  },
  function: { is: (value: unknown) => typeof value === "function", wanted: "a function" },
  /** anything with named parts */
  object: { is: (value: unknown) => isObject(value) && !isList(value), wanted: "an object" },
  "object?": {
    is: (value: unknown) => value === null || (isObject(value) && !isList(value)),
    wanted: "an object",
  },
  /** rows or columns: what is in them is checked where they are read */
  data: { is: isObject, wanted: "an array of row objects or an object of columns" },
  /** checked by the function itself */
  any: { is: () => true, wanted: "" },
} as const;

function isCell(value: unknown): boolean {
  const type = typeof value;
  return (
    type === "number" || type === "string" || type === "boolean" || value === null || value === undefined
  );
}

/** A loop over the indices: `every()` passes over holes. In a typed array all entries are of one kind. */
function every(list: unknown, is: (entry: unknown) => boolean): boolean {
  const entries = list as ArrayLike<unknown>;
  if (ArrayBuffer.isView(list)) return entries.length === 0 || is(entries[0]);
  for (let i = 0; i < entries.length; i++) if (!is(entries[i])) return false;
  return true;
}

/**
 * Refuses options that a function does not know, and values that cannot be meant: an option that is ignored in silence
 * gives an answer to another question. Costs a look-up for each option given.
 *
 * @param answerTo what to write instead of a name that is known elsewhere, or null
 * @throws DrmError "bad_option" naming the nearest known option, or what was given for it
 */
export function checkOptions<Options>(
  caller: string,
  options: unknown,
  known: OptionKinds<Options>,
  answerTo?: (name: string) => string | null,
): void {
  if (options === undefined) return;
  if (!isObject(options) || isList(options)) {
    throw new DrmError("bad_option", `${caller}(): the options are ${shown(options)}; wanted an object`);
  }
  for (const name in options as object) {
    if (!Object.hasOwn(known, name)) {
      const answer = answerTo?.(name) ?? null;
      if (answer !== null) throw new DrmError("bad_option", `${caller}() has no option '${name}': ${answer}`);
      throw unknownOption(caller, name, Object.keys(known));
    }
    const value = (options as Readonly<Record<string, unknown>>)[name];
    if (value === undefined) continue;
    const kind = KINDS[known[name as keyof Options]];
    if (!kind.is(value)) {
      throw new DrmError("bad_option", `${caller}(): ${name} is ${shown(value)}; wanted ${kind.wanted}`);
    }
  }
}

/**
 * The same of an argument with a place of its own.
 *
 * @throws DrmError "bad_option" saying what was given for it
 */
export function checkArgument(caller: string, name: string, value: unknown, kind: OptionKind): void {
  if (KINDS[kind].is(value)) return;
  throw new DrmError("bad_option", `${caller}(): ${name} is ${shown(value)}; wanted ${KINDS[kind].wanted}`);
}

/** As checkOptions(), for a function that cannot do without its options. */
export function requireOptions<Options>(
  caller: string,
  options: unknown,
  known: OptionKinds<Options>,
  answerTo?: (name: string) => string | null,
): void {
  if (options === undefined) {
    const names = Object.keys(known).join(", ");
    throw new DrmError("bad_option", `${caller}() needs its options: an object with ${names}`);
  }
  checkOptions(caller, options, known, answerTo);
}

function unknownOption(caller: string, name: string, known: readonly string[]): DrmError {
  const near = didYouMean(name, known);
  const list = known.length === 0 ? "; it takes none" : `; there are ${known.join(", ")}`;
  return new DrmError("bad_option", `${caller}(): unknown option '${name}'${near === "" ? list : near}`);
}

/** The options among `options` that a function called in turn knows. */
export function optionsFor<Known>(options: object, known: OptionKinds<Known>): Known {
  const own: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) if (Object.hasOwn(known, name)) own[name] = value;
  return own as Known;
}

/** A value as errors show it: short, and itself never a cause of an error. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value.length > 40 ? `"${value.slice(0, 40)}..."` : `"${value}"`;
    case "object":
      if (value === null) return "null";
      if (isList(value)) return "an array";
      return value instanceof Date ? "a Date" : "an object";
    case "function":
      return "a function";
    case "bigint":
      return `a BigInt (${value})`;
    default:
      return String(value);
  }
}
