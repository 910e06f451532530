// The fields of a problem: a header of 32-bit words (abi.ts) at the problem's address. Kernels read it here and know nothing
// of how a problem is laid out (problem.ts), which in turn asks them how much they need.

import { Field } from "./abi";

/** The word `field` of a problem: a size, or the byte address of an array. */
export function get(problem: usize, field: i32): i32 {
  return load<i32>(problem + ((<usize>field) << 2));
}

/** The address of an array. */
export function at(problem: usize, field: i32): usize {
  return <usize>load<u32>(problem + ((<usize>field) << 2));
}

export function set(problem: usize, field: i32, value: usize): void {
  store<u32>(problem + ((<usize>field) << 2), <u32>value);
}

/** Where sigma's coefficients start in theta: those of phi come before them. */
export function firstSigma(problem: usize): i32 {
  return get(problem, Field.QPhi);
}

/** Where the coefficients of the levels' SDs start in theta. */
export function firstSd(problem: usize): i32 {
  return firstSigma(problem) + get(problem, Field.QSigma);
}

/** Where the coefficients of the effects' correlations start in theta. */
export function firstCor(problem: usize): i32 {
  return firstSd(problem) + get(problem, Field.QSd);
}

/** Where the coefficients of the pairs' correlation start in theta. */
export function firstRho(problem: usize): i32 {
  return firstCor(problem) + get(problem, Field.QCor);
}

/** Whether phi multiplies V. */
export function isProportional(problem: usize): bool {
  return get(problem, Field.Proportional) != 0;
}

/** First row of the nested section; the scalar section is the first. */
export function nestedStart(problem: usize): i32 {
  return get(problem, Field.ScalarRows);
}

/** First row of the sparse section. */
export function sparseStart(problem: usize): i32 {
  return nestedStart(problem) + get(problem, Field.NestedRows);
}

/** First row of the pair section. */
export function pairStart(problem: usize): i32 {
  return sparseStart(problem) + get(problem, Field.SparseRows);
}

/** First row of the dense section. */
export function denseStart(problem: usize): i32 {
  return pairStart(problem) + get(problem, Field.PairRows);
}
