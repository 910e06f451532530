import { parseDecimal } from "./decimal";
import { numberIn } from "./number-text";

/** Cells that stand for missing values in any column, and those that the user declares. */
export interface MissingCodes {
  /** cells as they are written, trimmed */
  readonly texts: ReadonlySet<string>;
  /** the declared ones that are numbers: -999 is -999.0 too */
  readonly numbers: ReadonlySet<number>;
  /** characters of the longest of the texts: most cells have more, and need not be looked up */
  readonly longest: number;
}

const ALWAYS = ["", "NA", "NaN"];
export const PLAIN_CODES = missingCodes([]);

/** The codes of a file for which `na` are declared beside empty cells, NA and NaN. */
export function missingCodes(na: readonly string[] = []): MissingCodes {
  const texts = [...ALWAYS, ...na.map((code) => code.trim())];
  const numbers = texts.map((code) => numberIn(".", code)).filter((code) => code !== undefined);
  return {
    texts: new Set(texts),
    numbers: new Set(numbers),
    longest: texts.reduce((longest, { length }) => Math.max(longest, length), 0),
  };
}

/** Whether a cell, trimmed, is one of the texts that stand for a missing value in any column. */
export function isMissing(cell: string, { texts, longest }: MissingCodes): boolean {
  return cell.length <= longest && texts.has(cell);
}

/** What SAS, spreadsheets and authors write among numbers for one that is missing: it can be nothing else there. */
const AMONG_NUMBERS = /^(?:\.|[-\u2010-\u2015\u2212]{1,3}|#N\/A|n\/a|n\.a\.|na|NR|#NV|NULL)$/i;

export function isCodeAmongNumbers(cell: string): boolean {
  // most cells are longer
  return cell.length <= 4 && AMONG_NUMBERS.test(cell);
}

export function isTrue(cell: string): boolean {
  return cell === "TRUE" || cell === "true";
}

export function isFalse(cell: string): boolean {
  return cell === "FALSE" || cell === "false";
}

const NUMBER = String.raw`[+\-\u2212\u2013]?(?:\d[\d.,]*|[.,]\d+)(?:e[+-]?\d+)?`;
const MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*";

/** What holds a number without being one: `always` tells whether it does so wherever it stands, or only among numbers. */
const KINDS: readonly { readonly pattern: RegExp; readonly words: string; readonly always: boolean }[] = [
  {
    pattern: new RegExp(
      String.raw`^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})|\d{1,2}[- ]${MONTH}(?:[- ]\d{2,4})?|${MONTH}[- ]\d{1,4})(?:[T ]\d{1,2}:.*)?$`,
      "i",
    ),
    words: "a date",
    always: true,
  },
  { pattern: new RegExp(`^[<>~]?${NUMBER} ?[%\u2030]$`, "i"), words: "a percentage", always: true },
  {
    pattern: new RegExp(
      String.raw`^(?:[+-]?(?:\p{Sc}|USD|EUR|GBP|CHF) ?${NUMBER}|${NUMBER} ?(?:\p{Sc}|USD|EUR|GBP|CHF))$`,
      "iu",
    ),
    words: "an amount of money",
    always: true,
  },
  {
    pattern: new RegExp(`^(?:(?:[<>\u2264\u2265]|<=|>=) ?${NUMBER}|${NUMBER} ?\\+)$`, "i"),
    words: "a limit",
    always: true,
  },
  {
    pattern: new RegExp(`^(?:[~\u2248\u00b1]|ca\\.?|approx\\.?) ?${NUMBER}$`, "i"),
    words: "an approximate number",
    always: true,
  },
  {
    pattern: new RegExp(`^${NUMBER} ?(?:-|\u2013|\u2014|to|\\.\\.) ?${NUMBER}$`, "i"),
    words: "a range",
    always: true,
  },
  {
    pattern: new RegExp(`^${NUMBER} ?(?:\u00b1|\\+/-|\\() ?${NUMBER}\\)?$`, "i"),
    words: "two numbers",
    always: true,
  },
  {
    pattern: new RegExp(
      `^${NUMBER} ?(?:[*\u2020\u2021\u00a7\u00b6#\u00b9\u00b2\u00b3]+|[[(][a-z0-9]{1,2}[\\])])$`,
      "i",
    ),
    words: "a number with a footnote mark",
    always: true,
  },
  { pattern: new RegExp(`^${NUMBER}[a-z]$`, "i"), words: "a number with a footnote mark", always: false },
  { pattern: new RegExp(`^${NUMBER} ?[a-z\u00b5/]+$`, "i"), words: "a number with a unit", always: false },
];

/** What a text that is no number is, where it holds one; null where it does not. */
export function numberLike(cell: string): { readonly words: string; readonly always: boolean } | null {
  if (!/\d/.test(cell) || cell.length > 40 || parseDecimal(cell) !== undefined) return null;
  return KINDS.find(({ pattern }) => pattern.test(cell)) ?? null;
}
