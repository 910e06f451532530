import { COMMA, parseDecimal, shortDecimal } from "./decimal";

/** What stands before the decimals of a number: 0.5 or 0,5. */
export type Decimal = "." | ",";

/** What a text is as a number with decimal points, and with decimal commas; undefined where it is none. */
export interface Readings {
  readonly point: number | undefined;
  readonly comma: number | undefined;
}

/** Hyphens, dashes and minus signs that are not the keyboard's. */
const MINUS = /[\u2010-\u2014\u2212\ufe63\uff0d]/g;
/** Thousands set apart by the other sign, by blanks (plain, no-break, thin, narrow, figure) or, in Switzerland, by apostrophes. */
const THOUSANDS: Readonly<Record<Decimal, RegExp>> = {
  ".": /^[1-9]\d{0,2}(?:(?:,\d{3})+|(?:[ \u00a0\u2009\u202f\u2007]\d{3})+|(?:['\u2019]\d{3})+)$/,
  ",": /^[1-9]\d{0,2}(?:(?:\.\d{3})+|(?:[ \u00a0\u2009\u202f\u2007]\d{3})+|(?:['\u2019]\d{3})+)$/,
};
/** Sign, whole part, decimals, exponent. */
const PARTS: Readonly<Record<Decimal, RegExp>> = {
  ".": /^([+-]?)([^.+-]*?)(?:\.(\d*))?(e[+-]?\d+)?$/i,
  ",": /^([+-]?)([^,+-]*?)(?:,(\d*))?(e[+-]?\d+)?$/i,
};

/** Both readings of a text: `1,234` is 1234 or 1.234, `0,5` only 0.5 and `1,234,567` only 1234567. */
export function readings(text: string): Readings {
  const point = numberIn(".", text);
  return { point, comma: point !== undefined && /^-?\d+$/.test(text) ? point : numberIn(",", text) };
}

/** A number with that decimal sign, any minus sign, and its thousands set apart or not. Undefined for anything else. */
export function numberIn(decimal: Decimal, text: string): number | undefined {
  // most are plain: what follows takes ten times as long
  const plain = plainIn(decimal, text);
  if (plain !== undefined) return plain;
  const signed = text.replace(MINUS, "-");
  if (signed !== text) return numberIn(decimal, signed);
  const parts = PARTS[decimal].exec(signed);
  if (parts === null) return undefined;
  const [, sign, whole = "", decimals = "", exponent = ""] = parts;
  if (/^\d*$/.test(whole)) {
    return whole === "" && decimals === "" ? undefined : Number(`${sign}${whole}.${decimals}0${exponent}`);
  }
  // a reader's thousands and a machine's power of ten are not in one number
  if (exponent !== "" || !THOUSANDS[decimal].test(whole)) return undefined;
  return Number(`${sign}${whole.replace(/\D/g, "")}.${decimals}0`);
}

/** A number without thousands, its minus sign the keyboard's. */
function plainIn(decimal: Decimal, text: string): number | undefined {
  if (decimal === ".") return parseDecimal(text);
  const short = shortDecimal(text, COMMA);
  if (!Number.isNaN(short)) return short;
  return text.includes(".") ? undefined : parseDecimal(text.replace(",", "."));
}
