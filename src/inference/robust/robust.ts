import type { DataInput } from "../../data/table-from";
import { DrmError } from "../../errors";
import type { Fit, RobustErrors } from "../../fit/fit";
import { requireFit } from "../../fit/require-fit";
import { openFit } from "../../opened/open-fit";
import { type OptionKinds, requireOptions } from "../../options";
import { count } from "../../words";
import { clusterTerms } from "./cluster-terms";
import { type ClusterInput, requireNested, rowClusters } from "./row-clusters";
import { type Sandwich, sandwich } from "./sandwich";
import { wishartDf } from "./satterthwaite";

/** By what clusters, and which correction. */
export interface RobustOptions {
  /**
   * what groups rows: a column that the formulas use, a grouping of the random intercepts ("district:school"), any
   * column of `data`, or one value for each row used, or for each row of the data
   */
  readonly cluster: ClusterInput;
  /** the data that the model was fitted to, for a column that no formula uses */
  readonly data?: DataInput;
  /** default "CR2" */
  readonly type?: RobustErrors["type"];
}

const ROBUST_OPTIONS: OptionKinds<RobustOptions> = {
  cluster: "cells",
  data: "data",
  type: "text",
};

/**
 * The fit with cluster-robust (sandwich) standard errors of its location coefficients, which hold when the model's
 * covariances within clusters are wrong, given many independent clusters. The estimates stay. With the fitted Sigma as
 * working covariance and M = (X' Sigma^-1 X)^-1, by ML as by REML,
 *
 *   vcov = M [ sum_i X_i' Sigma_i^-1 A_i e_i e_i' A_i' Sigma_i^-1 X_i ] M
 *
 * - "CR0": A = I. t tests with clusters - p degrees of freedom.
 * - "CR1": CR0 times clusters / (clusters - p), the correction of metafor's robust(). The same t tests.
 * - "CR2" (default): the bias-reduced linearization of Bell and McCaffrey (2002), in the form of Pustejovsky and Tipton
 *   (2018), which is unbiased when Sigma is right. t tests with Satterthwaite degrees of freedom of each coefficient, and
 *   joint F tests ("HTZ") by waldTest(). Good with few clusters; a small df (below 4) says that even so p-values are rough.
 *
 * What rests on one cluster alone, such as the mean of a level of one study, has a variance of 0 (but for CR2 and a cluster of
 * several unequal rows): a standard error of 0 without degrees of freedom, test and limits, and checkDrm() says so.
 *
 * With one row a cluster the errors are heteroscedasticity-robust. The result is a fit: summary(), confint(), tidy(),
 * waldTest(), toJSON() and predict() show the robust errors. Those of other coefficients stay, and their covariances with
 * the location are taken as 0. Cost O(m^3) for a cluster of m effect sizes.
 *
 * @throws DrmError "bad_option" when rows that covary in V share a level of a random effect or are related through
 *   a tree or a matrix are in different clusters, or for too few clusters; "unknown_column", "bad_data" for the clusters; "not_supported" with likelihood
 *   weights
 */
export function robust<T extends Fit>(fit: T, options: RobustOptions): T {
  requireFit("robust", fit);
  requireOptions("robust", options, ROBUST_OPTIONS);
  const { cluster, data, type = "CR2" } = options;
  if (cluster === undefined) {
    throw new DrmError("bad_option", 'robust() needs its clusters: robust(fit, { cluster: "study" })');
  }
  if (type !== "CR0" && type !== "CR1" && type !== "CR2") {
    throw new DrmError(
      "bad_option",
      `unknown type '${String(type)}': robust errors are "CR0", "CR1" or "CR2"`,
    );
  }
  if (fit.weights !== null) {
    throw new DrmError(
      "not_supported",
      "robust errors with likelihood weights are not supported: fit without them",
    );
  }
  const clustered = rowClusters(fit, cluster, data);
  requireNested(fit, openFit(fit).model, clustered);
  const { label, codes, names } = clustered;
  const clusters = names.length;
  const parts = sandwich(fit, { type, codes, clusters });
  requireClusters(type, clusters, parts.p);

  const { p } = parts;
  const k = fit.coefficients.length;
  const block = locationCovariance(parts, type === "CR1" ? clusters / (clusters - p) : 1);
  const vcov = fit.vcov.slice();
  for (let i = 0; i < p; i++) {
    for (let j = 0; j < p; j++) vcov[i * k + j] = block[i * p + j]!;
    for (let j = p; j < k; j++) {
      if (Number.isNaN(vcov[j * k + j]!)) continue;
      vcov[i * k + j] = 0;
      vcov[j * k + i] = 0;
    }
  }
  const coefficients = fit.coefficients.map((coefficient, i) =>
    i < p ? { ...coefficient, stdError: Math.sqrt(vcov[i * k + i]!) } : coefficient,
  );
  const df = Float64Array.from({ length: p }, (_, i) => {
    if (type !== "CR2") return clusters - p;
    return block[i * p + i] === 0 ? Number.NaN : wishartDf(parts, unit(i, p), 1);
  });
  return Object.freeze({ ...fit, coefficients, vcov, robust: { type, cluster: label, clusters, codes, df } });
}

function requireClusters(type: RobustErrors["type"], clusters: number, p: number): void {
  if (clusters < 2) {
    throw new DrmError("bad_option", "all rows are in one cluster: robust errors need many clusters");
  }
  if (type === "CR2" || clusters > p) return;
  const what = `${count(clusters, "cluster")} and ${count(p, "location coefficient")} leave no degrees of freedom for ${type}`;
  throw new DrmError("bad_option", `${what}: use type "CR2", or a simpler model of the mean`);
}

/** R^-1 (sum of s_i s_i') R^-T, times a factor; rows and columns of 0 for coefficients that rest on one cluster. */
function locationCovariance(parts: Sandwich, factor: number): Float64Array {
  const { p } = parts;
  const identity = new Float64Array(p * p);
  for (let i = 0; i < p; i++) identity[i * p + i] = 1;
  const { terms } = clusterTerms(parts, identity, p);
  const out = new Float64Array(p * p);
  for (let i = 0; i < p; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      terms[i]!.forEach((term, c) => {
        sum += term * terms[j]![c]!;
      });
      out[i * p + j] = out[j * p + i] = factor * sum;
    }
  }
  return out;
}

function unit(i: number, p: number): Float64Array {
  const e = new Float64Array(p);
  e[i] = 1;
  return e;
}
