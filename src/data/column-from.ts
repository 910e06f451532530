import { DrmError } from "../errors";
import { article } from "../words";
import type { Doubles } from "./doubles";
import {
  factorFromCells,
  factorFromNumberedText,
  factorFromText,
  levelIndex,
  type NumberedText,
  relevel,
} from "./factor-from";
import type { Column, FactorColumn, NumericColumn } from "./table";

/**
 * A column that is already categorical: its `levels`, the first being the reference, and of each row the position of its level
 * in `codes` (-1 is missing), or its text in `values` (null is missing). `ordered` levels have polynomial contrasts; default not.
 */
export type FactorInput =
  | { readonly levels: readonly string[]; readonly codes: ArrayLike<number>; readonly ordered?: boolean }
  | {
      readonly levels: readonly string[];
      readonly values: readonly (string | null | undefined)[];
      readonly ordered?: boolean;
    };

/** A typed array of numbers; BigInt arrays are refused. */
export type TypedNumbers =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray;

/** One column as the user holds it: numbers, booleans or text (null, undefined and NaN are missing), or one of a table. */
export type ColumnInput =
  // cells of one type: that is seen at run time, since columns out of JSON have the union as their type
  | readonly (number | boolean | string | null | undefined)[]
  | TypedNumbers
  | FactorInput
  | NumberedText
  | NumericColumn;

/**
 * One column of the user's as a Column. The first cell that is not missing says what it holds; a later cell of another
 * type is an error, because guessing would turn a typing error into a factor or into a missing value.
 * A Float64Array, and a column of numbers, is used as it is unless there is `own` for a copy; all else is made anew.
 */
export function columnFrom(
  name: string,
  input: unknown,
  levels: readonly string[] | undefined,
  ordered: boolean,
  own: Doubles | null = null,
): Column {
  if (Array.isArray(input)) {
    if (levels === undefined) return columnFromCells(name, input, ordered, own ?? fresh);
    rejectOddCells(name, input);
    return factorFromCells(name, input, levels, ordered);
  }
  if (isTypedNumbers(input)) {
    if (levels !== undefined) return factorFromCells(name, input, levels, ordered);
    if (ordered) throw orderedNeedsLevels(name);
    return {
      kind: "numeric",
      values: input instanceof Float64Array && own === null ? input : copyOfNumbers(input, own ?? fresh),
    };
  }
  if (ArrayBuffer.isView(input)) throw bigIntegers(name);
  if (isNumberedText(input)) return factorFromNumberedText(name, input, levels, ordered);
  if (isNumericColumn(input)) {
    if (levels !== undefined) return relevel(name, input, levels, ordered);
    if (ordered) throw orderedNeedsLevels(name);
    return own === null ? input : copyOf(input, own);
  }
  if (isFactorInput(input)) {
    const column = factorFromInput(name, input, ordered);
    return levels === undefined ? column : relevel(name, column, levels, column.ordered);
  }
  throw new DrmError(
    "bad_data",
    `column '${name}' is ${describe(input)}; wanted an array with one cell a row`,
  );
}

const fresh: Doubles = (length) => new Float64Array(length);

function copyOfNumbers(numbers: TypedNumbers, doubles: Doubles): Float64Array {
  const copy = doubles(numbers.length);
  copy.set(numbers);
  return copy;
}

/** A column that shares nothing with the one given that could be written to. */
export function copyOf(column: Column, own: Doubles): Column {
  if (column.kind === "factor") {
    const { codes, levels, ordered } = column;
    const kept = Object.isFrozen(levels) ? levels : [...levels];
    return { kind: "factor", codes: codes.slice(), levels: kept, ordered };
  }
  const { kind, values, written } = column;
  return {
    kind,
    values: copyOfNumbers(values, own),
    ...(written !== undefined && { written: copyOf(written, own) as FactorColumn }),
  };
}

/** How many rows a column has, or undefined when it is not a column at all. */
export function columnLength(input: unknown): number | undefined {
  if (Array.isArray(input)) return input.length;
  if (ArrayBuffer.isView(input)) return (input as Uint8Array).length;
  if (isNumberedText(input)) return input.codes.length;
  if (isNumericColumn(input)) return input.values.length;
  if (isFactorInput(input)) return "codes" in input ? input.codes.length : input.values.length;
  return undefined;
}

function columnFromCells(
  name: string,
  cells: readonly unknown[],
  ordered: boolean,
  doubles: Doubles,
): Column {
  let first = 0;
  while (first < cells.length && isMissing(cells[first])) first++;
  const type = typeof cells[first];
  if (type === "string") {
    const column = factorFromText(cells as readonly string[], ordered);
    // only a cell that became missing can be of another type, so a column without missing cells needs no second look
    if (column.codes.includes(-1)) rejectMixed(name, cells, first);
    return column;
  }
  if (ordered) throw orderedNeedsLevels(name);
  if (type === "boolean") return { kind: "logical", values: numbersFrom(name, cells, first, type, doubles) };
  if (type === "number" || first === cells.length) {
    return { kind: "numeric", values: numbersFrom(name, cells, first, "number", doubles) };
  }
  throw oddCell(name, cells[first], first);
}

