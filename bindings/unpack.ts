/*
 * The module travels packed by scripts/pack.mjs, a seventh shorter than deflated: bytes that stood before are copied (Ziv and Lempel
 * 1977), and every decision is a bit written by a binary range coder (Martin 1979) at the cost of how little it was expected. What is
 * expected of a bit is learned from the bits of its kind, on both sides alike:
 *
 *   a byte        0, eight bits that depend on the byte before
 *   a copy        1 0, its length - 1 and its distance
 *   one from as far back as one of the last four   1 1, which of them, and its length
 *
 * A number is the count of its bits and then these, the first few of them learned.
 */

/** Places of what is learned, by kind of bit. The first is of bits of which nothing is. */
export const Model = {
  Even: 0,
  /** by the kinds of the last three tokens */
  Token: 1,
  Again: 28,
  Which: 55,
  Length: 59,
  LengthAgain: 635,
  /** by length: 2, 3, 4 and more */
  Distance: 1211,
  /** by the byte before */
  Byte: 3515,
  Count: 69051,
} as const;

export const OF_NUMBER = 576;
/** Bits of a number that are learned: while what was read of it is below this. */
export const LEARNED = 32;
/*
 * Everything is a whole number below 2^30, which engines keep as such: chances are of 2^16, and the range that is left is at most 2^24 and
 * at least 2^16.
 */
export const EVEN = 2 ** 15;
/** No bit is ever taken for certain. */
const LEAST = 32;
/** A chance is the mean of what was seen, even chances at first, and in the end of the last hundred: shares of what is new, of 2^14. */
export const SHARES = Int32Array.from({ length: 101 }, (_, seen) => Math.round(2 ** 14 / (seen + 1.6)));

export function learned(chance: number, share: number, bit: number): number {
  const next = chance + ((((bit << 16) - chance) * share) >> 14);
  return Math.min(Math.max(next, LEAST), 2 ** 16 - LEAST);
}

/** The part of the range that a bit of 1 has. */
export function partOfOne(range: number, chance: number): number {
  return ((range >> 8) * (chance >> 2)) >> 6;
}

/** Kinds of the last three tokens, as one number. */
export function afterToken(kinds: number, kind: 0 | 1 | 2): number {
  return (3 * kinds + kind) % 27;
}

/** @param size of what was packed */
export function unpack(packed: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const chances = new Int32Array(Model.Count).fill(EVEN);
  const seen = new Uint8Array(Model.Count);
  let next = 0;
  let code = 0;
  while (next < 3) code = code * 256 + packed[next++]!;
  let range = 2 ** 24;
  const bit = (model: number): number => {
    while (range < 2 ** 16) {
      range <<= 8;
      code = (code << 8) | packed[next++]!;
    }
    const chance = chances[model]!;
    const bound = partOfOne(range, chance);
    const value = code < bound ? 1 : 0;
    if (value === 1) range = bound;
    else {
      code -= bound;
      range -= bound;
    }
    if (model === Model.Even) return value;
    const times = seen[model]!;
    chances[model] = learned(chance, SHARES[times]!, value);
    if (times < SHARES.length - 1) seen[model] = times + 1;
    return value;
  };
  const bits = (model: number, count: number): number => {
    let read = 1;
    for (let k = 0; k < count; k++) read = 2 * read + bit(model + read);
    return read - (1 << count);
  };
  const number = (model: number): number => {
    const count = bits(model, 5);
    let read = 1;
    for (let k = 0; k < count; k++)
      read = 2 * read + bit(read < LEARNED ? model + LEARNED * count + read : Model.Even);
    return read;
  };
  const out = new Uint8Array(size);
  const distances = [1, 1, 1, 1];
  let kinds = 0;
  for (let at = 0; at < size; ) {
    if (bit(Model.Token + kinds) === 0) {
      out[at] = bits(Model.Byte + 256 * (out[at - 1] ?? 0), 8);
      at++;
      kinds = afterToken(kinds, 0);
      continue;
    }
    let length: number;
    if (bit(Model.Again + kinds) === 1) {
      const [again] = distances.splice(bits(Model.Which, 2), 1);
      distances.unshift(again!);
      length = number(Model.LengthAgain);
      kinds = afterToken(kinds, 2);
    } else {
      length = number(Model.Length) + 1;
      distances.unshift(number(Model.Distance + OF_NUMBER * Math.min(length - 2, 3)));
      distances.pop();
      kinds = afterToken(kinds, 1);
    }
    for (const end = at + length; at < end; at++) out[at] = out[at - distances[0]!]!;
  }
  return out;
}
