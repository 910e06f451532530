import { randomStream } from "../stats/random";

/** How many distinct orders codes of these multiplicities have: n! / (n1! n2! ...); Infinity beyond all doubles. */
export function countOrders(codes: ArrayLike<number>): number {
  const counts = new Map<number, number>();
  let orders = 1;
  for (let i = 0; i < codes.length; i++) {
    const own = (counts.get(codes[i]!) ?? 0) + 1;
    counts.set(codes[i]!, own);
    orders = (orders * (i + 1)) / own;
  }
  return Math.round(orders);
}

/** All distinct orders of the codes, in lexicographic order (Knuth, The Art of Computer Programming 4A, algorithm L). */
export function* allOrders(codes: ArrayLike<number>): Generator<Int32Array> {
  const a = Int32Array.from(codes).sort();
  for (;;) {
    yield a;
    let j = a.length - 2;
    while (j >= 0 && a[j]! >= a[j + 1]!) j--;
    if (j < 0) return;
    let l = a.length - 1;
    while (a[j]! >= a[l]!) l--;
    [a[j], a[l]] = [a[l]!, a[j]!];
    a.subarray(j + 1).reverse();
  }
}

/** The codes as they are, and random orders of them, `count` in all. */
export function* someOrders(codes: ArrayLike<number>, count: number, seed: number): Generator<Int32Array> {
  const a = Int32Array.from(codes);
  const random = randomStream(seed);
  for (let k = 0; k < count; k++) {
    yield a;
    for (let i = a.length - 1; i > 0; i--) {
      const j = Math.floor(random.uniform() * (i + 1));
      [a[i], a[j]] = [a[j]!, a[i]!];
    }
  }
}

/** All 2^n signs of n units, +1 for all first. */
export function* allSigns(n: number): Generator<Int32Array> {
  const signs = new Int32Array(n);
  for (let k = 0; k < 2 ** n; k++) {
    for (let i = 0; i < n; i++) signs[i] = Math.floor(k / 2 ** i) % 2 === 0 ? 1 : -1;
    yield signs;
  }
}

/** +1 for all, and random signs, `count` in all. */
export function* someSigns(n: number, count: number, seed: number): Generator<Int32Array> {
  const signs = new Int32Array(n).fill(1);
  const random = randomStream(seed);
  for (let k = 0; k < count; k++) {
    yield signs;
    for (let i = 0; i < n; i++) signs[i] = random.uniform() < 0.5 ? -1 : 1;
  }
}
