import type { Dpar } from "../../formula/dpar";
import type { ParameterBlock } from "../model";
import { observationBlock } from "./observation-block";
import type { TermSource } from "./source";
import type { NewVariances, Sampler, Spreads, TermAnswers } from "./term";

/** R = diag(sigma_i^2): the heterogeneity of each row. */
export class Residual implements TermAnswers {
  readonly input = "rows";
  readonly part = "within";
  readonly dpars: readonly Dpar[];

  /** @param dpars the sigma of each outcome */
  constructor(dpars: readonly Dpar[]) {
    this.dpars = dpars;
  }

  tie(): void {}

  addVariances({ sigma }: Spreads, out: Float64Array): void {
    for (let i = 0; i < out.length; i++) out[i]! += sigma[i]! ** 2;
  }

  addCovariances(members: ArrayLike<number>, { sigma }: Spreads, out: Float64Array): void {
    const m = members.length;
    for (let a = 0; a < m; a++) out[a * m + a]! += sigma[members[a]!]! ** 2;
  }

  addNewVariances(outcome: Dpar["outcome"], rows: NewVariances, out: Float64Array): void {
    const sigma = rows.values(this.dpars.find((dpar) => dpar.outcome === outcome)!);
    for (let i = 0; i < out.length; i++) out[i]! += sigma[i]! ** 2;
  }

  sampler({ sigma }: Spreads): Sampler {
    return (normal, y) => {
      for (let i = 0; i < y.length; i++) y[i]! += sigma[i]! * normal();
    };
  }
}

/** log sigma of the observations. */
export function residualBlock(source: TermSource): ParameterBlock {
  return observationBlock(source, "sigma");
}
