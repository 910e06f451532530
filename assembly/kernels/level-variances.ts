import { Field } from "../abi";
import { read } from "../accumulate";
import { at, get } from "../problem";
import { axpy } from "../simd/axpy";
import { expArray } from "../simd/exp";

/** omega_u^2 = exp(2 (offset + U alpha)) of every level of a random intercept. */
export function levelVariances(problem: usize): void {
  const units = get(problem, Field.Units);
  const qSigma = get(problem, Field.QSigma);
  const qSd = get(problem, Field.QSd);
  const theta = at(problem, Field.Theta) + ((<usize>qSigma) << 3);
  const U = at(problem, Field.U);
  const offsets = at(problem, Field.LogSdOffset);
  const omega2 = at(problem, Field.Omega2);
  memory.copy(omega2, offsets, (<usize>units) << 3);
  for (let k = 0; k < qSd; k++) axpy(omega2, read(theta, k), U + ((<usize>(k * units)) << 3), units);
  axpy(omega2, 1, omega2, units);
  expArray(omega2, omega2, units);
}
