import type { Dpar } from "../../formula/dpar";
import type { CorrelationMap } from "../correlations/correlation-map";
import { type EffectsParts, RandomEffects, type Share } from "./effects";
import type { LevelScores, NewVariances, PredictedEffects, Sampler, Spreads } from "./term";

/**
 * Effects that are correlated, with correlations that are estimated: an intercept and slopes of one level, the levels of a factor
 * within a study. Each effect has a *role* (intercept, slope; the level of the factor) and an *owner* (the level, the study):
 * effects of one owner have the correlation of their roles, C(r_a, r_b), all others none.
 */
export class CorrelationGroup {
  /** of the correlations */
  readonly dpar: Dpar;
  readonly map: CorrelationMap;
  /** number of its first parameter among those of all groups */
  readonly first: number;
  readonly owners: number;
  /** those whose effects it is of, as they are made */
  readonly terms: Correlated[] = [];

  constructor({ dpar, map, first, owners }: Pick<CorrelationGroup, "dpar" | "map" | "first" | "owners">) {
    this.dpar = dpar;
    this.map = map;
    this.first = first;
    this.owners = owners;
  }

  /** C, roles x roles */
  correlations(kappa: Float64Array): Float64Array {
    const { roles } = this.map;
    const C = new Float64Array(roles * roles);
    this.map.fill(this.own(kappa), C, null, null);
    return C;
  }

  /** L with C = L L' */
  factor(kappa: Float64Array): Float64Array {
    return this.map.factor(this.own(kappa));
  }

  /** Its parameters, of those of all groups. */
  own(kappa: Float64Array): Float64Array {
    return kappa.subarray(this.first, this.first + this.map.parameters);
  }
}

/** What ties the effects of a term to others: by its levels. */
export interface EffectRoles {
  readonly group: CorrelationGroup;
  readonly owner: Int32Array;
  readonly role: Int32Array;
}

/**
 * Z G Z' of such effects, taken apart by terms: what a term has is its own variance, and of the covariance with another term one
 * half each, so that the sum over the terms of a group is all of it. With C = L L', a level's effect is omega times a sum of
 * independent effects of its owner, L_rs u_s: all of them are among the effects of the group's first term.
 */
export class Correlated extends RandomEffects {
  override readonly roles: EffectRoles;

  constructor(parts: EffectsParts, roles: EffectRoles) {
    super(parts);
    this.roles = roles;
    roles.group.terms.push(this);
  }

  private get leader(): Correlated {
    return this.roles.group.terms[0]!;
  }

  override get effects(): number {
    const { group } = this.roles;
    return this.leader === this ? group.owners * group.map.roles : 0;
  }

  override eachPrecision(visit: (row: number, column: number, value: number) => void): void {
    for (let u = 0; u < this.effects; u++) visit(u, u, 1);
  }

  override eachLoading(
    observation: number,
    spreads: Spreads,
    visit: (effect: number, loading: number) => void,
  ): void {
    const level = this.index[observation]!;
    if (level < 0) return;
    const size = this.zOf(observation) * spreads.omega[this.firstLevel + level]!;
    const { effects, weights } = this.shareOf(level, spreads);
    for (let k = 0; k < effects.length; k++) visit(effects[k]!, size * weights[k]!);
  }

  override shareOf(level: number, { kappa }: Pick<Spreads, "kappa">): Share {
    const { group, owner, role } = this.roles;
    const { roles } = group.map;
    const L = this.factorAt(kappa);
    const first = this.leader.firstEffect + owner[level]! * roles;
    const row = L.subarray(role[level]! * roles, (role[level]! + 1) * roles);
    const effects: number[] = [];
    const weights: number[] = [];
    row.forEach((weight, s) => {
      if (weight === 0) return;
      effects.push(first + s);
      weights.push(weight);
    });
    return { effects, weights, variance: 0 };
  }

  /** the last one asked for: it is asked for by level */
  private last: { readonly kappa: Float64Array; readonly L: Float64Array } | null = null;

  private factorAt(kappa: Float64Array): Float64Array {
    if (this.last === null || this.last.kappa.some((value, k) => value !== kappa[k])) {
      this.last = { kappa: kappa.slice(), L: this.roles.group.factor(kappa) };
    }
    return this.last.L;
  }

