// Block sizes, and how the scratch memory of the blocked algorithms is laid out.
//
//   | edge tile | broadcast panel | diagonal tiles | pivot bounds | panels ... |
//
// BLOCK is the depth k of every rank-k update: a panel of 4 rows is BLOCK * 32 bytes, its broadcast copy twice that.

/** Columns factored at a time. */
export const BLOCK: i32 = 128;
/** Up to this many rows the unblocked routines are faster. */
export const SMALL: i32 = 10;

// one 4 x 4 tile for the ragged last rows
export const EDGE: usize = 0;
// one broadcast panel, BLOCK steps deep
export const BROADCAST: usize = EDGE + 128;
// the 4 x 4 diagonal tiles of one block column, with reciprocals on their diagonals
export const DIAGONAL: usize = BROADCAST + <usize>BLOCK * 64;
// one pivot bound a row, then the panels
export const PIVOTS: usize = DIAGONAL + <usize>BLOCK * 32;

/** n rounded up to whole tiles. */
export function padded(n: i32): usize {
  return <usize>((n + 3) & ~3);
}

/** Where the panels start: after n pivot bounds. */
export function panelsOffset(n: i32): usize {
  return PIVOTS + padded(n) * 8;
}

/** Bytes of scratch, aligned to 16, that `cholesky` and `invertFromCholesky` need for n rows, and products for n - 4 columns. */
export function scratchBytes(n: i32): usize {
  return panelsOffset(n) + padded(n) * <usize>BLOCK * 8;
}
