import type { Sampler, Spreads, TermAnswers } from "./term";

/** R = diag(sigma_i^2): the heterogeneity of each row. */
export class Residual implements TermAnswers {
  readonly input = "rows";

  tie(): void {}

  addVariances({ sigma }: Spreads, out: Float64Array): void {
    for (let i = 0; i < out.length; i++) out[i]! += sigma[i]! ** 2;
  }

  addCovariances(members: ArrayLike<number>, { sigma }: Spreads, out: Float64Array): void {
    const m = members.length;
    for (let a = 0; a < m; a++) out[a * m + a]! += sigma[members[a]!]! ** 2;
  }

  sampler({ sigma }: Spreads): Sampler {
    return (normal, y) => {
      for (let i = 0; i < y.length; i++) y[i]! += sigma[i]! * normal();
    };
  }
}
