/** What is known about sampling errors, and whether it is numerically sound. */
import { phisOf } from "../../fit/dpars";
import type { KnownVSummary } from "../../fit/fit";
import { covarianceOf } from "../../fit/known-covariance";
import { symmetricEigen } from "../../linalg/eigen";
import { count, formatSignificant } from "../format";
import { type Check, row } from "./check";

const LARGE_DENSE = 1000;
const ILL_CONDITIONED = 1e8;
/** Eigenvalues cost about 9 m^3 operations a cluster: beyond this many in all they are left out of a mere check. */
const MOST_OPERATIONS = 1e9;
/** As for what counts as semidefinite when V is read: relative to the cluster's largest eigenvalue. */
const ZERO_EIGENVALUE = 1.5e-8;

export const knownSamplingCovariance: Check = (fit) => {
  const { knownV } = fit;
  const phis = phisOf(fit).map(({ key }) => key);
  const upTo = phis.length === 0 ? "" : `, up to the multiplier ${phis.join(" and ")}`;
  const name = "known_sampling_covariance";
  if (knownV.kind === "none") {
    const message =
      "No meta_V(): effect sizes count as measured without error, and sigma holds all of the variance.";
    return row(name, "note", "none", message);
  }
  if (knownV.kind === "diagonal") {
    return row(
      name,
      "ok",
      diagonalText(knownV),
      `Sampling errors are independent with known variances${upTo}.`,
    );
  }
  const { kind, largestCluster, variances } = knownV;
  const { rank, condition } = spectrum(knownV);
  const value = matrixText({ ...knownV, ...(rank !== undefined && { rank, condition }) });
  if (rank !== undefined && rank < countUsed(variances)) {
    const message =
      "V is singular: some effect sizes are exact combinations of others; check its correlations.";
    return row(name, "warning", value, message);
  }
  if (condition !== undefined && condition > ILL_CONDITIONED) {
    const message =
      "V is nearly singular: check correlations close to 1 and variances of very different size.";
    return row(name, "warning", value, message);
  }
  if (kind === "dense" && largestCluster >= LARGE_DENSE) {
    const message =
      "One large dense V: set entries of unrelated rows to exactly 0 and the fit becomes much faster.";
    return row(name, "note", value, message);
  }
  return row(name, "ok", value, `Sampling errors are correlated within clusters as given by V${upTo}.`);
};

/** Rank of V, and the condition number of its worst cluster; neither where V is too large for it. */
function spectrum(knownV: KnownVSummary): { readonly rank?: number; readonly condition?: number } {
  const V = covarianceOf(knownV);
  if (V === null || 9 * V.cubes > MOST_OPERATIONS) return knownV;
  const alone = V.alone();
  let rank = 0;
  let condition = 1;
  V.variances.forEach((v, i) => {
    if (v > 0 && alone[i] === 1) rank++;
  });
  V.eachBlock(({ rows, matrix }) => {
    const { values } = symmetricEigen(matrix(), rows.length);
    const largest = values[rows.length - 1];
    for (const value of values) if (value > ZERO_EIGENVALUE * largest) rank++;
    condition = Math.max(condition, values[0] > 0 ? largest / values[0] : Number.POSITIVE_INFINITY);
  });
  return { rank, condition };
}

/** Effect sizes; an outcome that a study lacks has no variance. */
function countUsed(variances: Float64Array): number {
  let n = 0;
  for (const v of variances) if (!Number.isNaN(v)) n++;
  return n;
}

function diagonalText({ variances }: KnownVSummary): string {
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  for (const v of variances) {
    if (v < minimum) minimum = v;
    if (v > maximum) maximum = v;
  }
  return `diagonal, n = ${countUsed(variances)}, ${formatSignificant(minimum)} to ${formatSignificant(maximum)}`;
}

function matrixText({
  kind,
  variances,
  clusters,
  largestCluster,
  entries,
  rank,
  condition,
}: KnownVSummary): string {
  const n = countUsed(variances);
  const parts = [`${kind}, n = ${n}`, count(clusters, "cluster"), `largest ${largestCluster}`];
  if (entries !== undefined) {
    parts.push(
      `density ${formatSignificant(entries / n ** 2)}`,
      `${formatSignificant((8 * entries) / 1e6)} MB`,
    );
  }
  if (rank !== undefined) parts.push(`rank ${rank}`);
  if (condition !== undefined) parts.push(`condition ${formatSignificant(condition)}`);
  return parts.join(", ");
}
