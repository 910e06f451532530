import { bivariateNormalDensity, excess } from "../stats/bivariate-normal";
import { normalDensity, normalProbability, normalQuantile } from "../stats/normal";
import type { Table2x2 } from "./measures/two-by-two";

/** Where the two normal variables were cut: h between the rows, k between the columns. */
function thresholds({ a, b, c, d }: Table2x2): { h: number; k: number; n: number } {
  const n = a + b + c + d;
  return { h: normalQuantile((a + b) / n), k: normalQuantile((a + c) / n), n };
}

/** Newton's steps on rho, whose derivative is the density phi2, held inside of the interval that halving leaves. */
export function tetrachoric(row: Table2x2): number {
  const { h, k, n } = thresholds(row);
  const { a, b, c, d } = row;
  if (!(Number.isFinite(h) && Number.isFinite(k))) return Number.NaN;
  // a / N - Phi(h) Phi(k) without cancellation
  const wanted = (a * d - b * c) / (n * n);
  if (b * c === 0) return a * d === 0 ? Number.NaN : 1;
  if (a * d === 0) return -1;
  let [low, high] = [-1, 1];
  let rho = Math.tanh(wanted / Math.max(normalDensity(h) * normalDensity(k), 1e-300));
  for (let i = 0; i < 200; i++) {
    if (!(rho > low && rho < high)) rho = (low + high) / 2;
    const miss = excess(h, k, rho) - wanted;
    if (miss > 0) high = rho;
    else low = rho;
    const step = miss / bivariateNormalDensity(h, k, rho);
    if (Math.abs(step) <= 1e-15 || high - low <= 1e-15) return rho;
    rho -= step;
  }
  return rho;
}

/**
 * The delta method with rho, h and k all estimated, as Pearson (1900) has it: an observation in cell a, b, c or d moves phi2 rho by
 * 1 - f - g, -f, -g or 0, with f = Phi((k - rho h) / s), g = Phi((h - rho k) / s), s = sqrt(1 - rho^2).
 */
export function tetrachoricVariance(row: Table2x2, rho: number): number {
  const { h, k, n } = thresholds(row);
  const s = Math.sqrt(1 - rho * rho);
  if (s === 0) return Number.NaN;
  const f = normalProbability((k - rho * h) / s);
  const g = normalProbability((h - rho * k) / s);
  const mean = (row.a * (1 - f - g) - row.b * f - row.c * g) / n;
  const square = (row.a * (1 - f - g) ** 2 + row.b * f * f + row.c * g * g) / n;
  return (square - mean * mean) / (n * bivariateNormalDensity(h, k, rho) ** 2);
}
