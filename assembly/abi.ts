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
  /** as Hessian, but of the sparse section what needs no change of its inverse: what data of the model have on average (kernels/sparse/average.ts) */
  Average = 3,
}

/**
 * The 32-bit words at the start of a problem: sizes (given to `createProblem` in this order), then byte addresses.
 *
 * Rows come in five sections, one after the other, one kernel each: scalar, nested, sparse, pair, dense.
 * Matrices are column-major unless said otherwise; N is the number of rows in all.
 */
export enum Field {
  /** N, the scalar section's padding included */
  Rows,
  /** rows whose variance is their own; an even number */
  ScalarRows,
  /** rows with diagonal V in nested random intercepts */
  NestedRows,
  /** rows with diagonal V in random intercepts and slopes of any kind; an even number */
  SparseRows,
  /** rows of pairs, two each */
  PairRows,
  /** columns of X */
  P,
  /** columns of M, W and U, coefficients of effects' correlations, columns of T; theta is (delta, gamma, alpha, kappa, eta) in this order */
  QPhi,
  QSigma,
  QSd,
  QCor,
  QRho,
  /** 1 when a column of weights is present */
  Weighted,
  /** levels of all random intercepts: those of the nested, the sparse and the dense section */
  Levels,
  /** levels in the nested section, children before their parents ... */
  NestedLevels,
  /** ... and how many of them hold rows rather than other levels: the first ones */
  InnerLevels,
  /** levels in the sparse section, in the order of their elimination ... */
  SparseLevels,
  /** ... the nodes that they are eliminated in, the length of the nodes' lists and panels, ... */
  SparseNodes,
  SparseLists,
  SparsePanels,
  /** ... rows of the largest front, and numbers that wait for their front at most (sparse/nodes.ts) */
  SparseFront,
  SparseStack,
  /** ... entries of the levels' precision below its diagonal; 1 when it is not the identity; 1 when rows have slopes */
  SparseEdges,
  SparseStructured,
  SparseSlopes,
  /** random intercepts that a row of the sparse or the dense section can be in */
  Terms,
  /** studies with two outcomes, two rows each: those of the pair section, then those in dense clusters */
  Pairs,
  /** clusters of the dense section */
  Clusters,
  /** doubles in the packed lower triangles of their V, one after the other */
  ClusterEntries,
  LargestCluster,
  /** most levels and most pairs in one dense cluster */
  LargestLevels,
  LargestPairs,
  /** 1 when effects of dense rows' levels are multiplied by a number a row: random slopes */
  DenseSlopes,
  /** how many of the terms of dense rows have levels that covary, as a tree or a known matrix says, ... */
  Structures,
  /** ... most levels of such terms in one cluster, and columns of U that are not zero in all such levels */
  LargestStructured,
  StructuredColumns,
  /** groups of terms whose effects have correlations that theta moves, ... */
  CorGroups,
  /** ... and the doubles of their C, and of its first and second derivatives, one group after the other */
  CorValues,
  CorFirst,
  CorSecond,
  /** 1 for the restricted likelihood (restricted.ts); never with Weighted */
  Reml,
  /** 1 when V is known up to multipliers: D V D in its place, D = diag(sqrt(phi)) */
  Proportional,

  /** length of theta */
  Q,
  BadRow,
  /** of the whole problem */
  Bytes,

