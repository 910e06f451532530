import type { FreeSpace } from "./boundary";
import type { Recession } from "./recession";
import type { Minimum } from "./trust-region";

export interface Boundary {
  readonly free: FreeSpace;
  readonly edges: readonly Recession[];
}

/** The best point found for the scale coefficients, in engine coordinates. */
export interface Optimum {
  readonly theta: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
  readonly converged: boolean;
  /** the likelihood rises without limit (a zero variance met by a perfect fit) */
  readonly unbounded: boolean;
  readonly iterations: number;
  /** what is at the edge of the parameter space, and the directions left free; null inside it */
  readonly boundary: Boundary | null;
}

/** Not { ...run, ...rest }: docs/internals.md says what that costs. */
export function optimumOf(
  { value, gradient, hessian, converged }: Minimum,
  {
    theta,
    iterations,
    unbounded,
    boundary,
  }: Pick<Optimum, "theta" | "iterations" | "unbounded" | "boundary">,
): Optimum {
  return { theta, value, gradient, hessian, converged, iterations, unbounded, boundary };
}
