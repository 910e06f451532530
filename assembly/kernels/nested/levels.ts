// Nested random intercepts over rows with diagonal V:
//
//   S = D + sum over levels u of omega_u^2 z_u z_u',   D = diag(phi v + sigma^2) (/ weight),  z_u = rows of u
//
// Levels form trees: the inner ones hold rows, the others hold levels. With S_u built from its children's inverses,
//
//   a_u = S_children^-1 1,  tau_u = 1' a_u,  rho_u = 1 / (1 + omega_u^2 tau_u),  kappa_u = omega_u^2 rho_u
//   S_u^-1 = S_children^-1 - kappa_u a_u a_u'                               (Sherman & Morrison 1950)
//
// and a_parent = rho_u a_u on the rows of u, so that everything about B = S^-1 is a scalar a level. tau, rho and kappa are
// found from the inner levels up (location.ts), lambda and c from the outer ones down (descent.ts):
//
//   log|S|       = sum log d_i + sum log(1 + omega_u^2 tau_u)
//   (B x)_i      = a_i (x_i - c_u),     c_u = kappa_u w_u + rho_u c_parent,    w_u = a_u' x
//   B_ij         = -lambda_u a_u,i a_u,j  for the innermost u that holds both,  lambda_u = kappa_u + rho_u^2 lambda_parent
//   B_ii         = a_i (1 - lambda_u a_i)
//   z_u' B x     = rho_u (w_u - tau_u c_parent)
//   z_u' B z_u   = tau_u beta_u,        beta_u = rho_u (1 - lambda_parent rho_u tau_u)
//
// so that value, gradient and Hessian cost O(rows (p + q)^2) whatever the depth and the sizes, and nothing overflows
// when omega is 0 or huge. A likelihood weight divides d_i, but multiplies the row's log term, log(phi v + sigma^2).
//
// This file says where these numbers are: a level has, in doubles,
//
//   tau, rho, kappa, lambda | w: p + 1 | c: p + 1 | F: q | t: scores | w of y: scores x q | Y: scores x q
//
// w and c are those of X and y, the latter turned into r's on the way down; F, t, w of y and Y are in scale.ts. There is one
// score for r and, with the restricted likelihood, one for each column of X L^-T (restricted.ts).

/** Doubles kept for a level. */
export function nestedWidth<T>(p: T, q: T, scores: T): T {
  return 4 + 2 * (p + 1) + q + scores * (1 + 2 * q);
}

/** Doubles of a row or a level that are worked on, at Field.Vectors: two of X and y; or two of q, and scores. */
export function nestedVectors(p: u64, q: u64, scores: u64): u64 {
  return max(2 * (p + 1), 2 * q + scores);
}

export const TAU: i32 = 0;
export const RHO: i32 = 1;
export const KAPPA: i32 = 2;
export const LAMBDA: i32 = 3;

/** Bytes from a level's address to its w. */
export const TO_W: usize = 32;

/** Bytes from a level's address to its c. */
export function toC(p: i32): usize {
  return TO_W + ((<usize>(p + 1)) << 3);
}

/** Bytes from a level's address to its F. */
export function toF(p: i32): usize {
  return TO_W + ((<usize>(2 * (p + 1))) << 3);
}

/** Bytes from a level's address to its t. */
export function toT(p: i32, q: i32): usize {
  return toF(p) + ((<usize>q) << 3);
}

/** Bytes from a level's address to its w of y. */
export function toWy(p: i32, q: i32, scores: i32): usize {
  return toT(p, q) + ((<usize>scores) << 3);
}

/** Bytes from a level's address to its Y. */
export function toY(p: i32, q: i32, scores: i32): usize {
  return toWy(p, q, scores) + ((<usize>(scores * q)) << 3);
}

/** Address of what is kept for level u. */
export function levelAt(nested: usize, u: i32, width: i32): usize {
  return nested + ((<usize>u * <usize>width) << 3);
}

/** The level that holds level u, -1 for none. */
export function parentOf(parents: usize, u: i32): i32 {
  return load<i32>(parents + ((<usize>u) << 2));
}
