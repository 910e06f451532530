import { Field } from "../abi";
import { read, write } from "../accumulate";
import { at, get } from "../problem";

/** omega_u^2 = exp(2 (offset + U alpha)) of every level of a random intercept. */
export function levelVariances(problem: usize): void {
  const units = get(problem, Field.Units);
  const qSigma = get(problem, Field.QSigma);
  const qSd = get(problem, Field.QSd);
  const theta = at(problem, Field.Theta) + ((<usize>qSigma) << 3);
  const U = at(problem, Field.U);
  const offsets = at(problem, Field.LogSdOffset);
  const omega2 = at(problem, Field.Omega2);
  for (let u = 0; u < units; u++) {
    let log = read(offsets, u);
    for (let k = 0; k < qSd; k++) log += read(theta, k) * read(U, k * units + u);
    write(omega2, u, Math.exp(2 * log));
  }
}
