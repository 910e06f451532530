import type { Dpar } from "../../formula/dpar";
import { emptyBlock, NO_BLOCK, type ParameterBlock, stackBlocks } from "../model";
import { completePairs } from "../observations";
import { numbersAmong, type Selection, selection } from "../selection";
import { Residual } from "./residual";
import type { TermSource } from "./source";
import type { NewVariances, Sampler, Spreads, TermAnswers } from "./term";

/**
 * R of two outcomes: sigma_i^2 of each row, and rho_s sigma_i sigma_k of the two rows i, k of a study that has both. A
 * correlation has no covariance without the SDs, so that this stands in the place of Residual and not beside it.
 */
export class Pair implements TermAnswers {
  readonly input = "pairs";
  readonly part = "within";
  readonly dpars: readonly Dpar[];
  /** the two rows of each study with both outcomes, one pair after the other */
  readonly pairs: Int32Array;
  private readonly alone: Residual;
  /** made by the first question that needs it */
  private pairOf: Int32Array | null = null;

  /** @param dpars the sigma of each outcome, and the correlation */
  constructor(dpars: readonly Dpar[], pairs: Int32Array) {
    this.dpars = dpars;
    this.alone = new Residual(dpars);
    this.pairs = pairs;
  }

  tie(link: (first: number, row: number) => void): void {
    const { pairs } = this;
    for (let s = 0; s < pairs.length; s += 2) link(pairs[s]!, pairs[s + 1]!);
  }

  addVariances(spreads: Spreads, out: Float64Array): void {
    this.alone.addVariances(spreads, out);
  }

  addCovariances(members: ArrayLike<number>, spreads: Spreads, out: Float64Array): void {
    this.alone.addCovariances(members, spreads, out);
    const { sigma, rho } = spreads;
    const pairOf = this.pairOfRows(sigma.length);
    const m = members.length;
    for (let a = 0; a < m; a++) {
      const i = members[a]!;
      const pair = pairOf[i]!;
      if (pair < 0) continue;
      for (let b = 0; b < a; b++) {
        const k = members[b]!;
        if (pairOf[k] === pair) out[a * m + b]! += rho[pair]! * sigma[i]! * sigma[k]!;
      }
    }
  }

  addNewVariances(outcome: Dpar["outcome"], rows: NewVariances, out: Float64Array): void {
    this.alone.addNewVariances(outcome, rows, out);
  }

  /** sigma1 z1, and sigma2 (rho z1 + sqrt(1 - rho^2) z2) beside it. */
  sampler({ sigma, rho }: Spreads): Sampler {
    const { pairs } = this;
    return (normal, y) => {
      const z = new Float64Array(y.length);
      for (let i = 0; i < z.length; i++) z[i] = normal();
      for (let s = 0; s < rho.length; s++) {
        const r = rho[s]!;
        const second = pairs[2 * s + 1]!;
        z[second] = r * z[pairs[2 * s]!]! + Math.sqrt(1 - r * r) * z[second]!;
      }
      for (let i = 0; i < y.length; i++) y[i]! += sigma[i]! * z[i]!;
    };
  }

  /** The pair of each row, -1 for none. */
  private pairOfRows(rows: number): Int32Array {
    if (this.pairOf === null) {
      const pairOf = new Int32Array(rows).fill(-1);
      this.pairs.forEach((row, at) => {
        pairOf[row] = at >> 1;
      });
      this.pairOf = pairOf;
    }
    return this.pairOf;
  }
}

interface PairsOfModel {
  readonly pairs: Int32Array;
  readonly block: ParameterBlock;
}

const NO_PAIRS: PairsOfModel = {
  pairs: new Int32Array(0),
  block: { kind: "rho", dpars: [], block: NO_BLOCK, held: null },
};

/** The pairs of a model with a correlation, and its predictor's parameters: none where a sigma is held at 0. */
export function pairsFrom(source: TermSource): PairsOfModel {
  const { observation } = source;
  const dpars = source.dpars("rho12");
  if (observation === null || dpars.length === 0) {
    return NO_PAIRS;
  }
  const { pairs, pairOf } = completePairs(observation);
  const design = source.design(dpars[0]!);
  const count = pairs.length / 2;
  const block =
    design === null
      ? emptyBlock(count)
      : source.checked(stackBlocks([design], count, (_, row) => pairOf[row]!));
  return { pairs, block: { kind: "rho", dpars, block, held: null } };
}

/** The pairs of the observations that are `places`, and which of all pairs they are. */
export function pairsWithout(
  pairs: Int32Array,
  places: Selection,
): { readonly pairs: Int32Array; readonly selected: Selection } {
  const selected = selection(
    Uint8Array.from({ length: pairs.length / 2 }, (_, s) => places.leftOut[pairs[2 * s]!]!),
  );
  if (pairs.length === 0) return { pairs, selected };
  const numberOf = numbersAmong(places);
  const out = new Int32Array(2 * selected.kept.length);
  selected.kept.forEach((pair, s) => {
    out[2 * s] = numberOf[pairs[2 * pair]!]!;
    out[2 * s + 1] = numberOf[pairs[2 * pair + 1]!]!;
  });
  return { pairs: out, selected };
}
