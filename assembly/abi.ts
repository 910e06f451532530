// The boundary, written down once: this file is compiled into the module and imported by bindings/.
// It holds plain enums only, which TypeScript and AssemblyScript read alike.

/** What `evaluate` returns. Details (the row) are in the problem's `Field.BadRow`. */
export enum Status {
  Ok = 0,
  /** Sigma is not positive definite; BadRow is the row (0-based, problem order) where it was found */
  NotPositiveDefinite = 1,
  /** X' Sigma^-1 X is singular to working precision */
  SingularLocation = 2,
  /** value, gradient or Hessian overflowed */
  NotFinite = 3,
}

/** How much `evaluate` computes. */
export enum Order {
  Value = 0,
  Gradient = 1,
  Hessian = 2,
}

/** Sizes that `createProblem` takes, in this order. */
export enum Size {
  /** rows N in all, the scalar kernel's padding included */
  Rows,
  /** rows 0 .. ScalarRows-1 are clusters of their own (diagonal V); an even number */
  ScalarRows,
  /** columns of X */
  P,
  /** columns of W */
  QSigma,
  /** 1 when a column of weights is present */
  Weighted,
  /** clusters of several rows, in rows ScalarRows .. N-1, one after the other */
  Clusters,
  /** doubles in the packed lower triangles of their V, one after the other */
  PackedV,
  /** rows of the largest of them */
  LargestCluster,
  Count,
}

/**
 * The 32-bit words at the start of a problem: the sizes above, then byte addresses.
 * Matrices are column-major with N rows unless said otherwise.
 */
export enum Field {
  Rows,
  ScalarRows,
  P,
  QSigma,
  Weighted,
  Clusters,
  PackedV,
  LargestCluster,
  /** length of theta */
  Q,
  BadRow,

  // inputs, written by the caller once
  Y, // N
  X, // N x P
  W, // N x QSigma
  LogSigmaOffset, // N; log sigma_i = LogSigmaOffset_i + W_i gamma (-Infinity: sigma_i = 0)
  V, // N, the diagonal of V
  Weights, // N, when Weighted
  ClusterSizes, // Clusters 32-bit words
  ClusterV, // PackedV: row-major lower triangles
  Theta, // Q, written before each evaluation

  // results
  Value, // -log L without its (sum of weights) / 2 log(2 pi)
  Beta, // P
  Gradient, // Q, of the profiled value
  LocationGradient, // P: -X' Sigma^-1 r, zero but for rounding; from order 1 on
  Hessian, // Q x Q, of the profiled value
  LocationHessian, // P x P: X' Sigma^-1 X
  CrossHessian, // P x Q, row-major: second derivatives in (beta, theta)
  ThetaHessian, // Q x Q at fixed beta

  // work
  LocationFactor, // P x P, row-major: Cholesky factor of X' Sigma^-1 X in the lower triangle
  HalfCross, // P x Q, row-major: L^-1 C
  LocationRight, // P: X' Sigma^-1 y
  Sums, // 2: log|Sigma|, r' Sigma^-1 r
  Sigma2, // N
  Inverse, // N, 1 / (v + sigma^2) of the scalar rows
  WeightedInverse, // ScalarRows, weight / (v + sigma^2); the same address as Inverse without weights
  Whitened, // (N - ScalarRows) x (P + 1), row-major: L^-1 [X y] of the clusters
  Matrix, // one m x m matrix a cluster: Sigma, its factor, its inverse in turn
  Vectors, // short-lived columns of the kernels
  Scratch, // packing buffers of linalg/
  Count,
}
