import { deparseName } from "../../src/formula/deparse";
import type { Choices, Field, Outcome } from "./choices";

/** The formulas that the choices amount to, or the first field that still has to be filled in. */
export type BuiltFormulas =
  | { readonly formulas: readonly string[] }
  | { readonly missing: Field; readonly message: string };

/** Typed formulas as they are, blank lines left out; otherwise one formula per parameter that has something to say. */
export function buildFormulas(choices: Choices): BuiltFormulas {
  if (choices.typed !== null) {
    const formulas = choices.typed.map((line) => line.trim()).filter((line) => line !== "");
    return formulas.length > 0
      ? { formulas }
      : { missing: "formula", message: "Type a formula, such as yi ~ x + meta_V(V = vi)." };
  }
  const { first, second } = choices;
  if (first.effect === "") return { missing: "effect", message: "Choose the column of effect sizes." };
  if (first.uncertainty === "") {
    return { missing: "uncertainty", message: "Choose the column of sampling variances or standard errors." };
  }
  if (second === null) return { formulas: univariate(choices) };
  if (second.effect === "") {
    return { missing: "secondEffect", message: "Choose the column of the second outcome." };
  }
  if (second.uncertainty === "") {
    return { missing: "secondUncertainty", message: "Choose the variances of the second outcome." };
  }
  return { formulas: bivariate(choices, second) };
}

function univariate({ first, correlation, moderators, scaleModerators, study }: Choices): string[] {
  const variance = varianceOf(first);
  const V =
    study !== "" && correlation !== ""
      ? `meta_vcov_cluster(${variance}, ${deparseName(study)}, rho = ${correlation})`
      : variance;
  const mu = [...location(moderators, study), `meta_V(V = ${V})`];
  const formulas = [`${deparseName(first.effect)} ~ ${mu.join(" + ")}`];
  if (scaleModerators.length > 0) formulas.push(`sigma ~ ${sum(scaleModerators)}`);
  return formulas;
}

function bivariate(
  { first, correlation, moderators, scaleModerators, study }: Choices,
  second: Outcome,
): string[] {
  const cor12 = correlation === "" ? "" : `, cor12 = ${numberOrName(correlation)}`;
  const V = `meta_vcov_bivariate(${varianceOf(first)}, ${varianceOf(second)}${cor12})`;
  const terms = location(moderators, study);
  const formulas = [
    `mu1 = ${deparseName(first.effect)} ~ ${[...terms, `meta_V(V = ${V})`].join(" + ")}`,
    `mu2 = ${deparseName(second.effect)} ~ ${terms.join(" + ")}`,
  ];
  if (scaleModerators.length > 0) {
    formulas.push(`sigma1 = ~ ${sum(scaleModerators)}`, `sigma2 = ~ ${sum(scaleModerators)}`);
  }
  return formulas;
}

/** A standard error is squared where everybody can see it. */
function varianceOf({ uncertainty, kind }: Outcome): string {
  return kind === "se" ? `${deparseName(uncertainty)}^2` : deparseName(uncertainty);
}

function location(moderators: readonly string[], study: string): string[] {
  const terms = moderators.length > 0 ? moderators.map(deparseName) : ["1"];
  return study === "" ? terms : [...terms, `(1 | ${deparseName(study)})`];
}

function sum(columns: readonly string[]): string {
  return columns.map(deparseName).join(" + ");
}

function numberOrName(text: string): string {
  return Number.isFinite(Number(text)) ? text : deparseName(text);
}
