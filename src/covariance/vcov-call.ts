import { refuseInexactId } from "../data/number-label";
import type { NumericColumn } from "../data/table";
import { DrmError } from "../errors";
import { deparse } from "../formula/deparse";
import { type CallExpr, type Expr, ungroup } from "../formula/expr";
import { constantOf, matchArguments } from "../formula/functions";
import { evaluateNumeric } from "../frame/evaluate";
import type { Frame } from "../frame/frame";
import type { BlockCovariance } from "./block-covariance";
import { BIVARIATE_ARGUMENTS, bivariateBlocks, checkCorrelation, fromBivariate } from "./meta-vcov-bivariate";
import { CLUSTER_ARGUMENTS, type ClusterOptions, fromClusters, metaVcovCluster } from "./meta-vcov-cluster";
import { keptEntries } from "./selection";

/** `meta_vcov_cluster(vi, study, rho = 0.6)` in a formula, on the kept rows; `text` is the whole formula. */
export function clusterCall(call: CallExpr, frame: Frame, text: string): BlockCovariance {
  if (frame.outcomePresent !== null) {
    const what = "meta_vcov_cluster() gives one variance a row, a bivariate model has two";
    throw new DrmError(
      "not_supported",
      `${what}: write meta_vcov_bivariate(v1, v2, cor12 = r) or pass a matrix`,
    );
  }
  const [vi, cluster, rho, time, type] = matchArguments(call, CLUSTER_ARGUMENTS, text);
  if (vi === undefined || cluster === undefined) {
    throw new DrmError(
      "bad_known_v",
      `${deparse(call)} needs variances and clusters: meta_vcov_cluster(vi, study)`,
    );
  }
  const covariance = metaVcovCluster({
    vi: evaluateNumeric(vi, frame, "meta_vcov_cluster()"),
    cluster: clusterCodes(cluster, frame),
    rho: constantNumber(rho, "rho"),
    time: time === undefined ? undefined : evaluateNumeric(time, frame, "time in meta_vcov_cluster()"),
    // an unknown type is refused by metaVcovCluster
    type:
      type === undefined ? undefined : (String(constantOf(type) ?? deparse(type)) as ClusterOptions["type"]),
  });
  return fromClusters(covariance, keptEntries(deparse(call), frame), deparse(vi));
}

/** `meta_vcov_bivariate(v1, v2, cor12 = r)` in a formula, on the kept rows. */
export function bivariateCall(call: CallExpr, frame: Frame, text: string): BlockCovariance {
  if (frame.outcomePresent === null) throw needsTwoOutcomes("meta_vcov_bivariate()");
  const [v1, v2, cov12, cor12] = matchArguments(call, BIVARIATE_ARGUMENTS, text);
  if (v1 === undefined || v2 === undefined) {
    throw new DrmError("bad_known_v", `${deparse(call)} needs two variances: meta_vcov_bivariate(v1, v2)`);
  }
  const numbers = (expr: Expr): Float64Array => evaluateNumeric(expr, frame, "meta_vcov_bivariate()");
  const [first, second] = frame.outcomePresent;
  const correlations = cor12 === undefined ? undefined : numbers(cor12);
  correlations?.forEach((cor, i) => {
    // without both outcomes nobody needs the correlation
    if (first[i] === 1 && second[i] === 1) checkCorrelation(cor, frame.rows[i]!);
  });
  const covariance = bivariateBlocks({
    v1: numbers(v1),
    v2: numbers(v2),
    cor12: correlations,
    cov12: cov12 === undefined ? undefined : numbers(cov12),
  });
  return fromBivariate(covariance, keptEntries(deparse(call), frame));
}

export function needsTwoOutcomes(what: string): DrmError {
  const wanted = "write mu1 = y1 ~ x and mu2 = y2 ~ x";
  return new DrmError("bad_known_v", `${what} is for two outcomes, and the model has one: ${wanted}`);
}

/** A column of any kind names the clusters. */
function clusterCodes(expr: Expr, frame: Frame): ArrayLike<number | null> {
  const inner = ungroup(expr);
  if (inner.type !== "name") return evaluateNumeric(inner, frame, "cluster in meta_vcov_cluster()");
  const cells = frame.column(inner.name);
  const column = cells.kind === "factor" ? cells : cells.written;
  if (column === undefined) {
    const { values } = cells as NumericColumn;
    for (let i = 0; i < values.length; i++) refuseInexactId(inner.name, values[i]!, frame.rows[i]!);
    return values;
  }
  // a missing level is -1, which metaVcovCluster would take for one more cluster
  return column.codes.includes(-1)
    ? Array.from(column.codes, (code) => (code < 0 ? null : code))
    : column.codes;
}

function constantNumber(expr: Expr | undefined, name: string): number | undefined {
  if (expr === undefined) return undefined;
  const value = constantOf(expr);
  if (typeof value === "number") return value;
  throw new DrmError("bad_known_v", `${name} = ${deparse(expr)}: ${name} is one number, as in ${name} = 0.6`);
}
