import { choleskyFactor } from "../linalg/cholesky";
import { choleskyInverse } from "../linalg/inverse";
import { SparseLdl, type SparseSymmetric } from "../linalg/sparse-ldl";
import { components } from "../model/components";
import type { Model } from "../model/model";
import { type EffectsTerm, hasEffects, type Spreads } from "../model/terms/term";
import { termsOf } from "../model/terms/terms";
import { partwiseInverse } from "./effect-covariances";
import { marginalCovariance } from "./marginal-covariance";
import type { StandardModel } from "./standard-model";

/**
 * The equations of the random effects of a model, given beta (Henderson 1975, Biometrics 31, 423-447), in u of precision P:
 *
 *   M u_hat = Lambda' Z' D^-1 (y - X beta),   M = Lambda' Z' D^-1 Z Lambda + P,   var(u | y, beta) = M^-1
 *
 * with Lambda what a row has of its level's u (z omega scale), D = V + R of the rows, or with likelihood weights D / w, and P the
 * identity, or the precision of a tree or a matrix, whose levels without rows are among the u. Written in Lambda, an SD of 0 is
 * an ordinary point. Where D is singular, what hangs together with its rows is NaN. Cost O(rows), the cube of each cluster of D,
 * and that of a sparse factorization of M.
 */
export class LevelEquations {
  private readonly model: EquationsModel;
  private readonly terms: readonly EffectsTerm[];
  private readonly spreads: Spreads;
  private readonly blocks: readonly PrecisionBlock[];
  private readonly entries: SparseSymmetric;
  private readonly M: SparseLdl;
  private inverse: ((u: number, v: number) => number | null) | null = null;

  constructor(model: EquationsModel, spreads: Spreads) {
    this.model = model;
    this.terms = termsOf(model).filter(hasEffects);
    this.spreads = spreads;
    this.blocks = precisionBlocks(model, spreads);
    this.entries = this.matrix();
    this.M = new SparseLdl(this.entries);
  }

  /** How many effects there are. */
  get effects(): number {
    return this.M.n;
  }

  /** M^-1 b */
  solve(b: Float64Array): Float64Array {
    return this.M.solve(b);
  }

  /** Diagonal of M^-1. */
  variances(): Float64Array {
    return this.M.inverseDiagonal();
  }

  /** Element of M^-1; null where it is not at hand: of effects that are connected to many others. */
  covariance(u: number, v: number): number | null {
    this.inverse ??= partwiseInverse(this.entries);
    return this.inverse(u, v);
  }

  /** Lambda' Z' D^-1 w */
  right(w: Float64Array): Float64Array {
    const out = new Float64Array(this.effects);
    const solved = this.whitened(w);
    for (const term of this.terms) {
      for (let i = 0; i < solved.length; i++) {
        term.eachLoading(i, this.spreads, (effect, loading) => {
          out[effect]! += loading * solved[i]!;
        });
      }
    }
    return out;
  }

  /** D^-1 Z Lambda u */
  shared(u: Float64Array): Float64Array {
    const w = new Float64Array(this.model.rows);
    for (const term of this.terms) {
      for (let i = 0; i < w.length; i++) {
        term.eachLoading(i, this.spreads, (effect, loading) => {
          w[i]! += loading * u[effect]!;
        });
      }
    }
    return this.whitened(w);
  }

  /** D^-1 w */
  private whitened(w: Float64Array): Float64Array {
    const out = new Float64Array(w.length);
    for (const { members, inverse } of this.blocks) {
      const m = members.length;
      for (let a = 0; a < m; a++) {
        let sum = 0;
        for (let b = 0; b < m; b++) sum += inverse[a * m + b]! * w[members[b]!]!;
        out[members[a]!] = sum;
      }
    }
    return out;
  }

  private matrix(): SparseSymmetric {
    const { terms, spreads } = this;
    const rows: number[] = [];
    const columns: number[] = [];
    const values: number[] = [];
    const add = (row: number, column: number, value: number) => {
      rows.push(row);
      columns.push(column);
      values.push(value);
    };
    let n = 0;
    for (const term of terms) {
      const first = n;
      term.eachPrecision((row, column, value) => add(first + row, first + column, value));
      n += term.effects;
    }
    for (const { members, inverse } of this.blocks) {
      const m = members.length;
      const own = members.map((i) => {
        const loadings: { readonly effect: number; readonly loading: number }[] = [];
        for (const term of terms)
          term.eachLoading(i, spreads, (effect, loading) => loadings.push({ effect, loading }));
        return loadings;
      });
      for (let a = 0; a < m; a++) {
        for (let b = 0; b < m; b++) {
          for (const one of own[a]!) {
            for (const other of own[b]!) {
              // each place of the lower triangle once, from either of the two orders
              if (one.effect < other.effect) continue;
              add(one.effect, other.effect, one.loading * inverse[a * m + b]! * other.loading);
            }
          }
        }
      }
    }
    return { n, rows, columns, values };
  }
}

/** A model, or a standard one, whose V is in the user's units likewise. */
export type EquationsModel = Pick<Model | StandardModel, "rows" | "V" | "random" | "pairs" | "weights"> &
  Parameters<typeof termsOf>[0];

/** Rows tied by D, with the inverse of their part of it. */
interface PrecisionBlock {
  readonly members: readonly number[];
  /** m x m; NaN where D is singular */
  readonly inverse: Float64Array;
}

function precisionBlocks(model: EquationsModel, spreads: Spreads): PrecisionBlock[] {
  const { rows, weights } = model;
  const terms = termsOf(model).filter((term) => !hasEffects(term));
  const { root } = components({ rows, terms });
  const members = new Map<number, number[]>();
  root.forEach((first, i) => {
    const block = members.get(first);
    if (block === undefined) members.set(first, [i]);
    else block.push(i);
  });
  const covariance = marginalCovariance(terms);
  return Array.from(members.values(), (own) => {
    const m = own.length;
    const L = choleskyFactor(covariance(own, spreads), m);
    const inverse = L === null ? new Float64Array(m * m).fill(Number.NaN) : choleskyInverse(L, m);
    // weights with random effects are of rows on their own
    const w = weights === null ? 1 : weights[own[0]!]!;
    return { members: own, inverse: inverse.map((value) => w * value) };
  });
}
