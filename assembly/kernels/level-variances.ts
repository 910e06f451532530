import { Field } from "../abi";
import { at, get } from "../room";
import { logLinearVariances } from "./log-linear";

/** omega_u^2 = exp(2 (offset + U alpha)) of every level of a random intercept. */
export function levelVariances(problem: usize): void {
  const units = get(problem, Field.Units);
  const alpha = at(problem, Field.Theta) + ((<usize>get(problem, Field.QSigma)) << 3);
  const offsets = at(problem, Field.LogSdOffset);
  const U = at(problem, Field.U);
  logLinearVariances(at(problem, Field.Omega2), offsets, U, units, alpha, get(problem, Field.QSd), units);
}