function numbersFrom(
  name: string,
  cells: readonly unknown[],
  first: number,
  type: "number" | "boolean",
  doubles: Doubles,
): Float64Array {
  const values = doubles(cells.length);
  for (let i = 0; i < values.length; i++) {
    const cell = cells[i];
    if (typeof cell === type) values[i] = cell as number;
    else if (isMissing(cell)) values[i] = Number.NaN;
    else throw mixedCell(name, cells, first, i);
  }
  return values;
}

function rejectMixed(name: string, cells: readonly unknown[], first: number): void {
  for (let i = first + 1; i < cells.length; i++) {
    if (typeof cells[i] !== "string" && !isMissing(cells[i])) throw mixedCell(name, cells, first, i);
  }
}

function rejectOddCells(name: string, cells: readonly unknown[]): void {
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    if (typeof cell === "object" ? cell !== null : typeof cell === "function" || typeof cell === "symbol") {
      throw oddCell(name, cell, i);
    }
  }
}

function factorFromInput(name: string, input: FactorInput, ordered: boolean): FactorColumn {
  const isOrdered = ordered || input.ordered === true;
  if ("values" in input) {
    rejectOddCells(name, input.values);
    return factorFromCells(name, input.values, input.levels, isOrdered);
  }
  const { levels } = levelIndex(name, input.levels);
  const codes = Int32Array.from(input.codes);
  for (let i = 0; i < codes.length; i++) {
    const code = input.codes[i]!;
    if (codes[i] !== code || code < -1 || code >= levels.length) {
      throw new DrmError(
        "bad_factor",
        `factor '${name}', row ${i + 1}: code ${code}; wanted -1 (missing) or 0 to ${levels.length - 1}`,
      );
    }
  }
  return { kind: "factor", codes, levels, ordered: isOrdered };
}

function isFactorInput(input: unknown): input is FactorInput {
  if (typeof input !== "object" || input === null) return false;
  const { levels, codes, values } = input as Record<string, unknown>;
  return Array.isArray(levels) && (Array.isArray(values) || Array.isArray(codes) || isTypedNumbers(codes));
}

function isNumericColumn(input: unknown): input is NumericColumn {
  if (typeof input !== "object" || input === null) return false;
  const { kind, values, written } = input as Record<string, unknown>;
  if ((kind !== "numeric" && kind !== "logical") || !(values instanceof Float64Array)) return false;
  if (written === undefined) return true;
  const { codes } = (written ?? {}) as Record<string, unknown>;
  return isFactorInput(written) && codes instanceof Int32Array && codes.length === values.length;
}

function isNumberedText(input: unknown): input is NumberedText {
  if (typeof input !== "object" || input === null) return false;
  const { texts, codes } = input as Record<string, unknown>;
  return Array.isArray(texts) && (Array.isArray(codes) || isTypedNumbers(codes));
}

function isTypedNumbers(input: unknown): input is TypedNumbers {
  return (
    ArrayBuffer.isView(input) &&
    !(input instanceof DataView || input instanceof BigInt64Array || input instanceof BigUint64Array)
  );
}

function isMissing(cell: unknown): boolean {
  return cell === null || cell === undefined || Number.isNaN(cell);
}

function describe(cell: unknown): string {
  if (typeof cell === "string") return `text ('${cell}')`;
  if (typeof cell === "number" || typeof cell === "boolean") return `${article(typeof cell)} (${cell})`;
  if (typeof cell === "bigint") return `a BigInt (${cell})`;
  if (cell instanceof Date) return "a Date";
  return cell === null || cell === undefined
    ? `${cell}`
    : article(Array.isArray(cell) ? "array" : typeof cell);
}

function mixedCell(name: string, cells: readonly unknown[], first: number, odd: number): DrmError {
  return new DrmError(
    "bad_data",
    `column '${name}', row ${odd + 1} is ${describe(cells[odd])} but row ${first + 1} is ${describe(cells[first])}; ` +
      "wanted one type of cell: use null for a missing one, or give the levels of a factor in 'factors'",
  );
}

function oddCell(name: string, cell: unknown, row: number): DrmError {
  return new DrmError(
    "bad_data",
    `column '${name}', row ${row + 1} is ${describe(cell)}; wanted numbers, booleans or text` +
      `${typeof cell === "bigint" ? ": convert it with Number()" : ""}`,
  );
}

function bigIntegers(name: string): DrmError {
  return new DrmError(
    "bad_data",
    `column '${name}' holds BigInt values; wanted numbers: convert it with Float64Array.from(x, Number)`,
  );
}

function orderedNeedsLevels(name: string): DrmError {
  return new DrmError(
    "bad_factor",
    `column '${name}' is to be ordered but is not text; give its levels in 'factors'`,
  );
}
