/** Positive nodes and weights of Gauss-Legendre on [-1, 1], 10 points (Abramowitz & Stegun, table 25.4); the others mirror them. */
export const GAUSS_POSITIVE: readonly (readonly [number, number])[] = [
  [0.14887433898163122, 0.2955242247147529],
  [0.4333953941292472, 0.26926671930999635],
  [0.6794095682990244, 0.21908636251598204],
  [0.8650633666889845, 0.14945134915058059],
  [0.9739065285171717, 0.06667134430868814],
];

/**
 * The integral of a smooth function: halves of the interval are taken until Gauss-Legendre of 10 points and of two times 10
 * agree to 1e-15, which is about the absolute error of integrands of the size of 1.
 */
export function integral(f: (x: number) => number, from: number, to: number): number {
  return adaptive(f, from, to, gauss(f, from, to), 40);
}

function adaptive(f: (x: number) => number, from: number, to: number, whole: number, depth: number): number {
  const middle = (from + to) / 2;
  const left = gauss(f, from, middle);
  const right = gauss(f, middle, to);
  if (Math.abs(left + right - whole) <= 1e-15 || depth === 0) return left + right;
  return adaptive(f, from, middle, left, depth - 1) + adaptive(f, middle, to, right, depth - 1);
}

function gauss(f: (x: number) => number, from: number, to: number): number {
  const middle = (from + to) / 2;
  const half = (to - from) / 2;
  let sum = 0;
  for (const [node, weight] of GAUSS_POSITIVE)
    sum += weight * (f(middle - half * node) + f(middle + half * node));
  return sum * half;
}
