import type { BlockCovariance } from "../../covariance/block-covariance";
import type { Dpar } from "../../formula/dpar";
import type { ParameterBlock } from "../model";
import { Known } from "./known";
import { observationBlock } from "./observation-block";
import type { TermSource } from "./source";
import type { Sampler, Spreads, TermAnswers } from "./term";

/**
 * D V D, D = diag(sqrt(phi_i)): sampling variances and covariances that are known up to the multiplier phi of each row. With V
 * diagonal its variances are phi_i v_i. It stands in the place of Known.
 */
export class Proportional implements TermAnswers {
  readonly input = "covariance";
  readonly part = "sampling";
  readonly dpars: readonly Dpar[];
  readonly V: BlockCovariance;
  private readonly known: Known;

  /** @param dpars the phi of each outcome */
  constructor(dpars: readonly Dpar[], V: BlockCovariance) {
    this.dpars = dpars;
    this.V = V;
    this.known = new Known(V);
  }

  tie(link: (first: number, row: number) => void): void {
    this.known.tie(link);
  }

  addVariances({ phi }: Spreads, out: Float64Array): void {
    const { variances } = this.V;
    for (let i = 0; i < out.length; i++) out[i]! += phi[i]! * variances[i]!;
  }

  addCovariances(members: ArrayLike<number>, { phi }: Spreads, out: Float64Array): void {
    const m = members.length;
    for (let a = 0; a < m; a++) {
      const i = members[a]!;
      for (let b = 0; b < a; b++) {
        const k = members[b]!;
        const covariance = this.V.at(i, k);
        if (covariance !== 0) out[a * m + b]! += Math.sqrt(phi[i]! * phi[k]!) * covariance;
      }
      out[a * m + a]! += phi[i]! * this.V.variances[i]!;
    }
  }

  /** sampling errors are not of true effects */
  addNewVariances(): void {}

  sampler(spreads: Spreads, rowName: (row: number) => string): Sampler {
    const drawErrors = this.known.sampler(spreads, rowName);
    const multipliers = spreads.phi.map(Math.sqrt);
    return (normal, y) => {
      const errors = new Float64Array(y.length);
      drawErrors(normal, errors);
      for (let i = 0; i < y.length; i++) y[i]! += multipliers[i]! * errors[i]!;
    };
  }
}

/** log phi of the observations; empty where V is known. */
export function multipliersBlock(source: TermSource): ParameterBlock {
  return observationBlock(source, "phi");
}
