import { deparse, deparseName } from "../../src/formula/deparse";
import type { DparFormula } from "../../src/formula/dpar-formula";
import type { CallExpr } from "../../src/formula/expr";
import type { DrmFormula } from "../../src/formula/formula";
import type { Test } from "./choices";
import { knownVOf, vcalcCode, vcovCall } from "./known-v-code";

/** The model in metafor, or a comment that says why metafor does not have it. */
export function metaforCode(formula: DrmFormula, method: "ML" | "REML", test: Test): string {
  const why = whyNot(formula);
  if (why !== null) return `# metafor does not have this model: ${why}.`;
  const [first] = formula.dpars;
  const code =
    formula.family === "biv_gaussian"
      ? bivariate(formula, settings(method, test))
      : first!.random.length > 0 || vcovCall(formula) !== null
        ? multilevel(formula, settings(method, test))
        : locationScale(formula, settings(method, test));
  const errors =
    method === "ML"
      ? [
          "# drmeta's standard errors of the mean are a little larger: they do not take the heterogeneity as known",
        ]
      : [];
  return ["# metafor", "library(metafor)", ...code, ...errors, "summary(res)"].join("\n");
}

/** The estimator, and the test where it is not the normal distribution. */
function settings(method: "ML" | "REML", test: Test): string {
  return `method = "${method}"${test === "z" ? "" : `, test = "${test}"`}`;
}

function whyNot({ family, dpars, ...rest }: DrmFormula): string | null {
  const formula = { family, dpars, ...rest };
  const call = vcovCall(formula);
  if (knownVOf(formula) === null) return "there are no known sampling variances";
  if (dpars.some(({ offsets }) => offsets.length > 0)) return "it has an offset";
  if (dpars.some(({ dot }) => dot !== null)) return "write out the columns that the dot stands for";
  const known = dpars[0]!.knownV!;
  if (known.proportional) {
    const v = deparse(known.argument);
    const weights = known.inverse ? v : `1 / (${v})`;
    return `a multiplier of the sampling variances (with sigma held at 0 it is lm() with weights = ${weights})`;
  }
  const random = dpars.flatMap((dpar) => dpar.random);
  if (random.some(({ slope }) => slope !== null)) return "random slopes, which have no script here";
  if (random.some(({ structure }) => structure !== null))
    return "levels on a tree or a matrix, which have no script here";
  const moderated = dpars.filter(({ kind, terms }) => kind !== "location" && terms.length > 0);
  const plain = family === "gaussian" && dpars[0]!.random.length === 0 && call === null;
  if (moderated.length > 0 && !plain) return `moderators of ${moderated[0]!.key}`;
  if (family === "gaussian") return null;
  if (call?.fn !== "meta_vcov_bivariate") return "write V as meta_vcov_bivariate(...)";
  if (dpars.some(({ random }) => random.length > 0)) return "random intercepts with two outcomes";
  const [mu1, mu2] = dpars;
  return rightSide(mu1!) === rightSide(mu2!) ? null : "different moderators of the two means";
}

function locationScale(formula: DrmFormula, how: string): string[] {
  const [mu, sigma] = formula.dpars;
  const args = [`yi = ${deparse(mu!.response!)}`, `vi = ${deparse(knownVOf(formula)!)}`, ...mods(mu!)];
  const scaled = sigma!.terms.length > 0 || !sigma!.intercept;
  if (scaled) args.push(`scale = ~ ${rightSide(sigma!)}`);
  const fit = `res <- rma(${[...args, "data = dat", how].join(", ")})`;
  if (!scaled) return [fit];
  return [
    fit,
    "# metafor models log(tau^2), drmeta log(sigma): its scale coefficients and their SEs are twice as large",
  ];
}

/** sigma is the innermost level: one random effect per row. */
function multilevel(formula: DrmFormula, how: string): string[] {
  const mu = formula.dpars[0]!;
  const call = vcovCall(formula);
  // a/b in metafor's random is a and b within a, which are two terms here
  const crossed = mu.random.filter(({ group }) => group.length > 1);
  const groups = mu.random.map(({ group }) => `~ 1 | ${deparseName(group.join("_"))}`);
  const random = `list(${[...groups, "~ 1 | row_id"].join(", ")})`;
  const V = call === null ? deparse(knownVOf(formula)!) : "V";
  const args = [deparse(mu.response!), V, ...mods(mu), `random = ${random}`, "data = dat", how];
  return [
    ...(call === null ? [] : [vcalcCode(call)]),
    ...crossed.map(({ group }) => {
      const columns = group.map((column) => `dat[[${JSON.stringify(column)}]]`).join(", ");
      return `dat[[${JSON.stringify(group.join("_"))}]] <- interaction(${columns}, drop = TRUE)`;
    }),
    "dat$row_id <- seq_len(nrow(dat))",
    `res <- rma.mv(${args.join(", ")})`,
    "# the variance of row_id is sigma^2",
  ];
}

/** One row per study and outcome, with the 2 x 2 blocks of V; an outcome that a study lacks is left out. */
function bivariate(formula: DrmFormula, how: string): string[] {
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
    `res <- rma.mv(y, V[there, there], mods = ~ 0 + outcome${terms}, random = ~ outcome | unit, struct = "UN", data = long[there, ], ${how})`,
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
