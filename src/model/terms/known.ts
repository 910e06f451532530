import type { BlockCovariance } from "../../covariance/block-covariance";
import { DrmError } from "../../errors";
import type { Sampler, Spreads, TermAnswers } from "./term";

/** Relative to a variance: a pivot down to minus this is a zero of a semidefinite V. */
const ZERO_PIVOT = 1e-8;

/** V, the sampling variances and covariances: nothing about it is estimated. */
export class Known implements TermAnswers {
  readonly input = "covariance";
  readonly part = "sampling";
  readonly dpars = [];
  readonly V: BlockCovariance;

  constructor(V: BlockCovariance) {
    this.V = V;
  }

  tie(link: (first: number, row: number) => void): void {
    this.V.eachTie(link);
  }

  addVariances(_: Spreads, out: Float64Array): void {
    const { variances } = this.V;
    for (let i = 0; i < out.length; i++) out[i]! += variances[i]!;
  }

  addCovariances(members: ArrayLike<number>, _: Spreads, out: Float64Array): void {
    const m = members.length;
    for (let a = 0; a < m; a++)
      for (let b = 0; b <= a; b++) out[a * m + b]! += this.V.at(members[a]!, members[b]!);
  }

  /** sampling errors are not of true effects */
  addNewVariances(): void {}

  sampler(_: Spreads, rowName: (row: number) => string): Sampler {
    const { V } = this;
    const { factors, badRow } = V.semidefiniteFactor(ZERO_PIVOT);
    if (factors === null) {
      const what = `V is not a covariance matrix: with ${rowName(badRow)} it has a negative eigenvalue`;
      throw new DrmError("bad_known_v", what);
    }
    return (normal, y) => V.draw(factors, normal, y);
  }
}
