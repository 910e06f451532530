import type { Dpar, DparKind } from "../../src/formula/dpar";

const WORDS: Readonly<Record<DparKind, readonly [what: string, scale: string]>> = {
  location: ["Mean effect", ""],
  phi: ["Multiplier of the sampling variances", ", log"],
  sigma: ["Heterogeneity", ", log SD"],
  sd: ["Heterogeneity between groups", ", log SD"],
  cor: ["Correlation of random effects", ", link scale"],
  rho12: ["Correlation of true effects", ", as Fisher's z"],
};

/** What a parameter of the model is called in the page; `responses` are the outcomes as written. */
export function dparCaption({ key, kind, outcome }: Dpar, responses: readonly string[]): string {
  const [what, scale] = WORDS[kind];
  const of = responses.length > 1 && outcome !== null ? ` of ${responses[outcome - 1]}` : "";
  return `${what}${of} (${key})${scale}`;
}
