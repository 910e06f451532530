// Exported functions, nothing else.

import { Size } from "./abi";
import { evaluateProblem } from "./evaluate";
import { layOut } from "./problem";

/** Allocates a problem and returns its address; the caller writes the inputs (abi.ts) through it. */
export function createProblem(sizes: Int32Array): usize {
  const known = copySizes(sizes);
  const problem = heap.alloc(layOut(0, known));
  layOut(problem, known);
  return problem;
}

export function disposeProblem(problem: usize): void {
  heap.free(problem);
}

/** Evaluates at the theta written in the problem; returns a Status. */
export function evaluate(problem: usize, order: i32): i32 {
  return evaluateProblem(problem, order);
}

const SIZES = new StaticArray<i32>(Size.Count);

function copySizes(sizes: Int32Array): StaticArray<i32> {
  for (let i = 0; i < Size.Count; i++) SIZES[i] = sizes[i];
  return SIZES;
}