  override tie(link: (first: number, row: number) => void): void {
    const { owners, terms } = this.roles.group;
    if (this.leader !== this) return;
    const firstOf = new Int32Array(owners).fill(-1);
    for (const { index, roles } of terms) {
      for (let i = 0; i < index.length; i++) {
        if (index[i]! < 0) continue;
        const owner = roles.owner[index[i]!]!;
        if (firstOf[owner] === -1) firstOf[owner] = i;
        else if (firstOf[owner] !== i) link(firstOf[owner]!, i);
      }
    }
  }

  override addVariances(spreads: Spreads, out: Float64Array): void {
    const C = this.roles.group.correlations(spreads.kappa);
    for (let i = 0; i < out.length; i++) if (this.index[i]! >= 0) out[i]! += this.shared(i, i, spreads, C);
  }

  override addCovariances(members: ArrayLike<number>, spreads: Spreads, out: Float64Array): void {
    const C = this.roles.group.correlations(spreads.kappa);
    const m = members.length;
    for (let a = 0; a < m; a++) {
      if (this.index[members[a]!]! < 0) continue;
      for (let b = 0; b <= a; b++) out[a * m + b]! += this.shared(members[a]!, members[b]!, spreads, C);
    }
  }

  /** Of this term's effect in observation i with all effects of the group in observation k. */
  private shared(i: number, k: number, { omega }: Spreads, C: Float64Array): number {
    const { group, owner, role } = this.roles;
    const { roles } = group.map;
    const level = this.index[i]!;
    const own = this.zOf(i) * omega[this.firstLevel + level]!;
    let sum = 0;
    for (const other of group.terms) {
      const at = other.index[k]!;
      if (at < 0 || other.roles.owner[at] !== owner[level]) continue;
      const theirs = other.zOf(k) * omega[other.firstLevel + at]!;
      sum += theirs * C[role[level]! * roles + other.roles.role[at]!]!;
    }
    return own * sum;
  }

  /** Of an owner that nobody knows. A row is in one role of a term whose levels have several. */
  override addNewVariances(outcome: Dpar["outcome"], rows: NewVariances, out: Float64Array): void {
    if (this.dpar.outcome !== outcome) return;
    const { group, role } = this.roles;
    const { roles } = group.map;
    const C = group.correlations(rows.kappa);
    const sizes = (term: Correlated) => {
      const omega = rows.values(term.dpar);
      const z = rows.slopes(term.dpar);
      return z === null ? omega : omega.map((value, i) => value * z[i]!);
    };
    const own = sizes(this);
    for (const other of group.terms) {
      if (other.dpar.outcome !== outcome) continue;
      const correlation = other === this ? 1 : C[role[0]! * roles + other.roles.role[0]!]!;
      const theirs = sizes(other);
      for (let i = 0; i < out.length; i++) out[i]! += correlation * own[i]! * theirs[i]!;
    }
  }

  /** The first term draws for all of the group. */
  override sampler({ omega, kappa }: Spreads): Sampler {
    if (this.leader !== this) return () => {};
    const { group } = this.roles;
    const { roles } = group.map;
    const L = group.factor(kappa);
    return (normal, y) => {
      const u = Float64Array.from({ length: group.owners * roles }, normal);
      for (const term of group.terms) {
        const { owner, role } = term.roles;
        const effects = new Float64Array(term.firstLevel + term.levels);
        for (let level = 0; level < term.levels; level++) {
          let sum = 0;
          for (let s = 0; s < roles; s++) sum += L[role[level]! * roles + s]! * u[owner[level]! * roles + s]!;
          effects[term.firstLevel + level] = omega[term.firstLevel + level]! * sum;
        }
        term.addEffects(effects, y);
      }
    };
  }

  override predict({ unit, variance, kappa, predicted }: LevelScores): PredictedEffects {
    const { firstLevel, levels } = this;
    const sd = new Float64Array(levels);
    const estimate = new Float64Array(levels);
    const stdError = new Float64Array(levels);
    for (let level = 0; level < levels; level++) {
      sd[level] = unit * Math.sqrt(variance[firstLevel + level]!);
      const one = predicted(this.shareOf(level, { kappa }));
      estimate[level] = sd[level]! * one.mean + 0; // never -0
      stdError[level] = sd[level]! * Math.sqrt(Math.max(0, one.variance));
    }
    return { sd, estimate, stdError };
  }
}
