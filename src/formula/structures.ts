import { caretError } from "./caret";
import { deparse } from "./deparse";
import type { CallExpr } from "./expr";

/** What terms of other packages stand for, and what to write today; a grouping is written as 'group'. */
interface Structure {
  readonly what: string;
  readonly instead: string;
}

const INTERCEPT = "a random intercept, (1 | group), takes the levels for independent";
const related: Structure = {
  what: "this way to write random effects of related levels is",
  instead:
    "write phylo(1 | group, tree = tree) for a phylogeny, relmat(1 | group, K = K) for a matrix of relatedness",
};
const spatial: Structure = { what: "random effects that are correlated in space are", instead: INTERCEPT };
const temporal: Structure = {
  what: "random effects that are correlated in time are",
  instead: `${INTERCEPT}; sampling errors of repeated measurements are meta_V(V = meta_vcov_cluster(vi, group, type = "ar1", time = t))`,
};
const structured: Structure = {
  what: "random effects with a covariance structure are",
  instead: `${INTERCEPT}; two outcomes a study are mu1 = y1 ~ x and mu2 = y2 ~ x with rho12`,
};
const smooth: Structure = { what: "smooth terms are", instead: "ns(x, df = 3) or poly(x, 2) are curves" };
const membership: Structure = { what: "multiple membership is", instead: INTERCEPT };
const measured: Structure = {
  what: "moderators with errors or missing values of their own are",
  instead: "a moderator is a column of known numbers",
};

/** By the names that metafor, drmTMB, brms, glmmTMB, nlme and mgcv give them. */
const STRUCTURES: ReadonlyMap<string, Structure> = new Map([
  ...["animal", "gr", "pedigree", "kinship", "propto"].map((fn) => [fn, related] as const),
  ...[
    "spatial",
    "spde",
    "gp",
    "sar",
    "mat",
    "matern",
    "gau",
    "spexp",
    "spgau",
    "splin",
    "sprat",
    "spsph",
    "corExp",
  ].map((fn) => [fn, spatial] as const),
  ...["ar1", "ou", "arma", "ma", "hetar1", "corAR1", "corCAR1"].map((fn) => [fn, temporal] as const),
  ...["un", "homcs", "idh", "homdiag", "toep", "homtoep", "rr", "cosy", "unstr"].map(
    (fn) => [fn, structured] as const,
  ),
  ...["s", "te", "ti", "t2", "lo", "bs", "pb", "pspline", "smooth"].map((fn) => [fn, smooth] as const),
  ["mm", membership],
  ...["me", "mi", "mo"].map((fn) => [fn, measured] as const),
]);

/** What a term of another package is, by its function's name; null for a name that none of them has. */
export function structureOf(fn: string): Structure | null {
  return STRUCTURES.get(fn) ?? null;
}

export function unsupportedStructure(call: CallExpr, { what, instead }: Structure, text: string): Error {
  return caretError(
    `${deparse(call)}: ${what} not supported yet; ${instead}`,
    text,
    call.at,
    "not_supported",
  );
}

/** Functions that hold a bar: of the effects of a column's levels within a group. */
export type WithinName = "us" | "cs" | "hcs" | "diag" | "id" | "ar" | "har" | "car";

/** How effects are correlated: not by any rule, all alike, by the positions of levels, by their times. */
export type CorrelationForm = "us" | "cs" | "ar" | "car";

const WITHIN_NAMES: readonly string[] = ["us", "cs", "hcs", "diag", "id", "ar", "har", "car"];

export function isWithin(fn: string): fn is WithinName {
  return WITHIN_NAMES.includes(fn);
}

/** Functions that hold a bar: of a known correlation among the levels of a grouping. */
export type KnownStructureName = "phylo" | "relmat";

export function isKnownStructure(fn: string): fn is KnownStructureName {
  return fn === "phylo" || fn === "relmat";
}
