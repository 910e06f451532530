import { Field } from "../../abi";
import { read } from "../../accumulate";
import { at, isProportional } from "../../room";
import { Correlation } from "../correlation";

/** A determinant this small beside the product of the variances is lost to rounding. */
const SINGULAR: f64 = 4e-16;

/** B11, B12, B22 of pair s. */
class Inverse2 {
  b11: f64 = 0;
  b12: f64 = 0;
  b22: f64 = 0;
  det: f64 = 0;
}
export const inverse = new Inverse2();

/** What V says of the pair's covariance, with D V D in its place where it is known up to multipliers. */
export function pairCovariance(problem: usize, row: i32, s: i32): f64 {
  const v12 = read(at(problem, Field.PairV), s);
  if (!isProportional(problem)) return v12;
  const multiplier = at(problem, Field.Multiplier);
  return read(multiplier, row) * read(multiplier, row + 1) * v12;
}

/** Inverts the covariance of the pair whose first row is `row`; false when it is not positive definite. */
export function invert(problem: usize, row: i32, s: i32): bool {
  const sigma2 = at(problem, Field.Sigma2);
  const v = at(problem, Field.ScaledV);
  const a2 = read(sigma2, row);
  const b2 = read(sigma2, row + 1);
  const s11 = read(v, row) + a2;
  const s22 = read(v, row + 1) + b2;
  const s12 = pairCovariance(problem, row, s) + Correlation.at(problem, s).rho * Math.sqrt(a2 * b2);
  const det = s11 * s22 - s12 * s12;
  if (!(s11 > 0 && s22 > 0 && det > SINGULAR * s11 * s22)) return false;
  inverse.b11 = s22 / det;
  inverse.b12 = -s12 / det;
  inverse.b22 = s11 / det;
  inverse.det = det;
  return true;
}
