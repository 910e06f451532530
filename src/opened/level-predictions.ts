import type { Fit } from "../fit/fit";
import { sdsByLevel } from "../fit/groupings";
import { marginalCovariance } from "../fit/marginal-covariance";
import { choleskyFactor } from "../linalg/cholesky";
import { choleskyInverse } from "../linalg/inverse";
import { choleskySolve } from "../linalg/solve";
import { components } from "../model/components";
import type { Model } from "../model/model";
import { hasEffects } from "../model/terms/term";
import { termsOf } from "../model/terms/terms";
import { fittedSpreads } from "./fitted-spreads";
import { type OpenedFit, openFit } from "./open-fit";

/** The error of a sum of predicted random intercepts, z'(u_hat - u), taken apart. */
export interface LevelSum {
  /** how it follows the error of beta_hat: X' S^-1 Z G z, by location coefficient */
  readonly slope: Float64Array;
  /** its variance were beta known: z'(G - G Z' S^-1 Z G) z; NaN where V + R is singular */
  readonly variance: number;
}

/** Levels are numbered over all random intercepts of the fit, one after the other; each is in the sum once. */
export type LevelPredictions = (levels: readonly number[]) => LevelSum;

/**
 * Prediction errors of BLUPs u_hat = G Z' S^-1 (y - X beta_hat) with S = D + Z G Z' and D = V + R, or with likelihood weights D / w
 * (Henderson 1975, Biometrics 31, 423-447). By Woodbury's identity, with A = Z' D^-1 Z,
 *
 *   s = G^1/2 (I + G^1/2 A G^1/2)^-1 G^1/2 z,   X' S^-1 Z G z = X' D^-1 Z s,   z'(G - G Z' S^-1 Z G) z = z's
 *
 * which stays exact where an SD is 0. Levels tied by a row, by V or by a study are one system; only those asked for are
 * solved. Cost O(rows), the cube of each cluster of V and of the number of levels tied together.
 */
export function levelPredictions(fit: Fit): LevelPredictions {
  const opened = openFit(fit);
  const { model } = opened;
  const p = model.location.columns;
  const omega = sdsByLevel(fit);
  const levelsOf = levelsByObservation(model);
  const D = precisionBlocks(opened);
  const systems = levelSystems(model, levelsOf, omega.length);
  const solved = new Map<number, System>();

  return (levels) => {
    const slope = new Float64Array(p);
    let variance = 0;
    for (const root of new Set(levels.map((level) => systems.rootOf[level]!))) {
      let system = solved.get(root);
      if (system === undefined) {
        system = buildSystem(systems.observations.get(root)!, levelsOf, omega, D);
        solved.set(root, system);
      }
      const s = solve(system, levels, omega);
      for (const level of levels) variance += s.get(level) ?? 0;
      const { values, rows } = model.location;
      for (const block of system.blocks) {
        const { members, inverse } = block;
        const m = members.length;
        const Zs = members.map((i) => levelsOf[i]!.reduce((sum, level) => sum + s.get(level)!, 0));
        for (let a = 0; a < m; a++) {
          let weighted = 0;
          for (let b = 0; b < m; b++) weighted += inverse[a * m + b]! * Zs[b]!;
          for (let j = 0; j < p; j++) slope[j]! += values[j * rows + members[a]!]! * weighted;
        }
      }
    }
    return { slope, variance };
  };
}

function levelsByObservation({ random, rows }: Model): number[][] {
  return Array.from({ length: rows }, (_, i) =>
    random.map((term) => term.levelOf(i)).filter((level) => level >= 0),
  );
}

/** Observations tied by D, with the inverse of their part of it. */
interface PrecisionBlock {
  readonly members: readonly number[];
  /** m x m; NaN where D is singular */
  readonly inverse: Float64Array;
}

/** The block of each observation. */
function precisionBlocks({ fit, model }: OpenedFit): (observation: number) => PrecisionBlock {
  const { rows, weights } = model;
  const terms = termsOf(model).filter((term) => !hasEffects(term));
  const { root } = components({ rows, terms });
  const members = new Map<number, number[]>();
  root.forEach((first, i) => {
    const block = members.get(first);
    if (block === undefined) members.set(first, [i]);
    else block.push(i);
  });
  const spreads = fittedSpreads(fit, model);
  const covariance = marginalCovariance(terms);
  const blocks = new Map<number, PrecisionBlock>();
  return (observation) => {
    const first = root[observation]!;
    const known = blocks.get(first);
    if (known !== undefined) return known;
    const own = members.get(first)!;
    const m = own.length;
    const L = choleskyFactor(covariance(own, spreads), m);
    const inverse = L === null ? new Float64Array(m * m).fill(Number.NaN) : choleskyInverse(L, m);
    // weights with random intercepts are of rows on their own
    const w = weights === null ? 1 : weights[own[0]!]!;
    const block = { members: own, inverse: inverse.map((value) => w * value) };
    blocks.set(first, block);
    return block;
  };
}

/** Which levels are tied together, and by which observations. */
function levelSystems(
  model: Model,
  levelsOf: readonly (readonly number[])[],
  levels: number,
): { readonly rootOf: Int32Array; readonly observations: Map<number, number[]> } {
  const { rows } = model;
  const { root } = components({ rows, terms: termsOf(model) });
  const rootOf = new Int32Array(levels).fill(-1);
  const observations = new Map<number, number[]>();
  for (let i = 0; i < rows; i++) {
    for (const level of levelsOf[i]!) rootOf[level] = root[i]!;
    const tied = observations.get(root[i]!);
    if (tied === undefined) observations.set(root[i]!, [i]);
    else tied.push(i);
  }
  return { rootOf, observations };
}

interface System {
  readonly blocks: readonly PrecisionBlock[];
  readonly levels: readonly number[];
  /** Cholesky factor of I + G^1/2 A G^1/2; null where D is singular */
  readonly L: Float64Array | null;
}

function buildSystem(
  observations: readonly number[],
  levelsOf: readonly (readonly number[])[],
  omega: Float64Array,
  blockOf: (observation: number) => PrecisionBlock,
): System {
  const levels = [...new Set(observations.flatMap((i) => levelsOf[i]!))];
  const place = new Map(levels.map((level, k) => [level, k]));
  const count = levels.length;
  const M = new Float64Array(count * count);
  for (let k = 0; k < count; k++) M[k * count + k] = 1;
  const blocks = [...new Set(observations.map(blockOf))];
  for (const { members, inverse } of blocks) {
    const m = members.length;
    for (let a = 0; a < m; a++) {
      for (let b = 0; b < m; b++) {
        for (const u of levelsOf[members[a]!]!) {
          for (const v of levelsOf[members[b]!]!) {
            M[place.get(u)! * count + place.get(v)!]! += omega[u]! * inverse[a * m + b]! * omega[v]!;
          }
        }
      }
    }
  }
  return { blocks, levels, L: choleskyFactor(M, count) };
}

/** s by level of the system, for the levels of the sum that are in it. */
function solve({ levels, L }: System, wanted: readonly number[], omega: Float64Array): Map<number, number> {
  const right = Float64Array.from(levels, (level) => (wanted.includes(level) ? omega[level]! : 0));
  const half = L === null ? right.fill(Number.NaN) : choleskySolve(L, levels.length, right);
  return new Map(levels.map((level, k) => [level, omega[level]! * half[k]!]));
}
