import { expect } from "vitest";

/** Entry by entry, relative to max(1, the largest wanted). */
export function expectClose(
  seen: ArrayLike<number>,
  wanted: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  const scale = Math.max(1, ...Array.from(wanted, Math.abs));
  expect(seen.length, what).toBe(wanted.length);
  for (let i = 0; i < wanted.length; i++) {
    const error = Math.abs(seen[i]! - wanted[i]!) / scale;
    if (!(error <= tolerance))
      expect.fail(`${what}[${i}]: ${seen[i]}, wanted ${wanted[i]} (error ${error.toExponential(1)})`);
  }
}

/** d f / d x_k by central differences of fourth order. */
export function slopes(
  f: (x: Float64Array) => ArrayLike<number>,
  x: ArrayLike<number>,
  h: number,
): number[][] {
  return Array.from(x, (_, k) => {
    const at = (step: number): number[] => {
      const moved = Float64Array.from(x);
      moved[k]! += step * h;
      return Array.from(f(moved));
    };
    const [a, b, c, d] = [at(-2), at(-1), at(1), at(2)];
    return a.map((_, i) => (a[i]! - 8 * b[i]! + 8 * c[i]! - d[i]!) / (12 * h));
  });
}
