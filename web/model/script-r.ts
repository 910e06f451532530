import { deparse } from "../../src/formula/deparse";
import { type CallExpr, type Expr, variablesOf } from "../../src/formula/expr";
import { type DrmFormula, drmFormula } from "../../src/formula/formula";
import { parseFormula } from "../../src/formula/parser";
import { knownVOf, vcalcCode, vcovCall } from "./known-v-code";
import { metaforCode } from "./script-metafor";
import type { ScriptInput } from "./script-typescript";

/** R code that makes the fit again with drmTMB, and with metafor where it has the model. */
export function rScript({ formulas, method, test, factors, fileName }: ScriptInput): string {
  const formula = drmFormula(...formulas);
  const blocks = [
    dataCode(formula, factors, fileName),
    drmTmbCode(formula, method),
    metaforCode(formula, method, test),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function dataCode(formula: DrmFormula, factors: ScriptInput["factors"], fileName: string): string {
  const lines = [
    `dat <- read.csv(${JSON.stringify(fileName)}, na.strings = c("NA", "NaN", ""), check.names = FALSE, stringsAsFactors = TRUE)`,
  ];
  for (const [column, levels] of Object.entries(factors)) {
    const name = JSON.stringify(column);
    lines.push(
      `dat[[${name}]] <- factor(dat[[${name}]], levels = c(${levels.map((level) => JSON.stringify(level)).join(", ")}))`,
    );
  }
  if (formula.family === "gaussian") {
    const used = new Set(formula.dpars.flatMap(({ variables }) => variables));
    const known = knownVOf(formula);
    if (known !== null) for (const name of variablesOf(known)) used.add(name);
    const names = [...used].map((name) => JSON.stringify(name)).join(", ");
    lines.push(
      "# rows with a missing cell in any of these are not used",
      `dat <- dat[complete.cases(dat[, c(${names})]), ]`,
    );
  }
  return lines.join("\n");
}

function drmTmbCode(formula: DrmFormula, method: "ML" | "REML"): string {
  const call = vcovCall(formula);
  const lines = ["# drmTMB", "library(drmTMB)"];
  if (call?.fn === "meta_vcov_cluster") lines.push(vcalcCode(call));
  if (call?.fn === "meta_vcov_bivariate") lines.push(`V <- with(dat, ${deparse(call)})`);
  const inner = formula.texts.map((text) => `    ${call === null ? text : withV(text)}`).join(",\n");
  const family = formula.family === "gaussian" ? "gaussian()" : "c(gaussian(), gaussian())";
  lines.push(
    "fit <- drmTMB(",
    `  bf(\n${inner}\n  ),`,
    `  family = ${family}, data = dat${method === "REML" ? ", REML = TRUE" : ""}`,
    ")",
    "summary(fit)",
  );
  return lines.join("\n");
}

/** The formula with meta_V(V = V) for its meta_V(...). */
function withV(text: string): string {
  const { right } = parseFormula(text);
  const call = findKnownV(right);
  if (call === null) return text;
  // up to the parenthesis that closes the call; quoted names may hold others
  let depth = 0;
  let end = call.at;
  for (const match of text.slice(call.at).matchAll(/`[^`]*`|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[()]/g)) {
    if (match[0] === "(") depth += 1;
    if (match[0] !== ")") continue;
    depth -= 1;
    if (depth > 0) continue;
    end = call.at + match.index + 1;
    break;
  }
  const scale = call.args.find(({ name }) => name === "scale");
  const V = scale === undefined ? "meta_V(V = V)" : `meta_V(V = V, scale = ${deparse(scale.value)})`;
  return `${text.slice(0, call.at)}${V}${text.slice(end)}`;
}

function findKnownV(expr: Expr): CallExpr | null {
  if (expr.type === "call") return expr.fn === "meta_V" || expr.fn === "meta_known_V" ? expr : null;
  if (expr.type === "group" || expr.type === "unary") return findKnownV(expr.arg);
  return expr.type === "binary" ? (findKnownV(expr.left) ?? findKnownV(expr.right)) : null;
}
