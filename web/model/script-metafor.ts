import { deparse, deparseName } from "../../src/formula/deparse";
import type { DparFormula } from "../../src/formula/dpar-formula";
import type { CallExpr } from "../../src/formula/expr";
import type { DrmFormula } from "../../src/formula/formula";
import { knownVOf, vcalcCode, vcovCall } from "./known-v-code";

/** The model in metafor, or a comment that says why metafor does not have it. */
export function metaforCode(formula: DrmFormula, method: "ML" | "REML"): string {
  const why = whyNot(formula);
  if (why !== null) return `# metafor does not have this model: ${why}.`;
  const [first] = formula.dpars;
  const code =
    formula.family === "biv_gaussian"
      ? bivariate(formula, method)
      : first!.random.length > 0 || vcovCall(formula) !== null
        ? multilevel(formula, method)
        : locationScale(formula, method);
  return ["# metafor", "library(metafor)", ...code, "summary(res)"].join("\n");
}

function whyNot({ family, dpars, ...rest }: DrmFormula): string | null {
  const formula = { family, dpars, ...rest };
  const call = vcovCall(formula);
  if (knownVOf(formula) === null) return "there are no known sampling variances";
  if (dpars.some(({ offsets }) => offsets.length > 0)) return "it has an offset";
  if (dpars.some(({ dot }) => dot !== null)) return "write out the columns that the dot stands for";
  const moderated = dpars.filter(({ kind, terms }) => kind !== "location" && terms.length > 0);
  const plain = family === "gaussian" && dpars[0]!.random.length === 0 && call === null;
  if (moderated.length > 0 && !plain) return `moderators of ${moderated[0]!.key}`;
  if (family === "gaussian") return null;
  if (call?.fn !== "meta_vcov_bivariate") return "write V as meta_vcov_bivariate(...)";
  if (dpars.some(({ random }) => random.length > 0)) return "random intercepts with two outcomes";
  const [mu1, mu2] = dpars;
  return rightSide(mu1!) === rightSide(mu2!) ? null : "different moderators of the two means";
}

function locationScale(formula: DrmFormula, method: string): string[] {
  const [mu, sigma] = formula.dpars;
  const args = [`yi = ${deparse(mu!.response!)}`, `vi = ${deparse(knownVOf(formula)!)}`, ...mods(mu!)];
  const scaled = sigma!.terms.length > 0 || !sigma!.intercept;
  if (scaled) args.push(`scale = ~ ${rightSide(sigma!)}`);
  const fit = `res <- rma(${[...args, "data = dat", `method = "${method}"`].join(", ")})`;
  if (!scaled) return [fit];
  return [
    fit,
    "# metafor models log(tau^2), drmeta log(sigma): its scale coefficients and their SEs are twice as large",
  ];
}

/** sigma is the innermost level: one random effect per row. */
function multilevel(formula: DrmFormula, method: string): string[] {
  const mu = formula.dpars[0]!;
  const call = vcovCall(formula);
  const groups = mu.random.map(({ group }) => `~ 1 | ${group.map(deparseName).join("/")}`);
  const random = `list(${[...groups, "~ 1 | row_id"].join(", ")})`;
  const V = call === null ? deparse(knownVOf(formula)!) : "V";
  const args = [
    deparse(mu.response!),
    V,
    ...mods(mu),
    `random = ${random}`,
    "data = dat",
    `method = "${method}"`,
  ];
  return [
    ...(call === null ? [] : [vcalcCode(call)]),
    "dat$row_id <- seq_len(nrow(dat))",
    `res <- rma.mv(${args.join(", ")})`,
    "# the variance of row_id is sigma^2",
  ];
}

/** One row per study and outcome, with the 2 x 2 blocks of V; an outcome that a study lacks is left out. */
function bivariate(formula: DrmFormula, method: string): string[] {
  const [mu1, mu2] = formula.dpars;
  const { v1, v2, covariance } = bivariateArguments(vcovCall(formula)!);
  const terms = mu1!.terms.map(({ label }) => ` + outcome:${label}`).join("");
  return [
    "k <- nrow(dat)",
    `v1 <- with(dat, ${v1}); v2 <- with(dat, ${v2}); cov12 <- rep_len(with(dat, ${covariance}), k)`,
    "V <- bldiag(lapply(seq_len(k), function(i) matrix(c(v1[i], cov12[i], cov12[i], v2[i]), 2)))",
    "long <- dat[rep(seq_len(k), each = 2), ]",
    "long$unit <- rep(seq_len(k), each = 2)",
    'long$outcome <- factor(rep(c("1", "2"), k))',
    `long$y <- c(rbind(with(dat, ${deparse(mu1!.response!)}), with(dat, ${deparse(mu2!.response!)})))`,
    "there <- !is.na(long$y)",
    `res <- rma.mv(y, V[there, there], mods = ~ 0 + outcome${terms}, random = ~ outcome | unit, struct = "UN", data = long[there, ], method = "${method}")`,
  ];
}

function bivariateArguments({ args }: CallExpr): {
  readonly v1: string;
  readonly v2: string;
  readonly covariance: string;
} {
  const names = ["v1", "v2", "cov12", "cor12"];
  const given = new Map(args.map(({ name, value }, i) => [name ?? names[i]!, deparse(value)]));
  const [v1, v2] = [given.get("v1")!, given.get("v2")!];
  const cor12 = given.get("cor12");
  const covariance =
    cor12 === undefined ? (given.get("cov12") ?? "0") : `(${cor12}) * sqrt((${v1}) * (${v2}))`;
  return { v1, v2, covariance };
}

function mods(mu: DparFormula): string[] {
  return mu.terms.length === 0 && mu.intercept ? [] : [`mods = ~ ${rightSide(mu)}`];
}

function rightSide({ intercept, terms }: DparFormula): string {
  const labels = terms.map(({ label }) => label);
  if (!intercept) labels.unshift("0");
  return labels.length === 0 ? "1" : labels.join(" + ");
}
