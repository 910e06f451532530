/** How the limits of SDs and correlations were found. */
export function scaleLimitsText(method: "profile" | "wald"): string {
  return method === "profile"
    ? "Limits of SDs and correlations: profile likelihood."
    : "Limits of SDs and correlations: Wald's, transformed.";
}
