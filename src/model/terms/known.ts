import type { BlockCovariance } from "../../covariance/block-covariance";
import type { Spreads, TermAnswers } from "./term";

/** V, the sampling variances and covariances: nothing about it is estimated. */
export class Known implements TermAnswers {
  readonly input = "covariance";
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
}
