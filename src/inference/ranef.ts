import type { Fit } from "../fit/fit";
import { randomEffectsFor, randomEffectsOf } from "../fit/groupings";
import { requireFit } from "../fit/require-fit";

/** The predicted random intercept or slope of one level. Response scale. */
export interface RanefRow {
  /** the dpar of its SD: "sd(study)", "sd(bmi | study)"; "sd1(study)" for the first of two outcomes */
  readonly dpar: string;
  /** "study", "district:school", "phylo(species)" */
  readonly group: string;
  /** "(Intercept)", the column that slopes are of, or the level of a column within a group */
  readonly term: string;
  /** name of the level */
  readonly level: string;
  /** fitted SD of the level's random intercept or slope */
  readonly sd: number;
  /** predicted random intercept or slope (BLUP) */
  readonly estimate: number;
  /** SD of its prediction error */
  readonly stdError: number;
}

/**
 * Predicted random intercepts and slopes, level by level and term by term; empty without random effects. Of a tree or a matrix
 * the names that no row has come after the others, predicted by those that they are related to (NaN where the SD has
 * moderators, which such levels lack; predict() takes those of new rows). With the
 * fitted variances in S, G and P = S^-1 - S^-1 X (X' S^-1 X)^-1 X' S^-1 (Henderson 1975):
 *
 *   u = G Z' S^-1 (y - X beta)          stdError^2 = diag(G - G Z' P Z G)
 *
 * The errors know that beta is estimated and take the SDs as known (metafor's `ranef`). Where an SD is 0 both are 0.
 *
 * @param group a grouping ("study", "phylo(species)") or the dpar of an SD ("sd(study)", "sd(bmi | study)"); default all
 * @throws DrmError "bad_option" when the model has no such random effect
 */
export function ranef(fit: Fit, group?: string): RanefRow[] {
  requireFit("ranef", fit);
  const effects = group === undefined ? randomEffectsOf(fit) : randomEffectsFor(fit, group);
  return effects.flatMap((effect) => {
    const { dpar, group: name, term, others, cells } = effect;
    return [effect, ...(others === undefined ? [] : [others])].flatMap(({ levels, sd, estimate, stdError }) =>
      levels.map((level, j) => ({
        dpar,
        group: name,
        term: cells?.levels[j] ?? term,
        level: cells?.groups[j] ?? level,
        sd: sd[j],
        estimate: estimate[j],
        stdError: stdError[j],
      })),
    );
  });
}
