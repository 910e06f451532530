import type { Structure, StructuredLevels } from "../../covariance/structure";
import { flatten, link as join, newForest } from "../../covariance/union-find";
import { isInterceptAlone } from "../../design/design";
import type { GroupDesign } from "../../design/group-design";
import { DrmError } from "../../errors";
import type { Dpar } from "../../formula/dpar";
import { SparseLdl } from "../../linalg/sparse-ldl";
import { type EffectsParts, RandomEffects, type Share } from "./effects";
import type { LevelScores, NewVariances, PredictedEffects, Sampler, Spreads } from "./term";

/**
 * Z G Z' of effects whose levels are on a tree or a known matrix: z_i z_k omega_j omega_l K_jl between a row i of level j and a row k
 * of level l. u ~ N(0, P^-1) is by level of the structure, inner nodes of a tree included, which come last; a row has
 * z_i omega_j scale_j u_j, and K_jl = scale_j scale_l (P^-1)_jl.
 */
export class Structured extends RandomEffects {
  override readonly structure: Structure;
  /** names of the structure that no row has, and those of the data that share the effect of another */
  override readonly others: readonly string[];
  private readonly related: StructuredLevels;

  constructor(parts: EffectsParts, related: StructuredLevels) {
    super(merged(parts, related));
    this.related = related;
    this.structure = related.structure;
    const names = new Set(related.structure.names);
    const twins =
      names.size === parts.design.nrow ? [] : parts.design.levels.filter((name) => !names.has(name));
    this.others = [...twins, ...related.others];
  }

  override get effects(): number {
    return this.structure.levels;
  }

  override scaleOf(level: number): number {
    return this.structure.scale[level]!;
  }

  override eachPrecision(visit: (row: number, column: number, value: number) => void): void {
    const { rows, columns, values } = this.structure;
    for (let q = 0; q < rows.length; q++) visit(rows[q]!, columns[q]!, values[q]!);
  }

  override shareOf(level: number, spreads: Pick<Spreads, "kappa">): Share {
    if (level < this.levels) return super.shareOf(level, spreads);
    const { effects, weights, variance } = this.related.conditional(this.others[level - this.levels]!)!;
    return { effects: effects.map((u) => this.firstEffect + u), weights, variance };
  }

  /** P ties all levels that are connected by it. */
  override tie(link: (first: number, row: number) => void): void {
    const { index, structure } = this;
    const root = newForest(structure.levels);
    this.eachPrecision((row, column, value) => {
      if (value !== 0) join(root, row, column);
    });
    flatten(root);
    const firstOf = new Int32Array(structure.levels).fill(-1);
    for (let i = 0; i < index.length; i++) {
      if (index[i]! < 0) continue;
      const component = root[index[i]!]!;
      if (firstOf[component] === -1) firstOf[component] = i;
      else link(firstOf[component]!, i);
    }
  }

  override addVariances({ omega }: Spreads, out: Float64Array): void {
    const { index, firstLevel, structure } = this;
    for (let i = 0; i < out.length; i++) {
      const level = index[i]!;
      if (level < 0) continue;
      out[i]! += (this.zOf(i) * omega[firstLevel + level]!) ** 2 * structure.correlation(level, level);
    }
  }

  override addCovariances(members: ArrayLike<number>, { omega }: Spreads, out: Float64Array): void {
    const { index, firstLevel, structure } = this;
    const m = members.length;
    const sds = Float64Array.from(members, (i) =>
      index[i]! < 0 ? 0 : this.zOf(i) * omega[firstLevel + index[i]!]!,
    );
    for (let a = 0; a < m; a++) {
      const level = index[members[a]!]!;
      if (level < 0) continue;
      for (let b = 0; b <= a; b++) {
        const other = index[members[b]!]!;
        if (other >= 0) out[a * m + b]! += sds[a]! * sds[b]! * structure.correlation(level, other);
      }
    }
  }

