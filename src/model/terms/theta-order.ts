/**
 * The parameters of the variance terms by what they are of: observations (log sigma, of the residual), levels (log omega, of
 * all random intercepts), studies with two outcomes (the correlation's linear predictor, of the pair).
 */
export type BlockKind = "sigma" | "sd" | "rho";

/**
 * What there is one of for each kind, in the order of theta: SDs in the order of the terms, then correlations. The
 * coefficients of a fit, its designs and the gradient of the kernels (assembly/abi.ts) have the same.
 */
export function inThetaOrder<T>({
  scale,
  sd,
  rho,
}: {
  readonly scale: T;
  readonly sd: T;
  readonly rho: T;
}): readonly (readonly [BlockKind, T])[] {
  return [
    ["sigma", scale],
    ["sd", sd],
    ["rho", rho],
  ];
}
