/** What is known about sampling errors, and whether it is numerically sound. */
import type { KnownVSummary } from "../../fit/fit";
import { count, formatSignificant } from "../format";
import { type Check, row } from "./check";

const LARGE_DENSE = 1000;
const ILL_CONDITIONED = 1e8;

export const knownSamplingCovariance: Check = ({ knownV }) => {
  const name = "known_sampling_covariance";
  if (knownV.kind === "none") {
    const message =
      "No meta_V(): effect sizes count as measured without error, and sigma holds all of the variance.";
    return row(name, "note", "none", message);
  }
  if (knownV.kind === "diagonal") {
    return row(name, "ok", diagonalText(knownV), "Sampling errors are independent with known variances.");
  }
  const { rank, condition, kind, largestCluster, variances } = knownV;
  const value = matrixText(knownV);
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
  return row(name, "ok", value, "Sampling errors are correlated within clusters as given by V.");
};

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