  /** Of a level that nobody knows: with the mean of the variances of those that are. */
  override addNewVariances(outcome: Dpar["outcome"], rows: NewVariances, out: Float64Array): void {
    const { structure, levels } = this;
    const own = new Float64Array(out.length);
    super.addNewVariances(outcome, rows, own);
    let typical = 0;
    for (let level = 0; level < levels; level++) typical += structure.correlation(level, level) / levels;
    for (let i = 0; i < out.length; i++) out[i]! += typical * own[i]!;
  }

  override sampler({ omega }: Spreads): Sampler {
    const { firstLevel, structure, levels } = this;
    const { levels: n, rows, columns, values } = structure;
    const factor = new SparseLdl({ n, rows, columns, values });
    return (normal, y) => {
      const u = factor.spread(Float64Array.from({ length: structure.levels }, normal));
      const effects = new Float64Array(firstLevel + levels);
      for (let level = 0; level < levels; level++) {
        effects[firstLevel + level] = omega[firstLevel + level]! * structure.scale[level]! * u[level]!;
      }
      this.addEffects(effects, y);
    };
  }

  /** Those of levels without rows too: where the SD has moderators, theirs is not known. */
  override predict({ unit, variance, kappa, predicted }: LevelScores): PredictedEffects {
    const { firstLevel, levels, reported, design } = this;
    const isConstant = design.names.length === 0 || isInterceptAlone(design);
    const common = isConstant ? variance[firstLevel]! : Number.NaN;
    const sd = new Float64Array(reported);
    const estimate = new Float64Array(reported);
    const stdError = new Float64Array(reported);
    for (let level = 0; level < reported; level++) {
      sd[level] = unit * Math.sqrt(level < levels ? variance[firstLevel + level]! : common);
      const one = predicted(this.shareOf(level, { kappa }));
      estimate[level] = sd[level]! * one.mean + 0; // never -0
      stdError[level] = sd[level]! * Math.sqrt(Math.max(0, one.variance));
    }
    return { sd, estimate, stdError };
  }
}

/** Levels of the data that the structure cannot tell apart are one: they share an SD, too. */
function merged(parts: EffectsParts, { place }: StructuredLevels): EffectsParts {
  const { design, index, dpar } = parts;
  let count = 0;
  for (const own of place) count = Math.max(count, own + 1);
  if (count === design.nrow && place.every((own, level) => own === level)) return parts;
  const firstOf = new Int32Array(count).fill(-1);
  for (let level = 0; level < place.length; level++) {
    const first = firstOf[place[level]!]!;
    if (first === -1) firstOf[place[level]!] = level;
    else if (!sameRow(design, first, level)) {
      const [a, b] = [design.levels[first]!, design.levels[level]!];
      throw new DrmError(
        "bad_structure",
        `${dpar.key}: '${a}' and '${b}' are at one place, so their effects are the same, but their SDs have different predictors`,
      );
    }
  }
  return {
    ...parts,
    design: takeLevels(design, firstOf, place),
    index: index.map((level) => (level < 0 ? -1 : place[level]!)),
  };
}

function sameRow({ values, nrow, names }: GroupDesign, a: number, b: number): boolean {
  return names.every((_, j) => values[j * nrow + a] === values[j * nrow + b]);
}

/** A design over the levels `from`, which are those of the structure in its order. */
function takeLevels(design: GroupDesign, from: Int32Array, place: Int32Array): GroupDesign {
  const { nrow, names, values, levels, index, counts } = design;
  const own = new Int32Array(from.length);
  counts.forEach((count, level) => {
    own[place[level]!]! += count;
  });
  return {
    ...design,
    nrow: from.length,
    values: Float64Array.from({ length: from.length * names.length }, (_, at) => {
      const j = Math.floor(at / from.length);
      return values[j * nrow + from[at - j * from.length]!]!;
    }),
    levels: Array.from(from, (level) => levels[level]!),
    index: index.map((level) => (level < 0 ? -1 : place[level]!)),
    counts: own,
  };
}
