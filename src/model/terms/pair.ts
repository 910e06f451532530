import type { TermAnswers } from "./term";

/**
 * R of two outcomes: sigma_i^2 of each row, and rho_s sigma_i sigma_k of the two rows i, k of a study that has both. A
 * correlation has no covariance without the SDs, so that this stands in the place of Residual and not beside it.
 */
export class Pair implements TermAnswers {
  readonly input = "pairs";
  /** the two rows of each study with both outcomes, one pair after the other */
  readonly pairs: Int32Array;

  constructor(pairs: Int32Array) {
    this.pairs = pairs;
  }

  tie(link: (first: number, row: number) => void): void {
    const { pairs } = this;
    for (let s = 0; s < pairs.length; s += 2) link(pairs[s]!, pairs[s + 1]!);
  }
}
