// The dense work of one node. F is the front, with the columns that are eliminated first:
//
//   F = [F11 F12; F21 F22],   Y = F11^-1 F12,   S = F22 - F21 Y
//
// S is what the parent gets. With G = M^-1 in the places of F, of which the parent knows G22 (Takahashi, Fagan & Chin 1973),
//
//   G12 = -Y G22,   G11 = F11^-1 - Y G12'
//
// and for a small change dF, dG of all that, nothing but products (dG22 from the parent again):
//
//   X    = dF21 - Y' dF11,   dS = dF22 - X Y - Y' dF12,   dY = F11^-1 X'
//   dG12 = -Y dG22 - dY G22,   dG11 = -F11^-1 dF11 F11^-1 - dY G12' - Y dG12'
//
// Costs for a columns and b rows below: a^3 + 2 a^2 b + a b^2 multiplications for S, 2 a b^2 + ... for G, 6 a b^2 + ... for dG.
// Of each node four panels of a (a + b) numbers are kept, row-major: [L11 | Y], [F11^-1 | G12], [G11 | -], [dF11 | dY], the
// a x a matrix first. F and G are size x size. A leaf has a = 1 and no front: its numbers go straight into its parent's.

import { addProduct, addProductLower, cholesky, invertFromCholesky, logDetFromCholesky } from "../linalg";
import { copyBlock, mirrorSquare, transpose } from "./blocks";

/** Bytes from a panel to its second matrix. */
function second(a: i32): usize {
  return (<usize>a * <usize>a) << 3;
}

/** Address of F22. */
function corner(front: usize, a: i32, size: i32): usize {
  return front + ((<usize>a * <usize>(size + 1)) << 3);
}

/**
 * F (lower triangle) becomes S in its corner, [L11 | Y] and F11^-1 go to their panels. log|F11|, NaN when it is not positive
 * definite. `work`: (size - a) a doubles.
 */
export function factorFront(
  front: usize,
  a: i32,
  size: i32,
  factors: usize,
  inverses: usize,
  work: usize,
  scratch: usize,
): f64 {
  const b = size - a;
  copyBlock(factors, a, front, size, a, a);
  if (cholesky(factors, a, a, scratch) != 0) return NaN;
  if (b > 0) {
    invertPivots(a, factors, inverses, scratch);
    const F21 = front + ((<usize>a * <usize>size) << 3);
    memory.fill(work, 0, (<usize>a * <usize>b) << 3);
    addProduct(work, b, a, a, F21, size, inverses, a, a, 1, scratch);
    addProductLower(corner(front, a, size), b, size, work, a, F21, size, a, -1, scratch);
    transpose(factors + second(a), work, a, b, a);
  }
  return logDetFromCholesky(factors, a, a);
}

/** F11^-1 to its panel. */
export function invertPivots(a: i32, factors: usize, inverses: usize, scratch: usize): void {
  memory.copy(inverses, factors, second(a));
  invertFromCholesky(inverses, a, a, scratch);
}

/** From G22, full, in the corner of `front` all of G, full, there and in the panels. */
export function selectInverse(
  front: usize,
  a: i32,
  size: i32,
  factors: usize,
  inverses: usize,
  selected: usize,
  scratch: usize,
): void {
  const b = size - a;
  const Y = factors + second(a);
  const G12 = inverses + second(a);
  memory.copy(selected, inverses, second(a));
  if (b > 0) {
    memory.fill(G12, 0, (<usize>a * <usize>b) << 3);
    addProduct(G12, a, b, b, Y, b, corner(front, a, size), size, b, -1, scratch);
    addProductLower(selected, a, a, Y, b, G12, b, b, -1, scratch);
    mirrorSquare(selected, a, a);
  }
  fillFront(front, a, size, selected, G12);
}

/** The first rows and columns of a full symmetric front, from its first two blocks. */
export function fillFront(front: usize, a: i32, size: i32, first: usize, side: usize): void {
  const b = size - a;
  copyBlock(front, size, first, a, a, a);
  copyBlock(front + ((<usize>a) << 3), size, side, b, a, b);
  for (let i = 0; i < b; i++) {
    const row = front + ((<usize>(a + i) * <usize>size) << 3);
    for (let j = 0; j < a; j++)
      store<f64>(row + ((<usize>j) << 3), load<f64>(side + ((<usize>(j * b + i)) << 3)));
  }
}

