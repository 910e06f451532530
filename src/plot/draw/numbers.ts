/** Numbers as a reader of a picture sees them: a true minus sign, and "–" for what does not exist. */
export function decimals(value: number, digits = 2): string {
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const text = value.toFixed(digits);
  // no negative zero
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

/** "0.31 [−0.02, 0.64]" */
export function withInterval(estimate: number, lower: number, upper: number, digits = 2): string {
  if (Number.isNaN(lower) || Number.isNaN(upper)) return decimals(estimate, digits);
  return `${decimals(estimate, digits)} [${decimals(lower, digits)}, ${decimals(upper, digits)}]`;
}

/** Decimals that show about three significant digits of numbers of this size. */
export function digitsFor(size: number): number {
  if (!(size > 0) || !Number.isFinite(size)) return 2;
  return Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(size))));
}

/** "95%", "99.9%" */
export function percent(level: number): string {
  return `${Number((100 * level).toPrecision(4))}%`;
}

/** Significant digits, as few as say it: "−1.2", "0", "3". */
export function short(value: number, digits: number): string {
  return String(Number(value.toPrecision(digits))).replaceAll("-", "−");
}
