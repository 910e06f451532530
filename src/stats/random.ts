import { normalQuantile } from "./normal";

/** A stream of pseudo-random numbers. */
export interface RandomStream {
  /** uniform in (0, 1), never 0 or 1, 53 bits */
  uniform(): number;
  /** standard normal, by the inverse of its distribution function: one uniform each, monotone in it */
  normal(): number;
}

const MASK = (1n << 64n) - 1n;

/**
 * xoshiro256** (Blackman and Vigna 2021, ACM Transactions on Mathematical Software 47(4), 36; period 2^256 - 1), its
 * state filled by SplitMix64 (Steele, Lea and Flood 2014) from the seed and the number of the stream. Streams of one
 * seed are independent of each other, whichever is drawn first. 64-bit integers as BigInt: about a microsecond a number.
 *
 * @param seed, stream integers of up to 2^53 in size
 */
export function randomStream(seed: number, stream = 0): RandomStream {
  // the stream number goes through a round of its own, so that (seed, stream + 1) and (seed + 1, stream) differ
  let fill = splitMix(BigInt.asUintN(64, BigInt(seed))).value ^ BigInt.asUintN(64, BigInt(stream));
  const bits = xoshiro256(
    Array.from({ length: 4 }, () => {
      const { next, value } = splitMix(fill);
      fill = next;
      return value;
    }),
  );
  // the middle of one of 2^52 equal cells: half a cell away from 0 and from 1
  const uniform = () => (Number(bits() >> 12n) + 0.5) * 2 ** -52;
  return { uniform, normal: () => normalQuantile(uniform()) };
}

/** The 64-bit generator xoshiro256** from four words, not all zero; changes them. */
export function xoshiro256(s: bigint[]): () => bigint {
  return () => {
    const result = (rotateLeft((s[1]! * 5n) & MASK, 7n) * 9n) & MASK;
    const t = (s[1]! << 17n) & MASK;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = rotateLeft(s[3]!, 45n);
    return result;
  };
}

/** One step of SplitMix64: the next state and the number drawn. */
export function splitMix(state: bigint): { next: bigint; value: bigint } {
  const next = (state + 0x9e3779b97f4a7c15n) & MASK;
  let z = next;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
  return { next, value: z ^ (z >> 31n) };
}

function rotateLeft(x: bigint, by: bigint): bigint {
  return ((x << by) | (x >> (64n - by))) & MASK;
}
