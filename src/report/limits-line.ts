import type { LimitsMethod } from "../inference/scale-limits";
import { formatSignificant } from "./format";

/** "95 % limits by profile likelihood": what a line of limits of SDs and variances begins with. */
export function limitsTitle(level: number, confint: LimitsMethod): string {
  const percent = Number((100 * level).toPrecision(4));
  return `${percent} % limits by ${confint === "wald" ? "Wald's method, transformed" : howWords(confint)}`;
}

/** How limits of SDs were found, in words. */
export function howWords(method: LimitsMethod): string {
  if (method === "Q-profile") return "Q-profile";
  return method === "profile" ? "profile likelihood" : "Wald";
}

/** "0.1153 to 0.9647"; a limit at the boundary is "0". */
export function limitRange(lower: number, upper: number): string {
  const text = (value: number) => (value === 0 ? "0" : formatSignificant(value));
  return `${text(lower)} to ${text(upper)}`;
}
