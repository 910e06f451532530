import { axisX, axisY, frame, type Markish } from "@observablehq/plot";
import { DrmError } from "../../index";
import { decimals } from "./numbers";
import { COLORS, FONT } from "./theme";

/** "exp": effects on a log scale (log risk ratios, log response ratios) are labelled as ratios. */
export type Transform = "none" | "exp";

export interface Axis {
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
}

/** Throws DrmError("bad_option") for an unknown transform. */
export function checkTransform(transform: string): asserts transform is Transform {
  if (transform !== "none" && transform !== "exp") {
    throw new DrmError("bad_option", `transform '${transform}': it is "none" or "exp"`);
  }
}

/** How a number of the effect's scale is shown. */
export function shown(transform: Transform): (value: number) => number {
  return transform === "exp" ? Math.exp : (value) => value;
}

/** Ticks of an axis of effects, about `count` of them, within the domain. */
export function effectAxis(domain: readonly [number, number], transform: Transform, count: number): Axis {
  return transform === "exp" ? ratioAxis(domain, count) : linearAxis(domain, count);
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
function ratioAxis([low, high]: readonly [number, number], count: number): Axis {
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
