/**
 * Numbers as text, the way R's users are used to reading them. NaN is "-" everywhere: a number that does not exist.
 */

export { count } from "../words";

export const NOT_AVAILABLE = "-";

/**
 * A column of numbers with common decimals: as many as the entry that needs most for `digits` significant ones, or
 * scientific when that is narrower (the rule of R's format()).
 */
export function formatColumn(values: readonly number[], digits = 7): string[] {
  let decimals = 0;
  let integerWidth = 1;
  let significant = 1;
  let exponentWidth = 2;
  let signWidth = 0;
  for (const value of values) {
    if (!Number.isFinite(value) || value === 0) continue;
    const [mantissa, exponentText] = Math.abs(value)
      .toExponential(digits - 1)
      .split("e");
    const exponent = Number(exponentText);
    const needed = mantissa.replace(".", "").replace(/0+$/, "").length;
    const sign = value < 0 ? 1 : 0;
    signWidth = Math.max(signWidth, sign);
    significant = Math.max(significant, needed);
    decimals = Math.max(decimals, needed - 1 - exponent);
    integerWidth = Math.max(integerWidth, sign + Math.max(exponent, 0) + 1);
    if (Math.abs(exponent) >= 100) exponentWidth = 3;
  }
  const fixedWidth = integerWidth + (decimals > 0 ? decimals + 1 : 0);
  const scientificWidth = signWidth + significant + (significant > 1 ? 1 : 0) + 2 + exponentWidth;
  const fixed = fixedWidth <= scientificWidth;
  return values.map((value) => {
    if (!Number.isFinite(value)) return notFinite(value);
    return fixed ? value.toFixed(decimals) : scientific(value, significant);
  });
}

/** A fixed number of decimals. */
export function formatFixed(value: number, decimals: number): string {
  return Number.isFinite(value) ? value.toFixed(decimals) : notFinite(value);
}

/** Significant digits with trailing zeros kept, C's %#.4g: 0.1380, 12.50, 1.000e-09. */
export function formatSignificant(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const exponent =
    value === 0
      ? 0
      : Number(
          Math.abs(value)
            .toExponential(digits - 1)
            .split("e")[1],
        );
  if (exponent < -4 || exponent >= digits) return scientific(value, digits);
  return value.toFixed(digits - 1 - exponent);
}

/** Four decimals; three significant digits below 1e-4; "<1e-16" below that, where a p-value only says "tiny". */
export function formatPValue(p: number): string {
  if (!Number.isFinite(p)) return notFinite(p);
  if (p < 1e-16) return "<1e-16";
  return p < 1e-4 ? scientific(p, 3) : p.toFixed(4);
}

/** "p = 0.0123", "p < 1e-16". */
export function pText(p: number): string {
  const text = formatPValue(p);
  return text.startsWith("<") ? `p < ${text.slice(1)}` : `p = ${text}`;
}

/** "2.5 %" and "97.5 %" for 0.95. */
export function limitLabels(level: number): readonly [string, string] {
  const percent = (fraction: number) => `${Number((100 * fraction).toPrecision(4))} %`;
  return [percent((1 - level) / 2), percent((1 + level) / 2)];
}

function scientific(value: number, digits: number): string {
  // R and C write at least two digits of exponent
  return value.toExponential(digits - 1).replace(/e([+-])(\d)$/, "e$10$2");
}

function notFinite(value: number): string {
  if (Number.isNaN(value)) return NOT_AVAILABLE;
  return value > 0 ? "Inf" : "-Inf";
}
