/** Numbers as a results section has them: rounded to what their interval can tell. */

/** Three significant digits. */
function decimalsOf(value: number): number {
  const size = Math.abs(value);
  if (!(size > 0) || !Number.isFinite(size)) return 0;
  return Math.min(8, Math.max(0, 2 - Math.floor(Math.log10(size))));
}

/** Two significant digits of the half-width, and two decimals unless it is large. */
function decimalsWithin(half: number): number {
  if (!(half > 0) || !Number.isFinite(half)) return 2;
  return Math.min(8, Math.max(half < 10 ? 2 : half < 100 ? 1 : 0, 1 - Math.floor(Math.log10(half))));
}

/** A number on its own: 0.138, 12.3, 1234; a minus sign only where a digit follows. */
export function number(value: number, decimals = decimalsOf(value)): string {
  if (Number.isNaN(value)) return "not available";
  if (!Number.isFinite(value)) return value > 0 ? "infinite" : "minus infinity";
  if (value !== 0 && Math.abs(value) < 1e-6) return value.toExponential(2);
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace("-", "") : text;
}

/** An estimate with its limits; how they were found is said of SDs. */
export interface Interval {
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
  readonly how?: string;
}

/** "0.262 (95% CI 0.106 to 0.418, z = 3.30, p < 0.001)", or without limits the number and its test. */
export function estimateText(
  { estimate, lower, upper, how }: Interval,
  level: number,
  test: readonly string[] = [],
): string {
  const known = !Number.isNaN(lower) && !Number.isNaN(upper);
  const isOpen = upper === Number.POSITIVE_INFINITY;
  const within = known && !isOpen ? shared(lower, upper, estimate) : decimalsOf(estimate);
  // an interval that is long on one side does not say how far its estimate can be told
  const decimals = how === undefined ? within : Math.max(within, decimalsOf(estimate));
  // a limit at the boundary is exactly 0
  const low = lower === 0 ? "0" : number(lower, decimals);
  const range = isOpen ? `from ${low}, without an upper limit` : `${low} to ${number(upper, decimals)}`;
  const interval = known ? [`${percentText(level)} CI ${range}`, ...(how === undefined ? [] : [how])] : [];
  const inside = [...interval, ...test].join(", ");
  return inside === "" ? number(estimate, decimals) : `${number(estimate, decimals)} (${inside})`;
}

/** "-1.76 to 0.38". */
export function rangeText(lower: number, upper: number): string {
  // an end that is rounding beside the other
  const [low, high] = [beside(lower, upper), beside(upper, lower)];
  const decimals = shared(low, high);
  return `${number(low, decimals)} to ${number(high, decimals)}`;
}

function beside(value: number, other: number): number {
  return Math.abs(value) < 1e-13 * Math.abs(other) ? 0 : value;
}

/** Decimals with which nothing that is not zero reads as zero. */
function shared(lower: number, upper: number, estimate = lower): number {
  let decimals = decimalsWithin((upper - lower) / 2);
  const vanishes = (value: number) => value !== 0 && Number(value.toFixed(decimals)) === 0;
  while (decimals < 8 && [estimate, lower, upper].some(vanishes)) decimals++;
  return decimals;
}

/** "p = 0.004", "p < 0.001". */
export function pWords(p: number): string {
  return p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`;
}

/** "95%", "99.9%". */
export function percentText(level: number): string {
  return `${Number((100 * level).toPrecision(4))}%`;
}

/** "a", "a and b", "a, b and c". */
export function list(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** Least and largest, of any number of values. */
export function extremes(values: Float64Array): [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return [least, most];
}
