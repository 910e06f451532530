import { createProblem, Order, Status } from "../../bindings/kernel";
import { DrmError } from "../errors";
import type { Frame } from "../frame/frame";
import { clustersOfV } from "../model/kernel-v";
import type { Model } from "../model/model";
import { multipliersOf } from "../model/terms/terms";
import type { Engine } from "./engine";
import { startingPoints } from "./starts";
import { blockOf } from "./theta-blocks";

const NO_NUMBERS = new Float64Array(0);
const NO_WORDS = new Int32Array(0);
/** Relative to a cluster's largest variance: a smallest eigenvalue down to minus this counts as zero. */
const SEMIDEFINITE_TOLERANCE = 1.5e-8;

/**
 * Refuses a covariance that no value of sigma makes positive definite, when there is nothing to estimate but multipliers of V
 * and SDs of levels.
 * @throws DrmError naming the data row at which the factorization broke down
 */
export function checkPositiveDefinite(engine: Engine, model: Model, frame: Frame): void {
  const { objective, model: standard } = engine;
  const isHeld =
    multipliersOf(standard).length > 0 && !blockOf(standard, "sigma").offset.some(Number.isFinite);
  if (objective.size > 0 && !isHeld) return;
  if (objective.evaluate(objective.size === 0 ? new Float64Array(0) : startingPoints(standard, 1)[0]!))
    return;
  const { modelRow } = engine.layout;
  const bad = engine.problem.badRow;
  const row = dataRow(modelRow === null ? bad : modelRow[bad]!, model.outcomes, frame);
  const why = "its known variance leaves no randomness and sigma is held at 0";
  throw new DrmError("not_positive_definite", `row ${row}: ${why}; estimate sigma or remove the row`);
}

/**
 * Refuses a V with a negative eigenvalue: V + 1.5e-8 max(diag) I must have a Cholesky factor, cluster by cluster.
 * @throws DrmError naming the data rows
 */
export function checkSemidefinite({ V, outcomes }: Model, label: string, frame: Frame): void {
  const clusters = clustersOfV(V);
  if (clusters === null) return;
  const { entries, sizes, values } = clusters;
  const rows = entries.length;
  const logSigmaOffset = new Float64Array(rows);
  const v = new Float64Array(rows);
  let start = 0;
  for (let c = 0; c < sizes.length; c += 3) {
    const end = start + sizes[c];
    let largest = 0;
    for (let i = start; i < end; i++) {
      v[i] = V.variances[entries[i]];
      largest = Math.max(largest, v[i]);
    }
    logSigmaOffset.fill(0.5 * Math.log(SEMIDEFINITE_TOLERANCE * largest), start, end);
    start = end;
  }
  const noLevels = {
    count: 0,
    U: NO_NUMBERS,
    qSd: 0,
    logSdOffset: NO_NUMBERS,
    parent: NO_WORDS,
    end: NO_WORDS,
  };
  const problem = createProblem({
    rows,
    scalarRows: 0,
    nestedRows: 0,
    sparseRows: 0,
    pairRows: 0,
    y: new Float64Array(rows),
    X: NO_NUMBERS,
    p: 0,
    W: NO_NUMBERS,
    qSigma: 0,
    logSigmaOffset,
    v,
    multipliers: null,
    weights: null,
    reml: false,
    levels: noLevels,
    sparse: null,
    correlations: null,
    pairs: { count: 0, T: NO_NUMBERS, qRho: 0, etaOffset: NO_NUMBERS, v12: NO_NUMBERS },
    clusters: {
      ...{ sizes, V: values, rowLevels: NO_WORDS, terms: 0, pairRows: NO_WORDS },
      ...{ z: null, structured: NO_WORDS, correlations: NO_NUMBERS },
    },
  });
  const status = problem.evaluate(new Float64Array(0), Order.Value);
  const bad = problem.badRow;
  problem.dispose();
  if (status === Status.Ok) return;

  let first = 0;
  let cluster = 0;
  while (first + sizes[cluster] <= bad) {
    first += sizes[cluster];
    cluster += 3;
  }
  const members = Array.from(entries.subarray(first, bad + 1), (entry) => dataRow(entry, outcomes, frame));
  const shown =
    members.length > 8
      ? `${members.slice(0, 3).join(", ")}, ..., ${members.slice(-3).join(", ")}`
      : members.join(", ");
  throw new DrmError(
    "bad_known_v",
    `V (${label}) is not a covariance matrix: the block of data rows ${shown} has a negative eigenvalue ` +
      "(it is not positive semidefinite); check its covariances",
  );
}

/** 1-based data row of an observation. */
function dataRow(observation: number, outcomes: Model["outcomes"], frame: Frame): number {
  return frame.rows[outcomes === null ? observation : outcomes.frameRow[observation]!]! + 1;
}
