import type { GroupDesign } from "../../design/group-design";
import type { Dpar } from "../../formula/dpar";
import { type Model, NO_BLOCK, type Outcomes, type ParameterBlock, singleBlock, stackBlocks } from "../model";
import { numbersAmong, type Selection, selection, takeFromColumns } from "../selection";
import type { TermSource } from "./source";
import type {
  EffectsAnswers,
  LevelScores,
  LevelsInput,
  NewRows,
  PredictedEffects,
  Sampler,
  Spreads,
  TermAnswers,
} from "./term";

/** Z G Z' of one (1 | g): omega_j^2 between all rows of level j. */
export class Intercept implements TermAnswers, EffectsAnswers, LevelsInput {
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
  readonly z: LevelsInput["z"] = null;
  readonly structure: LevelsInput["structure"] = null;
  /** number of its first level among those of all random intercepts */
  readonly firstLevel: number;

  constructor(dpar: Dpar, design: GroupDesign, index: Int32Array, firstLevel: number) {
    this.dpar = dpar;
    this.dpars = [dpar];
    this.design = design;
    this.index = index;
    this.levels = design.nrow;
    this.firstLevel = firstLevel;
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
    const { index, firstLevel } = this;
    for (let i = 0; i < out.length; i++) {
      if (index[i]! >= 0) out[i]! += omega[firstLevel + index[i]!]! ** 2;
    }
  }

  addCovariances(members: ArrayLike<number>, { omega }: Spreads, out: Float64Array): void {
    const { index, firstLevel } = this;
    const m = members.length;
    for (let a = 0; a < m; a++) {
      const level = index[members[a]!]!;
      if (level < 0) continue;
      const variance = omega[firstLevel + level]! ** 2;
      for (let b = 0; b <= a; b++) if (index[members[b]!] === level) out[a * m + b]! += variance;
    }
  }

  addNewVariances(outcome: Dpar["outcome"], rows: Pick<NewRows, "values">, out: Float64Array): void {
    if (this.dpar.outcome !== outcome) return;
    const omega = rows.values(this.dpar);
    for (let i = 0; i < out.length; i++) out[i]! += omega[i]! ** 2;
  }

  sampler({ omega }: Spreads): Sampler {
    const { index, firstLevel, levels } = this;
    return (normal, y) => {
      const u = new Float64Array(levels);
      for (let level = 0; level < levels; level++) u[level] = omega[firstLevel + level]! * normal();
      for (let i = 0; i < y.length; i++) if (index[i]! >= 0) y[i]! += u[index[i]!]!;
    };
  }

  addEffects(u: Float64Array, out: Float64Array): void {
    const { index, firstLevel } = this;
    for (let i = 0; i < out.length; i++) if (index[i]! >= 0) out[i]! += u[firstLevel + index[i]!]!;
  }

  addSums(w: Float64Array, out: Float64Array): void {
    const { index, firstLevel } = this;
    for (let i = 0; i < w.length; i++) if (index[i]! >= 0) out[firstLevel + index[i]!]! += w[i]!;
  }

  /** Of the mean: (mean of the variances) / their number. */
  setErrors(variances: Float64Array, out: Float64Array): void {
    const { index, firstLevel, levels } = this;
    const counts = new Float64Array(levels);
    out.fill(0, firstLevel, firstLevel + levels);
    this.addSums(variances, out);
    for (let i = 0; i < index.length; i++) if (index[i]! >= 0) counts[index[i]!]!++;
    for (let level = 0; level < levels; level++) out[firstLevel + level]! /= counts[level]! ** 2;
  }

  levelOf(observation: number): number {
    const level = this.index[observation]!;
    return level < 0 ? -1 : this.firstLevel + level;
  }

  eachEffect(
    outcome: Dpar["outcome"],
    rows: Pick<NewRows, "levels">,
    visit: (row: number, level: number) => void,
  ): void {
    if (this.dpar.outcome !== outcome) return;
    rows.levels(this.dpar).forEach((level, row) => {
      if (level >= 0) visit(row, this.firstLevel + level);
    });
  }

