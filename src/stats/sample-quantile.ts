/** A quantile of sorted numbers by linear interpolation of the order statistics (Hyndman and Fan 1996, type 7); NaN of none. */
export function sampleQuantile(sorted: Float64Array, p: number): number {
  if (sorted.length === 0) return Number.NaN;
  const h = (sorted.length - 1) * p;
  // R's fuzz: (n - 1) p that misses a whole number by rounding is that whole number
  const low = Math.floor(h + 4 * Number.EPSILON);
  const fraction = Math.abs(h - low) < 4 * Number.EPSILON ? 0 : h - low;
  const [a, b] = [sorted[low]!, sorted[Math.min(low + 1, sorted.length - 1)]!];
  return fraction === 0 ? a : a * (1 - fraction) + b * fraction;
}
