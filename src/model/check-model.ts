import { isInterceptAlone } from "../design/design";
import { checkRank } from "../design/rank";
import { DrmError } from "../errors";
import { type Dpar, randomTermOf } from "../formula/dpar";
import type { Frame } from "../frame/frame";
import { isMoments, type MomentMethod } from "../method";
import { count } from "../words";
import { components, DENSE } from "./components";
import { blockOfKind, type Model } from "./model";
import type { RandomEffects } from "./terms/effects";
import { multipliersOf, termsOf } from "./terms/terms";

/** Refuses random effects whose SD cannot be told apart from another part of the model, such as an estimated sigma. */
export function checkRandomEffects(model: Pick<Model, "random" | "blocks">, nrow: number): void {
  const { random } = model;
  if (random.length === 0) return;
  const { dpars: sigmas, block } = blockOfKind(model, "sigma");
  const estimated = block.designs.length > 0;
  for (const term of random) {
    const { dpar, design, structure, held } = term;
    if (!estimated || held !== null || design.counts.some((count) => count > 1)) continue;
    if (!isConstant(term) || !areIndependent(term)) continue;
    const scale = sigmas.find(({ outcome }) => outcome === dpar.outcome)!.key;
    if (dpar.within !== undefined) {
      // heterogeneity that rows do not share is told apart from theirs by how correlations fall with distance, or by unequal SDs
      if (!["us", "cs", "diag", "id"].includes(dpar.within)) continue;
      throw new DrmError(
        "bad_term",
        `every level of '${dpar.slope}' within '${dpar.group}' has one row, so ${dpar.key} and ${scale} cannot be told apart: hold ${scale} at 0, in drm() with fixed: { ${scale}: 0 }, on the command line with --fix ${scale}=0`,
      );
    }
    const column = dpar.slope === undefined ? "" : ` and '${dpar.slope}' has one size`;
    const alone = structure === null ? "" : " and no two of them are related";
    const what = `every level of '${dpar.group}' has one row${column}${alone}, so ${dpar.key} and ${scale} cannot be told apart`;
    throw new DrmError(
      "bad_term",
      `${what}: remove ${randomTermOf(dpar)}; ${scale} is the heterogeneity between rows already`,
    );
  }
  for (let a = 0; a < random.length; a++) {
    for (let b = 0; b < a; b++) {
      if (random[a]!.held !== null || random[b]!.held !== null) continue;
      if (!haveSameCovariance(random[a]!, random[b]!)) continue;
      const [one, other] = [random[b]!.dpar, random[a]!.dpar];
      const labels = `'${one.group}' and '${other.group}'`;
      throw new DrmError(
        "bad_term",
        isPlain(one) && isPlain(other)
          ? `${labels} put the ${count(nrow, "row")} into the same groups, so their SDs cannot be told apart: remove one of the two random intercepts`
          : `${randomTermOf(one)} and ${randomTermOf(other)} have the same covariances but for a factor, so their SDs cannot be told apart: remove one of the two`,
      );
    }
  }
}

/** Of random intercepts whose levels no structure relates. */
function isPlain({ slope, structure }: Dpar): boolean {
  return slope === undefined && structure === undefined;
}

/** Whether the effects of levels are independent, of one variance: also on a tree without shared edges, or a diagonal K. */
function areIndependent({ structure, levels }: RandomEffects): boolean {
  if (structure === null) return true;
  const { rows, columns, values } = structure;
  if (rows.some((row, q) => row !== columns[q] && values[q] !== 0)) return false;
  const first = structure.correlation(0, 0);
  for (let j = 1; j < levels; j++) {
    if (Math.abs(structure.correlation(j, j) - first) > SAME_RATIO * first) return false;
  }
  return true;
}

/** Whether all rows have an effect of one size. */
function isConstant({ z, index }: RandomEffects): boolean {
  if (z === null) return true;
  const first = index.findIndex((level) => level >= 0);
  return index.every((level, i) => level < 0 || Math.abs(z[i]!) === Math.abs(z[first]!));
}

/** Refuses levels that are too few, after deletions, for the design of their SD. */
export function checkLevels({ random }: Pick<Model, "random">): void {
  for (const { dpar, design, held } of random) {
    if (held !== null) continue;
    if (design.levels.length < 2) {
      throw new DrmError("bad_factor", `one level is left, so ${dpar.key} cannot be estimated`);
    }
    checkRank(design);
  }
}

