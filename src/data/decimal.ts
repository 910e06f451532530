/**
 * A decimal number as people and programs write it: `12`, `-.5`, `+2`, `1e-3`, `Inf`. Undefined for anything else;
 * JavaScript's own conversion would also take hexadecimal numbers and empty text.
 */
export function parseDecimal(text: string): number | undefined {
  const short = shortDecimal(text, POINT);
  if (!Number.isNaN(short)) return short;
  const value = Number(text);
  if (!Number.isNaN(value)) {
    if (text === "" || isRadixPrefix(text) || text.trim() !== text) return undefined;
    return value;
  }
  return /^[+-]?inf(inity)?$/i.test(text) ? (text[0] === "-" ? -Infinity : Infinity) : undefined;
}

export const POINT = 46;
export const COMMA = 44;
/** Digits of which every whole number is exact. */
const EXACT_DIGITS = 15;
const POWERS = Array.from({ length: EXACT_DIGITS + 1 }, (_, k) => 10 ** k);

/**
 * A number of up to 15 digits whose decimals follow the character `sign`: most numbers are, and this takes a third of the time of
 * Number(). Both the whole number and the power of ten that divides it are exact, so that the quotient is the double next to the
 * decimal number, as Number() has it (Clinger 1990). NaN for everything else.
 */
export function shortDecimal(text: string, sign: number): number {
  const { length } = text;
  const first = text.charCodeAt(0);
  let at = first === 45 || first === 43 ? 1 : 0;
  if (length - at > EXACT_DIGITS + 1) return Number.NaN;
  let value = 0;
  let digits = 0;
  let point = -1;
  for (; at < length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit >= 0 && digit <= 9) {
      value = 10 * value + digit;
      digits++;
    } else if (digit === sign - 48 && point < 0) point = at;
    else return Number.NaN;
  }
  if (digits === 0 || digits > EXACT_DIGITS) return Number.NaN;
  if (point >= 0) value /= POWERS[length - 1 - point]!;
  return first === 45 ? -value : value;
}

/** 0x10, 0b1, 0o7: Number() takes them, and only unsigned. */
function isRadixPrefix(text: string): boolean {
  return text.length > 2 && text[0] === "0" && /[xob]/i.test(text[1]!);
}