  /** Henderson (1975): u = G Z' S^-1 r,  var(u_hat - u) = G - G Z' P Z G. */
  predict({ unit, variance, score, precision }: LevelScores): PredictedEffects {
    const { firstLevel, levels } = this;
    const sd = new Float64Array(levels);
    const estimate = new Float64Array(levels);
    const stdError = new Float64Array(levels);
    for (let level = 0; level < levels; level++) {
      const at = firstLevel + level;
      const omega2 = variance[at]!;
      sd[level] = unit * Math.sqrt(omega2);
      estimate[level] = unit * omega2 * score[at]! + 0; // never -0
      stdError[level] = unit * Math.sqrt(Math.max(0, omega2 - omega2 * omega2 * precision[at]!));
    }
    return { sd, estimate, stdError };
  }
}

/** All random intercepts, as in the formulas. */
export function interceptsFrom(
  source: Pick<TermSource, "rows" | "observation" | "dpars" | "design">,
): Intercept[] {
  const { rows, observation } = source;
  let firstLevel = 0;
  return source.dpars("sd").map((dpar) => {
    const design = source.design(dpar) as GroupDesign;
    const index = observedLevels(design.index, dpar.outcome!, rows, observation);
    const intercept = new Intercept(dpar, design, index, firstLevel);
    firstLevel += design.nrow;
    return intercept;
  });
}

const NO_LEVELS: ParameterBlock = { kind: "sd", dpars: [], block: NO_BLOCK, held: null };

/** log omega of all levels of all random intercepts, one intercept after the other. */
export function interceptsBlock(intercepts: readonly Intercept[]): ParameterBlock {
  if (intercepts.length === 0) return NO_LEVELS;
  const dpars = intercepts.map(({ dpar }) => dpar);
  const designs = intercepts.map(({ design }) => design);
  if (designs.length === 1) return { kind: "sd", dpars, block: singleBlock(designs[0]!), held: null };
  const last = intercepts[intercepts.length - 1]!;
  const count = last.firstLevel + last.levels;
  const block = stackBlocks(designs, count, (d, level) => intercepts[d]!.firstLevel + level);
  return { kind: "sd", dpars, block, held: null };
}

/**
 * Without some rows of the frame, and the observations that are `places`: a level that loses its last row goes, and so does
 * its row in the design of its SD. `outcomes` are those that are left.
 */
export function interceptsWithout(
  { random }: Pick<Model, "random">,
  rows: Selection,
  places: Selection,
  outcomes: Outcomes | null,
): Intercept[] {
  let firstLevel = 0;
  return random.map(({ dpar, design: whole, index: before }) => {
    const design = ofLevelsLeft(whole, rows.kept);
    const index =
      outcomes === null
        ? design.index
        : Int32Array.from(places.kept, (place, k) =>
            before[place]! < 0 ? -1 : design.index[outcomes.frameRow[k]!]!,
          );
    const intercept = new Intercept(dpar, design, index, firstLevel);
    firstLevel += design.nrow;
    return intercept;
  });
}

/** Over the levels that a kept row has. */
function ofLevelsLeft(design: GroupDesign, kept: readonly number[]): GroupDesign {
  const { index, nrow, names } = design;
  const counts = new Int32Array(nrow);
  for (const row of kept) if (index[row]! >= 0) counts[index[row]!]!++;
  const levels = selection(Uint8Array.from(counts, (count) => (count > 0 ? 0 : 1)));
  const numberOf = numbersAmong(levels);
  return {
    ...design,
    nrow: levels.kept.length,
    values: takeFromColumns(design.values, nrow, names.length, levels),
    levels: Array.from(levels.kept, (level) => design.levels[level]!),
    index: Int32Array.from(kept, (row) => (index[row]! < 0 ? -1 : numberOf[index[row]!]!)),
    counts: Int32Array.from(levels.kept, (level) => counts[level]!),
  };
}

/** The level of each observation of one outcome (1 or 2), -1 for those of the other, from the level of each row. */
function observedLevels(
  index: Int32Array,
  outcome: number,
  rows: number,
  observation: Int32Array | null,
): Int32Array {
  if (observation === null) return index;
  const levels = new Int32Array(rows).fill(-1);
  for (let row = 0; row < index.length; row++) {
    const at = observation[2 * row + outcome - 1]!;
    if (at >= 0) levels[at] = index[row]!;
  }
  return levels;
}
