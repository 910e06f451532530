import { didYouMean } from "../errors";
import { caretError } from "./caret";
import { deparse } from "./deparse";
import { type Expr, ungroup } from "./expr";
import { type KnownStructure, writtenStructure } from "./known-structure";
import type { ParsedFormula } from "./parser";
import { type BlockTerm, groupings, groupLabel, groupName, type RandomTerm, sdArgument } from "./random";
import { isKnownStructure, type WithinName } from "./structures";

/**
 * A mean, a multiplier of the sampling variances, an extra heterogeneity, an SD of random effects, correlations of random effects, the
 * residual correlation of two outcomes.
 */
export type DparKind = "location" | "phi" | "sigma" | "sd" | "cor" | "rho12";

/** A distributional parameter: what its name says, as data. Only this folder takes names apart or makes them. */
export interface Dpar {
  /** "mu", "phi", "sigma", "sd(study)", "sd(district:school)", "mu1", "sd1(study)", ... */
  readonly key: string;
  /** "location" for means; what the parameter is otherwise */
  readonly kind: DparKind;
  /** the outcome that it is about, 1 where there is one; null for rho12 and for correlations of random effects, which are about both */
  readonly outcome: 1 | 2 | null;
  /** "study", "district:school", "phylo(species)": the grouping of an SD of random effects, as in `random`; else null */
  readonly group: string | null;
  /** "bmi": the column whose slopes an SD of random effects is of; absent for intercepts and for other parameters */
  readonly slope?: string;
  /** "us", "cs", ...: effects of a column's levels within a group, `slope` being the column; absent for other parameters */
  readonly within?: WithinName;
  /** "cor(study)": the dpar of the correlations that its effects have with others; absent where they have none */
  readonly correlations?: string;
  /** "tree = tree", "K = K": the known correlation of the grouping's levels, as in `structures`; absent where they are independent */
  readonly structure?: string;
  /** what its linear predictor is of: the mean itself, the log of an SD or of phi, a ratio of variances, atanh of a correlation (rho12: of it beside its bound; "fisher": as it is), the logit of one */
  readonly link: "identity" | "log" | "atanh" | "fisher" | "logit";
}

/** Which distributional parameter a formula is for, read off its left-hand side alone. */
export interface DparName extends Dpar {
  /** columns of the grouping */
  readonly groupColumns: readonly string[] | null;
  /** the column whose slopes an SD is of; null for intercepts */
  readonly slopeExpr: Expr | null;
  /** what the levels of the grouping are on; null where they are independent */
  readonly structureFn: KnownStructure["fn"] | null;
  /** the known correlation of the levels, once the random term is known */
  readonly known: KnownStructure | null;
  readonly response: Expr | null;
}

const LINKS = {
  location: "identity",
  phi: "log",
  sigma: "log",
  sd: "log",
  cor: "fisher",
  rho12: "atanh",
} as const satisfies Record<DparKind, Dpar["link"]>;

export const DPARS = [
  "mu",
  "phi",
  "sigma",
  "mu1",
  "mu2",
  "phi1",
  "phi2",
  "sigma1",
  "sigma2",
  "rho12",
] as const;

