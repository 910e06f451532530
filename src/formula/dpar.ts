import { didYouMean } from "../errors";
import { caretError } from "./caret";
import { deparse } from "./deparse";
import { type Expr, ungroup } from "./expr";
import type { ParsedFormula } from "./parser";
import { groupings, groupLabel } from "./random";

/** Which distributional parameter a formula is for, read off its left-hand side alone. */
export interface DparName {
  readonly key: string;
  readonly kind: "location" | "sigma" | "sd" | "rho12";
  readonly outcome: 0 | 1 | 2;
  readonly group: readonly string[] | null;
  readonly response: Expr | null;
}

export const DPARS = ["mu", "sigma", "mu1", "mu2", "sigma1", "sigma2", "rho12"] as const;

// names that other packages give to parameters: as a left-hand side they are far more likely a dpar than a column
const FOREIGN_DPARS = new Set([
  "nu",
  "phi",
  "shape",
  "kappa",
  "xi",
  "zi",
  "hu",
  "rho",
  "rho21",
  "disp",
  "skew",
  "df",
]);

/** A formula without a recognized name is a location formula: `key` is then "mu". */
export function dparName(parsed: ParsedFormula): DparName {
  const { name, left, text, right } = parsed;
  const known = name ?? left;
  if (known === null) {
    const wanted = `yi ~ ${deparse(right)}, or sigma ~ ${deparse(right)} for another parameter`;
    throw caretError(`a one-sided formula has no response: write ${wanted}`, text, 0);
  }
  const target = parameterTarget(known, text);
  if (target === null) {
    if (name !== null) throw unknownDpar(deparse(name), text);
    return { key: "mu", kind: "location", outcome: 0, group: null, response: left };
  }
  if (target.kind === "location") {
    const response = name === null ? null : left;
    if (response === null) {
      const y = target.key === "mu" ? "yi" : `y${target.outcome}`;
      throw caretError(
        `${target.key} needs a response: write ${target.key} = ${y} ~ ${deparse(right)}`,
        text,
        0,
      );
    }
    return { ...target, response };
  }
  if (name !== null && left !== null) {
    const wanted = `write ${target.key} = ~ ${deparse(right)}`;
    throw caretError(
      `${target.key} has no response ('${deparse(left)}' stands before the '~'): ${wanted}`,
      text,
      left.at,
    );
  }
  return { ...target, response: null };
}

type Target = Omit<DparName, "response">;

function parameterTarget(expr: Expr, text: string): Target | null {
  const inner = ungroup(expr);
  if (inner.type === "call" && /^sd[12]?$/.test(inner.fn)) return sdTarget(inner, text);
  if (inner.type !== "name") return null;
  const { name } = inner;
  if (name === "tau" || name === "tau2") {
    throw caretError("the extra heterogeneity is sigma: write sigma ~ x", text, inner.at);
  }
  if (!(DPARS as readonly string[]).includes(name)) return null;
  const outcome = name.endsWith("1") ? 1 : name.endsWith("2") && name !== "rho12" ? 2 : 0;
  const kind = name === "rho12" ? "rho12" : name.startsWith("mu") ? "location" : "sigma";
  return { key: name, kind, outcome, group: null };
}

function sdTarget(call: Expr & { type: "call" }, text: string): Target {
  const argument = call.args[0];
  if (argument === undefined || call.args.length > 1 || argument.name !== null) {
    throw caretError(`${call.fn}() names one grouping, as in ${call.fn}(study) ~ x`, text, call.at);
  }
  const groups = groupings(argument.value, text);
  if (groups.length > 1) {
    const choices = groups.map((group) => `${call.fn}(${groupLabel(group)})`).join(" or ");
    throw caretError(`${deparse(call)} names ${groups.length} groupings: write ${choices}`, text, call.at);
  }
  const outcome = call.fn === "sd1" ? 1 : call.fn === "sd2" ? 2 : 0;
  return { key: `${call.fn}(${groupLabel(groups[0]!)})`, kind: "sd", outcome, group: groups[0]! };
}

/**
 * Of two location formulas one may be a misspelt parameter (`sigmaa ~ x`, `nu ~ x`): true when the left-hand
 * side reads more like a parameter's name than like a response.
 */
export function looksLikeDpar(response: Expr): boolean {
  if (response.type !== "name") return false;
  return (
    FOREIGN_DPARS.has(response.name) || (response.name.length > 3 && didYouMean(response.name, DPARS) !== "")
  );
}

export function unknownDpar(name: string, text: string): Error {
  const hint = didYouMean(name, DPARS);
  const known = "mu, sigma and sd(group), or mu1, mu2, sigma1, sigma2 and rho12";
  return caretError(
    `unknown parameter '${name}'${hint === "" ? ":" : hint} the parameters are ${known}`,
    text,
    0,
  );
}
