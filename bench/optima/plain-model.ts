// What the audit's own likelihood needs to know of a model:
//   y ~ N(X beta, V + diag(sigma^2) + pairs' covariances + sum over groupings of Z diag(omega^2) Z'),
// with log sigma, log omega and atanh(rho / CAP) linear in their designs. Nothing here is the library's.

/** A part of the scale: the SDs of the rows of one outcome, those of the levels of one grouping, or the correlations. */
export interface Part {
  readonly kind: "sigma" | "sd" | "rho";
  readonly dpar: string;
  readonly names: readonly string[];
  /** rows, levels or pairs */
  readonly units: number;
  /** units x columns, row-major */
  readonly design: Float64Array;
  readonly columns: number;
  /** sigma: the observation of each unit; rho: the two of each pair, one after the other */
  readonly at: Int32Array;
  /** sd: the level of each observation, -1 for none */
  readonly levelOf: Int32Array;
}

/** Observations that covary, directly or through others. */
export interface Cluster {
  readonly rows: Int32Array;
  /** their V, row-major */
  readonly V: Float64Array;
  /** of each pair in it: positions of the two in `rows`, and the pair's number */
  readonly pairs: readonly (readonly [number, number, number])[];
}

export interface PlainModel {
  readonly n: number;
  readonly p: number;
  readonly y: Float64Array;
  /** n x p, row-major */
  readonly X: Float64Array;
  readonly names: readonly string[];
  /** diagonal of V */
  readonly v: Float64Array;
  readonly weights: Float64Array | null;
  readonly reml: boolean;
  readonly parts: readonly Part[];
  readonly clusters: readonly Cluster[];
  /** the data row of each observation */
  readonly rowOf: Int32Array;
  /** by part: the levels of an sd */
  readonly labels: readonly (readonly string[])[];
  /** root mean square of the residuals of least squares: the unit of SDs */
  readonly spread: number;
}

/** The model's bound of |rho|. */
export const CAP = 0.999999;
