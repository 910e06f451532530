import type { Fit } from "../fit/fit";
import { LevelEquations } from "../fit/level-equations";
import { dot } from "../linalg/vector";
import type { Model } from "../model/model";
import { type EffectsTerm, hasEffects, type Spreads } from "../model/terms/term";
import { termsOf } from "../model/terms/terms";
import { fittedSpreads } from "./fitted-spreads";
import { openFit } from "./open-fit";

/** The error of a sum of predicted random effects, z'(u_hat - u), taken apart. */
export interface LevelSum {
  /** how it follows the error of beta_hat: X' S^-1 Z G z, by location coefficient */
  readonly slope: Float64Array;
  /** its variance were beta known: z'(G - G Z' S^-1 Z G) z; NaN where V + R is singular */
  readonly variance: number;
}

/** A level, numbered over all levels that the random effects of the fit report, its SD, and what its effect is multiplied by. */
export interface LevelOf {
  readonly level: number;
  readonly z: number;
  readonly sd: number;
}

/** Of z'(effects of levels). */
export interface LevelPredictions {
  /** at the predicted effects */
  mean(levels: readonly LevelOf[]): number;
  error(levels: readonly LevelOf[]): LevelSum;
}

/**
 * BLUPs and their prediction errors (LevelEquations): z'(effects of levels) is b'u, with s = M^-1 b
 *
 *   X' S^-1 Z G z = X' D^-1 Z Lambda s,   z'(G - G Z' S^-1 Z G) z = b's
 *
 * and beside it the variance of levels without rows that no data tell.
 */
export function levelPredictions(fit: Fit): LevelPredictions {
  const { model } = openFit(fit);
  const spreads = fittedSpreads(fit, model);
  const equations = new LevelEquations(model, spreads);
  const shareOf = sharesOf(termsOf(model).filter(hasEffects), spreads);
  const { values: X, columns: p, rows } = model.location;
  /** b, and the variance of what no data tell */
  const partsOf = (levels: readonly LevelOf[]) => {
    const b = new Float64Array(equations.effects);
    let variance = 0;
    for (const { level, z, sd } of levels) {
      const share = shareOf(level);
      const spread = z * sd;
      share.effects.forEach((effect, k) => {
        b[effect]! += spread * share.weights[k]!;
      });
      variance += spread ** 2 * share.variance;
    }
    return { b, variance };
  };
  let predicted: Float64Array | null = null;
  return {
    mean(levels) {
      predicted ??= equations.solve(equations.right(residualsOf(fit, model)));
      return dot(partsOf(levels).b, predicted);
    },
    error(levels) {
      let { b, variance } = partsOf(levels);
      const s = equations.solve(b);
      for (let u = 0; u < b.length; u++) if (b[u] !== 0) variance += b[u]! * s[u]!;
      const shared = equations.shared(s);
      const slope = new Float64Array(p);
      for (let j = 0; j < p; j++) for (let i = 0; i < rows; i++) slope[j]! += X[j * rows + i]! * shared[i]!;
      return { slope, variance };
    },
  };
}

/** y - X beta, by observation */
function residualsOf(
  { coefficients }: Fit,
  { y, location: { values: X, columns }, rows }: Model,
): Float64Array {
  const residuals = y.slice();
  for (let j = 0; j < columns; j++) {
    const { estimate } = coefficients[j]!;
    for (let i = 0; i < rows; i++) residuals[i]! -= X[j * rows + i]! * estimate;
  }
  return residuals;
}

/** What a level has of the effects, by its number over all terms. */
function sharesOf(
  terms: readonly EffectsTerm[],
  spreads: Spreads,
): (level: number) => ReturnType<EffectsTerm["shareOf"]> {
  return (level) => {
    const term = terms.find(({ firstReported, reported }) => level < firstReported + reported)!;
    return term.shareOf(level - term.firstReported, spreads);
  };
}
