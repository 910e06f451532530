import { largest } from "../../data/range";

/** Radius in px by sampling variance: the area of a bubble follows the precision 1 / v. `variances` are all that are drawn. */
export function bubbleRadius(variances: readonly number[]): (variance: number) => number {
  const precise = largest(variances.map((v) => 1 / v).filter(Number.isFinite), 0);
  const crowded = variances.length > 300 ? 0.6 : 1;
  return (variance) => {
    if (precise === 0) return 4 * crowded;
    return crowded * Math.max(1.5, 9 * Math.sqrt(variance === 0 ? 1 : 1 / variance / precise));
  };
}
