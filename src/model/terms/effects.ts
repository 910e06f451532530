import type { Relate, Structure } from "../../covariance/structure";
import type { GroupDesign } from "../../design/group-design";
import type { Dpar } from "../../formula/dpar";
import { NO_BLOCK, type ParameterBlock, singleBlock, stackBlocks } from "../model";
import { numbersAmong, selection, takeFromColumns } from "../selection";
import type { EffectRoles } from "./correlated";
import type {
  EffectsAnswers,
  LevelScores,
  LevelsInput,
  NewRows,
  NewVariances,
  PredictedEffects,
  Sampler,
  Spreads,
  TermAnswers,
} from "./term";

/** What makes a term with random effects. */
export interface EffectsParts {
  /** its SD */
  readonly dpar: Dpar;
  /** of log omega, over the levels that rows have */
  readonly design: GroupDesign;
  /** level of each observation, -1 for none */
  readonly index: Int32Array;
  /** by observation what its level's effect is multiplied by: a slope's column; null for intercepts, where it is 1 */
  readonly z: Float64Array | null;
  /** number of its first level among those of all terms that rows have, each of which has an SD */
  readonly firstLevel: number;
  /** number of its first effect u among those of all terms, with those of inner nodes */
  readonly firstEffect: number;
  /** number of the first level that it reports among those of all terms, with those that no row has */
  readonly firstReported: number;
  /** the known correlation of any of its levels; null where they are independent */
  readonly relate: Relate | null;
  /** the value that its SD is held at; null where it is estimated */
  readonly held: number | null;
}

/** What a level has of effects u: sum of weights_k u_k, and a variance beside that which no data tell. At an SD of 1. */
export interface Share {
  /** numbers among the effects of all terms */
  readonly effects: readonly number[];
  readonly weights: readonly number[];
  readonly variance: number;
}

/**
 * Z G Z' of random effects of levels that are independent: z_i z_k omega_j^2 between all rows i, k of level j. (1 | g), where z is
 * 1, and (0 + x | g), where it is x.
 */
export class RandomEffects implements TermAnswers, EffectsAnswers, LevelsInput {
  readonly input = "levels";
  readonly part = "between";
  readonly dpars: readonly Dpar[];
  readonly dpar: Dpar;
  readonly design: GroupDesign;
  readonly index: Int32Array;
  readonly z: Float64Array | null;
  readonly levels: number;
  readonly firstLevel: number;
  readonly firstEffect: number;
  readonly firstReported: number;
  readonly relate: Relate | null;
  readonly held: number | null;
  readonly structure: Structure | null = null;
  readonly roles: EffectRoles | null = null;
  readonly others: readonly string[] = [];

  constructor({
    dpar,
    design,
    index,
    z,
    firstLevel,
    firstEffect,
    firstReported,
    relate,
    held,
  }: EffectsParts) {
    this.dpar = dpar;
    this.dpars = [dpar];
    this.design = design;
    this.index = index;
    this.z = z;
    this.levels = design.nrow;
    this.firstLevel = firstLevel;
    this.firstEffect = firstEffect;
    this.firstReported = firstReported;
    this.relate = relate;
    this.held = held;
  }

  get effects(): number {
    return this.levels;
  }

