// Exported functions, nothing else.

import { evaluateProblem } from "./evaluate";
import { layOut } from "./problem";

/** Allocates a problem of the given sizes (abi.ts) and returns its address; the caller writes the inputs through it. */
export function createProblem(sizes: Int32Array): usize {
  const problem = heap.alloc(layOut(0, sizes));
  layOut(problem, sizes);
  return problem;
}

export function disposeProblem(problem: usize): void {
  heap.free(problem);
}

/** Evaluates at the theta written in the problem; returns a Status. */
export function evaluate(problem: usize, order: i32): i32 {
  return evaluateProblem(problem, order);
}
