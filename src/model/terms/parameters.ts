/** What the parameters of the variance terms are: multipliers of V, log SDs of observations and of levels, correlations of effects and of pairs. */
export type ParameterKind = "phi" | "sigma" | "sd" | "cor" | "rho";

/** What a kind's linear predictor has one value for: an entity. */
export type EntityKind = "observation" | "level" | "correlation" | "pair";

/** A kind of parameters, as whoever goes over theta sees it. */
export interface Parameters {
  readonly kind: ParameterKind;
  readonly of: EntityKind;
  /** a log SD: in the units of a standard model it is lower by log(unit) */
  readonly isLogSd: boolean;
  /** the log of a ratio of variances: a standard model has half of it, so that it is on the scale of log SDs */
  readonly isLogVariance: boolean;
  /** the ends of the linear predictor at which an entity is at the edge of the parameter space: an SD or a multiplier of 0, a correlation of -1 or 1 */
  readonly edges: readonly (-1 | 1)[];
  /** what an optimum there says of itself */
  readonly atEdge: string;
}

/**
 * The order of theta: multipliers of V, SDs in the order of the terms, then correlations. The coefficients of a fit, its designs and the gradient
 * of the kernels (assembly/abi.ts) have the same order. A kind that a model does not have has an empty block there.
 */
export const THETA_ORDER: readonly Parameters[] = [
  {
    kind: "phi",
    of: "observation",
    isLogSd: false,
    isLogVariance: true,
    edges: [-1],
    atEdge: "a multiplier of the sampling variances (phi) is estimated as zero",
  },
  {
    kind: "sigma",
    of: "observation",
    isLogSd: true,
    isLogVariance: false,
    edges: [-1],
    atEdge: "a heterogeneity (sigma) is estimated as zero",
  },
  {
    kind: "sd",
    of: "level",
    isLogSd: true,
    isLogVariance: false,
    edges: [-1],
    atEdge: "a random-effect SD is estimated as zero",
  },
  {
    // its linear predictors are the parameters themselves, one of a CorrelationMap each
    kind: "cor",
    of: "correlation",
    isLogSd: false,
    isLogVariance: false,
    edges: [-1, 1],
    atEdge: "correlations of random effects are at the edge of what is possible",
  },
  {
    kind: "rho",
    of: "pair",
    isLogSd: false,
    isLogVariance: false,
    edges: [-1, 1],
    atEdge: "a residual correlation (rho12) is estimated as +1 or -1",
  },
];

const BY_KIND = Object.fromEntries(THETA_ORDER.map((one, at) => [one.kind, { ...one, at }])) as Record<
  ParameterKind,
  Parameters & { readonly at: number }
>;

/** What a kind is, and its place in THETA_ORDER. */
export function parametersOf(kind: ParameterKind): Parameters & { readonly at: number } {
  return BY_KIND[kind];
}

/** A correlation: where some entities run to -1 and others to 1, edges are those of cuts, which have a search of their own. */
export function isTwoSided({ kind }: { readonly kind: ParameterKind }): boolean {
  return parametersOf(kind).edges.length > 1;
}