/** dF (lower triangle) becomes dS in its corner; [dF11 | dY] go to `tangents`. `work`: 2 (size - a) a doubles. */
export function changeFront(
  front: usize,
  a: i32,
  size: i32,
  factors: usize,
  inverses: usize,
  tangents: usize,
  work: usize,
  scratch: usize,
): void {
  const b = size - a;
  copyBlock(tangents, a, front, size, a, a);
  mirrorSquare(tangents, a, a);
  if (b == 0) return;
  const F21 = front + ((<usize>a * <usize>size) << 3);
  const Yt = work;
  const X = work + ((<usize>a * <usize>b) << 3);
  transpose(Yt, factors + second(a), b, a, b);
  copyBlock(X, a, F21, size, b, a);
  addProduct(X, b, a, a, Yt, a, tangents, a, a, -1, scratch);
  const S = corner(front, a, size);
  addProductLower(S, b, size, X, a, Yt, a, a, -1, scratch);
  addProductLower(S, b, size, Yt, a, F21, size, a, -1, scratch);
  const dY = tangents + second(a);
  memory.fill(dY, 0, (<usize>a * <usize>b) << 3);
  addProduct(dY, a, b, b, inverses, a, X, a, a, 1, scratch);
}

/** From dG22, full, in the corner of `change` all of dG there; G is in `front`. `work`: a (a + size) doubles. */
export function changeInverse(
  change: usize,
  front: usize,
  a: i32,
  size: i32,
  factors: usize,
  inverses: usize,
  tangents: usize,
  work: usize,
  scratch: usize,
): void {
  const b = size - a;
  const Y = factors + second(a);
  const dY = tangents + second(a);
  const dG11 = work;
  const half = dG11 + second(a);
  const dG12 = half + second(a);
  memory.fill(work, 0, (<usize>a * <usize>(a + size)) << 3);
  addProduct(half, a, a, a, inverses, a, tangents, a, a, 1, scratch);
  addProductLower(dG11, a, a, half, a, inverses, a, a, -1, scratch);
  if (b > 0) {
    addProduct(dG12, a, b, b, Y, b, corner(change, a, size), size, b, -1, scratch);
    addProduct(dG12, a, b, b, dY, b, corner(front, a, size), size, b, -1, scratch);
    addProductLower(dG11, a, a, dY, b, inverses + second(a), b, b, -1, scratch);
    addProductLower(dG11, a, a, Y, b, dG12, b, b, -1, scratch);
  }
  mirrorSquare(dG11, a, a);
  fillFront(change, a, size, dG11, dG12);
}

/** The corner of a front, its lower triangle, to b x b doubles: what waits for the parent. */
export function takeCorner(to: usize, front: usize, a: i32, size: i32): void {
  copyBlock(to, size - a, corner(front, a, size), size, size - a, size - a);
}

/** b x b doubles to the corner of a front. */
export function putCorner(front: usize, a: i32, size: i32, from: usize): void {
  copyBlock(corner(front, a, size), size, from, size - a, size - a, size - a);
}

/** F += S of a child, lower triangles; S b x b, its places in F ascending. */
export function addToFront(front: usize, size: i32, from: usize, b: i32, places: usize): void {
  for (let i = 0; i < b; i++) {
    const row = front + ((<usize>load<i32>(places + ((<usize>i) << 2)) * <usize>size) << 3);
    for (let j = 0; j <= i; j++) {
      const at = row + ((<usize>load<i32>(places + ((<usize>j) << 2))) << 3);
      store<f64>(at, load<f64>(at) + load<f64>(from));
      from += 8;
    }
    from += (<usize>(b - i - 1)) << 3;
  }
}

/** What a child needs of a full G: b x b doubles at its places. */
export function takeFromFront(to: usize, front: usize, size: i32, b: i32, places: usize): void {
  for (let i = 0; i < b; i++) {
    const row = front + ((<usize>load<i32>(places + ((<usize>i) << 2)) * <usize>size) << 3);
    for (let j = 0; j < b; j++) {
      store<f64>(to, load<f64>(row + ((<usize>load<i32>(places + ((<usize>j) << 2))) << 3)));
      to += 8;
    }
  }
}
