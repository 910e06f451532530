import type { LimitsMethod } from "../../src/inference/scale-limits";

/** How the limits of SDs and correlations were found. */
export function scaleLimitsText(method: LimitsMethod): string {
  return `Limits of SDs and correlations: ${profileText(method) ?? "Wald's, transformed"}.`;
}

/** What was profiled; null where nothing was. */
export function profileText(method: LimitsMethod): string | null {
  if (method === "wald") return null;
  return method === "profile" ? "profile likelihood" : "Q-profile";
}
