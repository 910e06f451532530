import type { GroupDesign } from "../../design/group-design";
import type { Dpar } from "../../formula/dpar";
import type { LevelsInput, NewRows, Sampler, Spreads, TermAnswers } from "./term";

/** Z G Z' of one (1 | g): omega_j^2 between all rows of level j. */
export class Intercept implements TermAnswers, LevelsInput {
  readonly input = "levels";
  readonly part = "between";
  readonly dpars: readonly Dpar[];
  /** its SD */
  readonly dpar: Dpar;
  /** of log omega, over the levels */
  readonly design: GroupDesign;
  /** level of each observation, -1 for none */
  readonly index: Int32Array;
  readonly levels: number;
  /** number of its first level among those of all random intercepts */
  readonly firstUnit: number;

  constructor(dpar: Dpar, design: GroupDesign, index: Int32Array, firstUnit: number) {
    this.dpar = dpar;
    this.dpars = [dpar];
    this.design = design;
    this.index = index;
    this.levels = design.nrow;
    this.firstUnit = firstUnit;
  }

  tie(link: (first: number, row: number) => void): void {
    const { index, levels } = this;
    const firstOf = new Int32Array(levels).fill(-1);
    for (let i = 0; i < index.length; i++) {
      const level = index[i]!;
      if (level < 0) continue;
      if (firstOf[level] === -1) firstOf[level] = i;
      else link(firstOf[level]!, i);
    }
  }

  addVariances({ omega }: Spreads, out: Float64Array): void {
    const { index, firstUnit } = this;
    for (let i = 0; i < out.length; i++) {
      if (index[i]! >= 0) out[i]! += omega[firstUnit + index[i]!]! ** 2;
    }
  }

  addCovariances(members: ArrayLike<number>, { omega }: Spreads, out: Float64Array): void {
    const { index, firstUnit } = this;
    const m = members.length;
    for (let a = 0; a < m; a++) {
      const level = index[members[a]!]!;
      if (level < 0) continue;
      const variance = omega[firstUnit + level]! ** 2;
      for (let b = 0; b <= a; b++) if (index[members[b]!] === level) out[a * m + b]! += variance;
    }
  }

  addNewVariances(outcome: Dpar["outcome"], rows: NewRows, out: Float64Array): void {
    if (this.dpar.outcome !== outcome) return;
    const omega = rows.values(this.dpar);
    for (let i = 0; i < out.length; i++) out[i]! += omega[i]! ** 2;
  }

  sampler({ omega }: Spreads): Sampler {
    const { index, firstUnit, levels } = this;
    return (normal, y) => {
      const u = new Float64Array(levels);
      for (let level = 0; level < levels; level++) u[level] = omega[firstUnit + level]! * normal();
      for (let i = 0; i < y.length; i++) if (index[i]! >= 0) y[i]! += u[index[i]!]!;
    };
  }
}
