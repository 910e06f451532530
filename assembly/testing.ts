// Entry of the test and benchmark build: every linear-algebra kernel and its plain twin. Never shipped.
import { cholesky, invertFromCholesky } from "./linalg/index";

export {
  addProduct,
  addProductLower,
  cholesky,
  invertFromCholesky,
  logDetFromCholesky,
  scratchBytes,
  solveLower,
  solveLowerTransposed,
  symmetricTimes,
} from "./linalg/index";
export { cholesky as refCholesky, logDetFromCholesky as refLogDetFromCholesky } from "./ref/cholesky";
export { invertFromCholesky as refInvertFromCholesky } from "./ref/inverse";
export { addProduct as refAddProduct, addProductLower as refAddProductLower } from "./ref/product";
export { solveLower as refSolveLower, solveLowerTransposed as refSolveLowerTransposed } from "./ref/solve";
export { symmetricTimes as refSymmetricTimes } from "./ref/symmetric";
export {
  axpy as refAxpy,
  dot as refDot,
  expArray as refExpArray,
  logArray as refLogArray,
} from "./ref/vector";
export { axpy } from "./simd/axpy";
export { dot } from "./simd/dot";
export { expArray } from "./simd/exp";
export { logArray } from "./simd/log";
export { peak } from "./simd/peak";

/** Address of fresh memory, aligned to 16 bytes. Only tests allocate this way. */
export function allocate(bytes: usize): usize {
  return heap.alloc(bytes);
}

export function release(address: usize): void {
  heap.free(address);
}

/**
 * Runs a factor (which = 0), a factor and inverse (1) or nothing (2) `times` times inside wasm on a fresh copy of
 * the n x n matrix at `source`: times small sizes without the cost of a call from JavaScript.
 */
export function repeat(which: i32, times: i32, a: usize, source: usize, n: i32, scratch: usize): void {
  for (let i = 0; i < times; i++) {
    memory.copy(a, source, (<usize>(n * n)) << 3);
    if (which < 2) cholesky(a, n, n, scratch);
    if (which == 1) invertFromCholesky(a, n, n, scratch);
  }
}