  // inputs, written by the caller once
  Y, // N
  X, // N x P
  M, // N x QPhi
  LogMultiplierOffset, // N, with Proportional; log sqrt(phi_i) = LogMultiplierOffset_i + M_i delta, half of log phi_i
  W, // N x QSigma
  LogSigmaOffset, // N; log sigma_i = LogSigmaOffset_i + W_i gamma (-Infinity: sigma_i = 0)
  V, // N, the diagonal of V
  Weights, // N, when Weighted
  U, // Levels x QSd
  LogSdOffset, // Levels; log omega_u = LogSdOffset_u + U_u alpha
  LevelParent, // NestedLevels 32-bit words: the level that holds this one, -1 at the top
  LevelEnd, // InnerLevels 32-bit words: rows of the nested section up to the end of this level
  SparsePlaces, // SparseRows x Terms, row-major, 32-bit words: place of the level in the list of the row's node, -1 for none
  SparseRowLevels, // SparseRows x Terms, row-major, 32-bit words: level within the section, -1 for none
  SparseZ, // SparseRows x Terms, row-major, with SparseSlopes: what multiplies the level's effect in a row
  SparseNodeWords, // SparseNodes x 9, row-major, 32-bit words: see sparse/nodes.ts
  SparseNodeLists, // SparseLists 32-bit words
  SparseInParent, // SparseLists 32-bit words
  SparseEdgePlaces, // SparseEdges x 2, row-major, 32-bit words: places of two levels in the list of the edge's node
  SparseEdgeValues, // SparseEdges: their entry of the precision P ...
  SparseDiagonal, // SparseLevels, with SparseStructured: ... and its diagonal
  SparseLogDet, // 1: log|P^-1|
  T, // Pairs x QRho
  EtaOffset, // Pairs; rho_s = 0.999999 tanh(EtaOffset_s + T_s eta)
  PairV, // PairRows / 2: the covariance inside each pair of the pair section
  ClusterSizes, // Clusters x 3, row-major, 32-bit words: rows, levels and pairs of each dense cluster
  ClusterV, // ClusterEntries: row-major lower triangles
  RowLevels, // dense rows x Terms, row-major, 32-bit words: level within the cluster, -1 for none
  RowSlopes, // dense rows x Terms, row-major, with DenseSlopes: z_it, what the effect of the row's level is multiplied by
  TermStructures, // Terms 32-bit words, with Structures: which structure its levels have, -1 for none
  Correlations, // Structures x ClusterEntries: for each cluster one structure after the other, packed as V, K of the levels of rows i and k
  TermGroups, // Terms 32-bit words, with CorGroups: which group its effects are of, -1 for none
  CorSizes, // CorGroups x 3, row-major, 32-bit words: roles R, first coefficient of kappa, and how many it has
  LevelRoles, // levels of dense clusters x 2, row-major, 32-bit words, with CorGroups: role of the level's effect, and what it is of: effects of one such covary
  CorC, // CorValues: R x R a group, correlations of the roles; written before each evaluation, as the next two
  CorC1, // CorFirst: coefficients x R x R a group, derivatives in the group's kappa
  CorC2, // CorSecond: R x R for each two coefficients l <= k of a group, in the order of packed lower triangles
  PairFirst, // dense pairs x 2, row-major, 32-bit words: rows within the cluster
  Theta, // Q, written before each evaluation

  // results
  Value, // -log L without its (sum of weights) / 2 log(2 pi); restricted: with log|X' Sigma^-1 X| / 2
  Beta, // P
  Gradient, // Q, of the profiled value
  LocationGradient, // P: -X' Sigma^-1 r, zero but for rounding; from order 1 on
  Hessian, // Q x Q, of the profiled value
  LocationHessian, // P x P: X' Sigma^-1 X
  CrossHessian, // P x Q, row-major: second derivatives in (beta, theta)
  ThetaHessian, // Q x Q at fixed beta
  LevelScore, // Levels: z_u' Sigma^-1 r, z_u the indicator of the level's rows, or their slopes; from order 1 on
  LevelInverse, // Levels: z_u' Sigma^-1 z_u; NaN of levels that covary with others, in the sparse section
  LevelSolved, // Levels x P, row-major: z_u' Sigma^-1 X; with order 2
  RowShared, // SparseRows: h, with (Sigma^-1)_ii = a - a^2 h and a = weight / (phi v + sigma^2); from order 1 on
  SparseVariances, // SparseLevels: Var(u | data, beta) of those effects; from order 1 on
  SparseCovariances, // SparseEdges: Cov(u, v | data, beta) of the two of an entry of the precision; from order 1 on
  SparseEffects, // SparseLevels x (P + 1), row-major: Cov(u, data) Sigma^-1 [X r] for effects u of covariance P^-1; the last are predicted

  // work, not for the caller
  LocationFactor, // P x P, row-major: Cholesky factor of X' Sigma^-1 X in the lower triangle
  HalfCross, // P x Q, row-major: L^-1 C
  LocationRight, // P: X' Sigma^-1 y
  Sums, // 2: log|Sigma|, r' Sigma^-1 r
  Traces, // Q x P x P, lower triangles, with Reml: see restricted.ts
  Multiplier, // N, with Proportional: sqrt(phi)
  ScaledV, // N, phi v; the same address as V without Proportional
  Sigma2, // N
  Inverse, // N, 1 / (phi v + sigma^2); not in the dense section
  WeightedInverse, // N, weight / (phi v + sigma^2); the same address as Inverse without weights
  Omega2, // Levels
  Nested, // NestedLevels x nestedWidth, row-major: see kernels/nested/levels.ts
  Sparse, // see kernels/sparse/work.ts
  Whitened, // dense rows x (P + 1), row-major: L^-1 [X y]
  Matrix, // one m x m matrix a dense cluster: Sigma, its factor, its inverse in turn
  Vectors, // short-lived columns of the kernels
  Scratch, // packing buffers of linalg/
  Count,
}

/** What a problem may take. */
export enum Most {
  /** a problem is one allocation, and the allocator's end at 1 GiB */
  Bytes = 1073676288,
}

/** How many of the fields are sizes given to `createProblem`. */
export enum Sizes {
  Count = 41,
}
