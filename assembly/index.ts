// Exported functions, nothing else.

import { Most } from "./abi";
import { evaluateProblem } from "./evaluate";
import { layOut, measure } from "./problem";

/**
 * Allocates a problem of the given sizes (abi.ts) and returns its address; the caller writes the inputs through it.
 * 0 for one of more than Most.Bytes, of which nothing is allocated.
 */
export function createProblem(sizes: Int32Array): usize {
  const bytes = measure(sizes);
  if (bytes > <u64>Most.Bytes) return 0;
  const problem = heap.alloc(<usize>bytes);
  layOut(problem, sizes, <usize>bytes);
  return problem;
}

/** The bytes that createProblem() allocates for these sizes, or would: any number, without wrapping around. */
export function problemBytes(sizes: Int32Array): f64 {
  return <f64>measure(sizes);
}

export function disposeProblem(problem: usize): void {
  heap.free(problem);
}

/** Evaluates at the theta written in the problem; returns a Status. */
export function evaluate(problem: usize, order: i32): i32 {
  return evaluateProblem(problem, order);
}
