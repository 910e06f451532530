/** One outcome's effect sizes as the data checks see them: complete rows only. */
export interface EffectSizes {
  /** name of the effect column and of the variance column */
  readonly effect: string;
  readonly variance: string;
  /** whether `variance` is a column's name, and not an expression */
  readonly named: boolean;
  readonly y: readonly number[];
  readonly v: readonly number[];
  /** the data row of each, counted from 1 */
  readonly rows: readonly number[];
  /** label of each one's study, or null when it is not known */
  readonly study: readonly string[] | null;
  /** sample size of each, NaN where it is missing; or null */
  readonly n: readonly number[] | null;
}

export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : 0.5 * (sorted[middle - 1] + sorted[middle]);
}

const MOST_NAMED = 8;

/** "row 3", "rows 3, 5 and 9", "rows 1, 2, ... (40 in all)". */
export function rowsText(rows: readonly number[]): string {
  if (rows.length === 1) return `row ${rows[0]}`;
  if (rows.length > MOST_NAMED) {
    return `rows ${rows.slice(0, MOST_NAMED).join(", ")}, ... (${rows.length} in all)`;
  }
  return `rows ${rows.slice(0, -1).join(", ")} and ${rows[rows.length - 1]}`;
}

/** Cochran's Q about the weighted mean, and the moment estimate of tau^2 (DerSimonian and Laird 1986). */
export function cochran({ y, v }: Pick<EffectSizes, "y" | "v">): { q: number; tau2: number } {
  let w1 = 0;
  let w2 = 0;
  let wy = 0;
  for (let i = 0; i < y.length; i++) {
    w1 += 1 / v[i];
    w2 += 1 / v[i] ** 2;
    wy += y[i] / v[i];
  }
  const mean = wy / w1;
  const q = y.reduce((sum, value, i) => sum + (value - mean) ** 2 / v[i], 0);
  return { q, tau2: Math.max(0, (q - (y.length - 1)) / (w1 - w2 / w1)) };
}
