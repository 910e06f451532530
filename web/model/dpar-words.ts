/** What a parameter of the model is called in the page; `responses` are the outcomes as written. */
export function dparCaption(dpar: string, responses: readonly string[]): string {
  const outcome = dpar[dpar.startsWith("sd") ? 2 : dpar.length - 1];
  const of = outcome === "1" || outcome === "2" ? ` of ${responses[Number(outcome) - 1]}` : "";
  if (dpar === "rho12") return "Correlation of true effects (rho12), as Fisher's z";
  if (dpar.startsWith("mu")) return `Mean effect${of} (${dpar})`;
  if (dpar.startsWith("sigma")) return `Heterogeneity${of} (${dpar}), log SD`;
  return `Heterogeneity between groups${of} (${dpar}), log SD`;
}

/** sigma and sd(group) have coefficients on the log-SD scale. */
export function isLogSd(dpar: string): boolean {
  return dpar.startsWith("s");
}
