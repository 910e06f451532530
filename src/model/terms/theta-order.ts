/**
 * The parameters of the variance terms by what they are of: observations (log phi, of a V known up to it; log sigma, of the
 * residual), levels (log omega, of all random intercepts), studies with two outcomes (the correlation's linear predictor, of
 * the pair).
 */
export type BlockKind = "phi" | "sigma" | "sd" | "rho";

/**
 * The order of theta: multipliers of V, SDs in the order of the terms, then correlations. `of` names a kind's design in a model, and its columns
 * in a standard one. The coefficients of a fit, its designs and the gradient of the kernels (assembly/abi.ts) have the same order.
 */
export const THETA_ORDER = [
  { kind: "phi", of: "phi" },
  { kind: "sigma", of: "scale" },
  { kind: "sd", of: "sd" },
  { kind: "rho", of: "rho" },
] as const satisfies readonly { readonly kind: BlockKind; readonly of: string }[];
