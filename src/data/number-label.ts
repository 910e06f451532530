/**
 * How a number reads as a level: 15 significant digits, as in R, so that 0.1 + 0.2 is level "0.3". A whole number has no noise of
 * arithmetic to lose, and may be an identifier of more digits.
 */
export function numberLabel(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(15)));
}
