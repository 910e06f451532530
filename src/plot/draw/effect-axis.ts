import { axisX, axisY, frame, type Markish } from "@observablehq/plot";
import { decimals, short } from "./numbers";
import { COLORS, FONT } from "./theme";

export interface Axis {
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
}

/** Round numbers: 1, 2 or 5 times a power of ten apart. */
export function linearAxis([low, high]: readonly [number, number], count: number): Axis {
  const rough = (high - low) / Math.max(count, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough * 0.999) ?? 10);
  const ticks: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) ticks.push(i * step);
  // one number is no scale
  if (ticks.length < 2 && count < 10) return linearAxis([low, high], count + 1);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  // beyond that decimals are no longer read
  const format =
    digits > 5 || step >= 1e6
      ? (x: number) => x.toExponential(0).replaceAll("-", "−")
      : (x: number) => decimals(x, digits);
  return { ticks, format };
}

/** The domain is of logs: ticks at round ratios, the fewest mantissas that give enough of them. */
export function ratioAxis([low, high]: readonly [number, number], count: number): Axis {
  let best: number[] = [];
  for (const mantissas of [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 5, 7]]) {
    const ticks: number[] = [];
    for (let k = Math.floor(low / Math.LN10) - 1; k <= Math.ceil(high / Math.LN10); k++) {
      for (const mantissa of mantissas) ticks.push(mantissa * 10 ** k);
    }
    const inside = ticks.filter((ratio) => Math.log(ratio) >= low && Math.log(ratio) <= high);
    if (inside.length > count && best.length >= 3) break;
    best = inside;
    if (best.length >= count - 1) break;
  }
  // a narrow range holds too few round ratios
  if (best.length < 3) best = [...linearAxis([Math.exp(low), Math.exp(high)], count).ticks];
  const format = (value: number) => `${Number(Math.exp(value).toPrecision(3))}`;
  return { ticks: best.filter((ratio) => ratio > 0).map(Math.log), format };
}

/** The closest two round ticks, as a share of the distance that `count` of them would have. */
const CLOSEST = 0.7;
/** With this share of them, and three, finer ones would be less round than useful. */
const ENOUGH = 0.6;

/**
 * Ticks at round numbers of the scale that `of`, which never falls, takes effects to: the roundest first, finer ones where there is room
 * between them, so that an axis of logits has 0.2, 0.5 and 0.8 in its middle, and 0.05 and 0.95 at its ends.
 */
export function transformedAxis(
  [low, high]: readonly [number, number],
  count: number,
  of: (effect: number) => number,
): Axis {
  const [from, to] = [of(low), of(high)];
  if (!(to > from)) return { ticks: [], format: String };
  const room = (CLOSEST * (high - low)) / Math.max(count, 1);
  const values = new Map<number, number>();
  const power = 10 ** Math.ceil(Math.log10(to - from));
  for (const step of [1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001]) {
    const apart = step * power;
    for (let i = Math.ceil(from / apart); i * apart <= to; i++) {
      const effect = effectOf(i * apart, low, high, of);
      const isFree = (at: number) => [...values.keys()].every((other) => Math.abs(other - at) >= room);
      if (effect !== null && isFree(effect)) values.set(effect, i * apart);
    }
    if (values.size >= Math.max(3, ENOUGH * count)) break;
  }
  return {
    ticks: [...values.keys()].sort((a, b) => a - b),
    format: (effect) => short(values.get(effect) ?? of(effect), 3),
  };
}

/** The effect that is taken to a value, by halving; null where `of` is flat and many are. */
function effectOf(value: number, low: number, high: number, of: (effect: number) => number): number | null {
  let [below, above] = [low, high];
  for (let i = 0; i < 60; i++) {
    const middle = (below + above) / 2;
    if (of(middle) < value) below = middle;
    else above = middle;
  }
  const reach = 1e-6 * (high - low);
  return of(below - reach) < value && of(above + reach) > value ? above : null;
}

/** A horizontal axis with its label below, in the style of all plots. */
export function bottomAxis(axis: Axis, label: string): Markish[] {
  return [
    frame({ anchor: "bottom", stroke: COLORS.rule }),
    axisX([...axis.ticks], {
      tickFormat: axis.format,
      label,
      labelAnchor: "center",
      labelArrow: "none",
      labelOffset: 34,
      fontSize: FONT.small,
      tickSize: 4,
    }),
  ];
}

/** A vertical axis with its label along it. */
export function leftAxis(axis: Axis, label: string, offset: number): Markish[] {
  return [
    frame({ anchor: "left", stroke: COLORS.rule }),
    axisY([...axis.ticks], {
      tickFormat: axis.format,
      label,
      labelAnchor: "center",
      labelArrow: "none",
      labelOffset: offset,
      fontSize: FONT.small,
      tickSize: 4,
    }),
  ];
}