  get reported(): number {
    return this.levels + this.others.length;
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
      if (index[i]! >= 0) out[i]! += (this.zOf(i) * omega[firstLevel + index[i]!]!) ** 2;
    }
  }

  addCovariances(members: ArrayLike<number>, { omega }: Spreads, out: Float64Array): void {
    const { index, firstLevel } = this;
    const m = members.length;
    for (let a = 0; a < m; a++) {
      const level = index[members[a]!]!;
      if (level < 0) continue;
      const variance = omega[firstLevel + level]! ** 2 * this.zOf(members[a]!);
      for (let b = 0; b <= a; b++) {
        if (index[members[b]!] === level) out[a * m + b]! += variance * this.zOf(members[b]!);
      }
    }
  }

  addNewVariances(outcome: Dpar["outcome"], rows: NewVariances, out: Float64Array): void {
    if (this.dpar.outcome !== outcome) return;
    const omega = rows.values(this.dpar);
    const z = rows.slopes(this.dpar);
    for (let i = 0; i < out.length; i++) out[i]! += (omega[i]! * (z?.[i] ?? 1)) ** 2;
  }

  sampler({ omega }: Spreads): Sampler {
    const { firstLevel, levels } = this;
    const own = omega.subarray(firstLevel, firstLevel + levels);
    return (normal, y) => {
      const u = new Float64Array(firstLevel + levels);
      for (let level = 0; level < levels; level++) u[firstLevel + level] = own[level]! * normal();
      this.addEffects(u, y);
    };
  }

  addEffects(u: Float64Array, out: Float64Array): void {
    const { index, firstLevel } = this;
    for (let i = 0; i < out.length; i++) {
      if (index[i]! >= 0) out[i]! += this.zOf(i) * u[firstLevel + index[i]!]!;
    }
  }

  addSums(w: Float64Array, out: Float64Array): void {
    const { index, firstLevel } = this;
    for (let i = 0; i < w.length; i++) {
      if (index[i]! >= 0) out[firstLevel + index[i]!]! += this.zOf(i) * w[i]!;
    }
  }

  /** Of the least-squares estimate of an effect, sum z y / sum z^2: of intercepts the mean of the variances over their number. */
  setErrors(variances: Float64Array, out: Float64Array): void {
    const { index, firstLevel, design } = this;
    const squares = new Float64Array(design.nrow);
    const sums = new Float64Array(design.nrow);
    for (let i = 0; i < index.length; i++) {
      const level = index[i]!;
      if (level < 0) continue;
      const square = this.zOf(i) ** 2;
      squares[level]! += square;
      sums[level]! += square * variances[i]!;
    }
    for (let level = 0; level < design.nrow; level++) {
      out[firstLevel + level] = sums[level]! / squares[level]! ** 2;
    }
  }

  levelOf(observation: number): number {
    const level = this.index[observation]!;
    return level < 0 ? -1 : this.firstLevel + level;
  }

  sdOf(observation: number, { omega }: Spreads): number {
    const level = this.levelOf(observation);
    return level < 0 ? Number.NaN : omega[level]!;
  }

  eachLoading(
    observation: number,
    { omega }: Spreads,
    visit: (effect: number, loading: number) => void,
  ): void {
    const level = this.index[observation]!;
    if (level < 0) return;
    visit(
      this.firstEffect + level,
      this.zOf(observation) * omega[this.firstLevel + level]! * this.scaleOf(level),
    );
  }

  scaleOf(_level: number): number {
    return 1;
  }

  shareOf(level: number, _: Pick<Spreads, "kappa">): Share {
    return { effects: [this.firstEffect + level], weights: [this.scaleOf(level)], variance: 0 };
  }

  eachPrecision(visit: (row: number, column: number, value: number) => void): void {
    for (let level = 0; level < this.levels; level++) visit(level, level, 1);
  }

  zOf(observation: number): number {
    return this.z === null ? 1 : this.z[observation]!;
  }

  eachEffect(
    outcome: Dpar["outcome"],
    rows: Pick<NewRows, "levels" | "slopes">,
    visit: (row: number, reported: number, z: number) => void,
  ): void {
    if (this.dpar.outcome !== outcome) return;
    const z = rows.slopes(this.dpar);
    rows.levels(this.dpar).forEach((level, row) => {
      if (level >= 0) visit(row, this.firstReported + level, z?.[row] ?? 1);
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

const NO_LEVELS: ParameterBlock = { kind: "sd", dpars: [], block: NO_BLOCK, held: null };

/** log omega of all levels of all random effects, one term after the other. */
export function effectsBlock(terms: readonly RandomEffects[]): ParameterBlock {
  if (terms.length === 0) return NO_LEVELS;
  const dpars = terms.map(({ dpar }) => dpar);
  const estimated = terms.filter(({ held }) => held === null);
  const last = terms[terms.length - 1]!;
  const count = last.firstLevel + last.levels;
  if (estimated.length === terms.length && terms.length === 1) {
    return { kind: "sd", dpars, block: singleBlock(last.design), held: null };
  }
  const block = stackBlocks(
    estimated.map(({ design }) => design),
    count,
    (d, level) => estimated[d]!.firstLevel + level,
  );
  if (estimated.length === terms.length) return { kind: "sd", dpars, block, held: null };
  const held = new Float64Array(count);
  for (const { firstLevel, levels, held: value } of terms) {
    if (value !== null) held.fill(Math.log(value), firstLevel, firstLevel + levels);
  }
  return { kind: "sd", dpars, block, held };
}

/** Over the levels that a kept row has. */
export function ofLevelsLeft(design: GroupDesign, kept: readonly number[]): GroupDesign {
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
    ...(design.cells !== undefined && {
      cells: {
        groups: Array.from(levels.kept, (level) => design.cells!.groups[level]!),
        levels: Array.from(levels.kept, (level) => design.cells!.levels[level]!),
      },
    }),
    index: Int32Array.from(kept, (row) => (index[row]! < 0 ? -1 : numberOf[index[row]!]!)),
    counts: Int32Array.from(levels.kept, (level) => counts[level]!),
  };
}
