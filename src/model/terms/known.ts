import type { BlockCovariance } from "../../covariance/block-covariance";
import type { TermAnswers } from "./term";

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
}
