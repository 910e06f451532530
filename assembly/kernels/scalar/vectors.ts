// What the scalar kernel works in, at Field.Vectors: vectors of a chunk, in bytes from there. Residuals come first.

import { CHUNK } from "../precisions";

/** Doubles: six vectors, and p more for the restricted likelihood. */
export function scalarVectors(scores: u64): u64 {
  return <u64>CHUNK * (5 + scores);
}

const VECTOR: usize = (<usize>CHUNK) << 3;
/** d/du, d2/du2 and d2/dmu du of a part (scale.ts) */
export const FIRST: usize = VECTOR;
export const SECOND: usize = 2 * VECTOR;
export const MIXED: usize = 3 * VECTOR;
export const PRODUCT: usize = 4 * VECTOR;
/** -Sigma^-1 r; when it has been used, leverages */
export const SOLVED: usize = 5 * VECTOR;
/** X L^-T, column after column */
export const WHITENED: usize = 6 * VECTOR;