/** Of independent levels: the same groups, and in each the effects of rows in the same proportion, but for their sign. */
function haveSameCovariance(a: RandomEffects, b: RandomEffects): boolean {
  if (a.levels !== b.levels || !areIndependent(a) || !areIndependent(b)) return false;
  const partner = new Int32Array(a.levels).fill(-1);
  const sign = new Float64Array(a.levels);
  let factor = Number.NaN;
  for (let i = 0; i < a.index.length; i++) {
    const level = a.index[i]!;
    if (level < 0 !== b.index[i]! < 0) return false;
    if (level < 0) continue;
    if (partner[level] === -1) partner[level] = b.index[i]!;
    else if (partner[level] !== b.index[i]) return false;
    const [one, other] = [a.zOf(i), b.zOf(i)];
    if (one === 0 && other === 0) continue;
    const ratio = one / other;
    if (Number.isNaN(factor)) factor = Math.abs(ratio);
    if (sign[level] === 0) sign[level] = Math.sign(ratio);
    if (!(Math.abs(ratio - sign[level]! * factor) <= SAME_RATIO * factor)) return false;
  }
  return true;
}

/** What rounding leaves of the ratio of two columns that are multiples of each other. */
const SAME_RATIO = 1e-12;

/** Whether a random intercept is in a cluster that the dense kernel fits, where rows have no weight of their own. */
function needsDense(model: Model): boolean {
  const { root, kernel } = components({ rows: model.rows, terms: termsOf(model) });
  return model.random.some(({ index }) =>
    index.some((level, row) => level >= 0 && kernel[root[row]!] === DENSE),
  );
}

/** Weights multiply a covariance cluster's joint log-likelihood, so they must agree within it. */
export function checkWeights(model: Model, frame: Frame): void {
  const { weights, V, random, outcomes } = model;
  if (weights === null) return;
  if (random.length > 0 && needsDense(model)) {
    throw new DrmError(
      "not_supported",
      "weights together with random intercepts are supported with a V of variances only: drop the weights, or fit without covariances",
    );
  }
  const rowOf = (observation: number) =>
    frame.rows[outcomes === null ? observation : outcomes.frameRow[observation]!]! + 1;
  V.eachTie((first, row) => {
    if (weights[row] === weights[first]) return;
    const where = `rows ${rowOf(first)} and ${rowOf(row)} are correlated in V but have weights ${weights[first]} and ${weights[row]}`;
    throw new DrmError(
      "bad_weights",
      `${where}: a weight multiplies the joint log-likelihood of correlated rows, so it must be the same for all of them`,
    );
  });
}

/**
 * REML and methods of moments need rows beyond the location's coefficients, and are not defined here for weighted rows; methods
 * of moments are for one sigma and independent effect sizes.
 */
export function checkMethod(model: Model): void {
  const { method, weights, rows, location } = model;
  if (method === "ML") return;
  if (weights !== null) {
    throw new DrmError(
      "not_supported",
      `${method} with weights is not supported: use method "ML", or drop the weights`,
    );
  }
  if (isMoments(method)) checkMoments(model, method);
  if (rows > location.columns) return;
  const counts = `the data have ${count(rows, "effect size")} and the mean has ${count(location.columns, "coefficient")}`;
  throw new DrmError(
    "bad_data",
    `${counts}: ${method} needs more effect sizes than that; simplify the formula of the mean`,
  );
}

/** What keeps a model from having one tau^2 of independent effect sizes, or null. */
function whyNoMoments(model: Model): string | null {
  const { block, held } = blockOfKind(model, "sigma");
  if (model.outcomes !== null) return "the formulas have two outcomes";
  if (model.random.length > 0) return "the mean has random effects";
  if (multipliersOf(model).length > 0) return "V is known up to phi";
  if (model.V.clusters > 0) return "V has covariances";
  if (held !== null || block.columns === 0) return "sigma is held at a value";
  return isInterceptAlone(block.designs[0]!) ? null : "sigma has moderators";
}

function checkMoments(model: Model, method: MomentMethod): void {
  const { V } = model;
  const why = whyNoMoments(model);
  if (why !== null) {
    throw new DrmError(
      "not_supported",
      `method "${method}" estimates one tau^2 = sigma^2 of independent effect sizes, and ${why}: use method "REML" or "ML"`,
    );
  }
  if (method === "HE" || method === "SJ") return;
  const exact = V.variances.indexOf(0);
  if (exact < 0) return;
  throw new DrmError(
    "bad_data",
    `method "${method}" weighs effect sizes by their sampling variances, and ${V.variances.some((v) => v > 0) ? "one of them is 0" : "there are none"}: use method "REML", "ML" or "HE"`,
  );
}