// names that other packages give to parameters: as a left-hand side they are far more likely a dpar than a column
const FOREIGN_DPARS = new Set([
  "nu",
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
    return { ...ungrouped("mu", "location", 1), response: left };
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
  if (inner.type === "call" && /^cor[12]?$/.test(inner.fn)) {
    const what = "correlations of random effects are the same for all levels, and take no formula";
    throw caretError(`${deparse(inner)}: ${what}`, text, inner.at, "not_supported");
  }
  if (inner.type === "call" && /^sd[12]?$/.test(inner.fn)) return sdTarget(inner, text);
  if (inner.type !== "name") return null;
  const { name } = inner;
  if (name === "tau" || name === "tau2") {
    throw caretError("the extra heterogeneity is sigma: write sigma ~ x", text, inner.at);
  }
  if (!(DPARS as readonly string[]).includes(name)) return null;
  if (name === "rho12") return RHO12;
  const kind = name.startsWith("mu") ? "location" : name.startsWith("phi") ? "phi" : "sigma";
  return ungrouped(name, kind, name.endsWith("2") ? 2 : 1);
}

function ungrouped(key: string, kind: DparKind, outcome: Dpar["outcome"]): Target {
  const nothing = { group: null, groupColumns: null, slopeExpr: null, structureFn: null, known: null };
  return { key, kind, outcome, link: LINKS[kind], ...nothing };
}

const RHO12: Target = ungrouped("rho12", "rho12", null);

/** Of a model of two outcomes: mu1, sigma2, sd1(study). */
export function isNumbered({ key, outcome }: Dpar): boolean {
  return outcome !== null && /^[a-z]+[12]/.test(key);
}

/** The sigma of the outcome that a location is of. */
export function sigmaOf({ key, outcome }: Dpar): DparName {
  return { ...ungrouped(`sigma${numberOf(key)}`, "sigma", outcome), response: null };
}

/** The multiplier of the sampling variances of the outcome that a location is of. */
export function phiOf({ key, outcome }: Dpar): DparName {
  return { ...ungrouped(`phi${numberOf(key)}`, "phi", outcome), response: null };
}

/** The SD of random effects in a location formula. */
export function sdOf({ key, outcome }: Dpar, random: RandomTerm): DparName {
  const { group, slope, structure, block } = random;
  return {
    ...ungrouped(sdKey(key, random), "sd", outcome),
    group: groupName(random),
    groupColumns: group,
    ...(slope !== null && { slope: slope.label, slopeExpr: slope.expr }),
    ...(block?.within && { slope: block.within.column, within: block.within.fn }),
    ...(block !== null && block.form !== null && { correlations: corKey(key, block) }),
    ...(structure !== null && {
      structure: writtenStructure(structure),
      structureFn: structure.fn,
      known: structure,
    }),
    response: null,
  };
}

/** The correlations of the effects of a block in a location formula. */
export function corOf({ key, outcome }: Dpar, block: BlockTerm): DparName {
  const own = ungrouped(corKey(key, block), "cor", block.tag === null ? outcome : null);
  return { ...own, link: block.form === "car" ? "logit" : "fisher", response: null };
}

/** By the location's key; of a label, which is in several of them, without a number. */
function corKey(location: string, { tag, label }: BlockTerm): string {
  return `cor${tag === null ? numberOf(location) : ""}(${label})`;
}

/** By the location's key. */
export function sdKey(location: string, random: RandomTerm): string {
  return `sd${numberOf(location)}(${sdArgument(random)})`;
}

/** The random term whose SD a dpar is, as formulas have it: "(1 | study)", "phylo(0 + x | species, tree = tree)". */
export function randomTermOf({ group, slope, within, structure }: Dpar): string {
  if (within !== undefined) return `${within}(0 + ${slope} | ${group})`;
  const before = slope === undefined ? "1" : `0 + ${slope}`;
  if (structure === undefined) return `(${before} | ${group})`;
  const open = group!.indexOf("(");
  return `${group!.slice(0, open)}(${before} | ${group!.slice(open + 1, -1)}, ${structure})`;
}

/** The residual correlation of two outcomes. */
export function rho12(): DparName {
  return { ...RHO12, response: null };
}

/** "" of mu, "1" of mu1 */
function numberOf(location: string): string {
  return location.slice("mu".length);
}

/** sd(study), sd(bmi | study), sd(phylo(species)), sd(bmi | phylo(species)) */
function sdTarget(call: Expr & { type: "call" }, text: string): Target {
  const argument = call.args[0];
  if (argument === undefined || call.args.length > 1 || argument.name !== null) {
    throw caretError(`${call.fn}() names one grouping, as in ${call.fn}(study) ~ x`, text, call.at);
  }
  const whole = ungroup(argument.value);
  const isSlope = whole.type === "binary" && whole.op === "|";
  const levels = ungroup(isSlope ? whole.right : whole);
  const fn = levels.type === "call" && isKnownStructure(levels.fn) ? levels.fn : null;
  const inside = fn === null ? levels : (levels as Expr & { type: "call" }).args[0]?.value;
  if (inside === undefined) {
    throw caretError(`${deparse(call)} names no grouping: write ${call.fn}(${fn}(group)) ~ x`, text, call.at);
  }
  const before = isSlope ? `${deparse(ungroup(whole.left))} | ` : "";
  const named = (label: string) => `${call.fn}(${before}${fn === null ? label : `${fn}(${label})`})`;
  const groups = groupings(inside, text);
  if (groups.length > 1) {
    const choices = groups.map((group) => named(groupLabel(group))).join(" or ");
    throw caretError(`${deparse(call)} names ${groups.length} groupings: write ${choices}`, text, call.at);
  }
  const groupColumns = groups[0]!;
  const columns = groupColumns.join(":");
  return {
    ...ungrouped(named(groupLabel(groupColumns)), "sd", call.fn === "sd2" ? 2 : 1),
    group: fn === null ? columns : `${fn}(${columns})`,
    groupColumns,
    structureFn: fn,
    ...(isSlope && { slope: deparse(ungroup(whole.left)), slopeExpr: ungroup(whole.left) }),
  };
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
  const known = "mu, phi, sigma and sd(group), or mu1, mu2, phi1, phi2, sigma1, sigma2 and rho12";
  return caretError(
    `unknown parameter '${name}'${hint === "" ? ":" : hint} the parameters are ${known}`,
    text,
    0,
  );
}
