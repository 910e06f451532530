import { Field } from "../../abi";
import { read } from "../../accumulate";
import { at } from "../../room";
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

/** Inverts the covariance of the pair whose first row is `row`; false when it is not positive definite. */
export function invert(problem: usize, row: i32, s: i32): bool {
  const sigma2 = at(problem, Field.Sigma2);
  const v = at(problem, Field.V);
  const a2 = read(sigma2, row);
  const b2 = read(sigma2, row + 1);
  const s11 = read(v, row) + a2;
  const s22 = read(v, row + 1) + b2;
  const s12 = read(at(problem, Field.PairV), s) + Correlation.at(problem, s).rho * Math.sqrt(a2 * b2);
  const det = s11 * s22 - s12 * s12;
  if (!(s11 > 0 && s22 > 0 && det > SINGULAR * s11 * s22)) return false;
  inverse.b11 = s22 / det;
  inverse.b12 = -s12 / det;
  inverse.b22 = s11 / det;
  inverse.det = det;
  return true;
}
