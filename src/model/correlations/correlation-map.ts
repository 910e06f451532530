/**
 * How the effects of one group are correlated: C, roles x roles, as a function of parameters kappa that may be any numbers, one
 * kind of structure each. C is positive semidefinite everywhere, and singular only where some kappa is infinite: an edge of the
 * parameter space is an end of a kappa. Matrices are row-major.
 */
export interface CorrelationMap {
  readonly roles: number;
  readonly parameters: number;
  /**
   * Fills in C and, where they are given, its derivatives: one matrix a kappa, and one for each two l <= k in the order of packed lower
   * triangles. What is given may hold any numbers before.
   */
  fill(kappa: Float64Array, C: Float64Array, first: Float64Array | null, second: Float64Array | null): void;
  /** L, lower triangular, with C = L L' */
  factor(kappa: Float64Array): Float64Array;
  /** The correlation that each parameter is reported as. */
  responses(kappa: Float64Array): Float64Array;
  /** On the link scale: atanh of each correlation, or the logit of one that is between 0 and 1; infinite at +-1. */
  reported(kappa: Float64Array): Float64Array;
  /** d reported / d kappa, parameters x parameters */
  slopes(kappa: Float64Array): Float64Array;
  /** kappa of reported values that are finite */
  parametersOf(reported: Float64Array): Float64Array;
}
