import { BlockCovariance } from "../covariance/block-covariance";
import { DrmError } from "../errors";
import type { KnownVSummary } from "./fit";

/** What a fit keeps of V. */
export type KeptV = Pick<KnownVSummary, "variances" | "clusters" | "blocks">;

/** V of the rows that a fit used, y1[1], y2[1], y1[2], ... with two outcomes; null where the fit was saved without it. */
export function covarianceOf({ variances, clusters, blocks }: KeptV): BlockCovariance | null {
  return clusters > 0 && blocks === undefined ? null : new BlockCovariance(variances, blocks);
}

/** The same for what cannot do without it. @throws DrmError "bad_known_v" */
export function requireCovariance(kept: KeptV, caller: string): BlockCovariance {
  const V = covarianceOf(kept);
  if (V !== null) return V;
  const what = `${caller} needs the covariances of V, which this fit does not carry`;
  throw new DrmError("bad_known_v", `${what}: refit the model with this version`);
}

/** The other way. */
export function keptV({ variances, clusters, blocks }: BlockCovariance): KeptV {
  return { variances, clusters, ...(blocks !== null && { blocks }) };
}
