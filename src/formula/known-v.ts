import { DrmError } from "../errors";
import { caretError } from "./caret";
import { deparse } from "./deparse";
import { type CallExpr, type Expr, ungroup, variablesOf } from "./expr";
import { checkCalls, constantOf } from "./functions";
import { namesStandardErrors } from "./standard-error-name";

/** The known sampling covariance: a column, an expression, a supplied matrix, or a call that builds one. */
export interface KnownVCall {
  /** as written; meta_known_V is an old name of meta_V */
  readonly fn: "meta_V" | "meta_known_V";
  /** what V is, or with `inverse` 1 / V */
  readonly argument: Expr;
  /** given as weights, w = 1 / V */
  readonly inverse: boolean;
  /** known up to a multiplier, phi: D V D in the place of V, D = diag(sqrt(phi)) */
  readonly proportional: boolean;
}

/** Calls that build a covariance from columns; their arguments are checked where they are evaluated. */
const BUILDERS = new Set(["meta_vcov_bivariate", "meta_vcov_cluster"]);

export function knownVCall(call: CallExpr, text: string): KnownVCall {
  const fn = call.fn as KnownVCall["fn"];
  const fail = (sentence: string, code?: "not_supported") => caretError(sentence, text, call.at, code);
  const scale = call.args.find(({ name }) => name === "scale");
  const proportional = scale !== undefined;
  if (proportional && constantOf(scale.value) !== "proportional") {
    throw fail(
      `scale = ${deparse(scale.value)}: write ${fn}(V = ..., scale = "proportional") for a V known up to a multiplier, ${fn}(V = ...) for a known V`,
    );
  }
  const rest = call.args.filter((one) => one !== scale);
  const argument = rest[0];
  if (argument === undefined) throw fail(`${fn}() needs the sampling variances: write ${fn}(V = vi)`);
  const written = deparse(argument.value);
  if (rest.some(({ name }) => name === "w") && rest.length > 1) {
    throw fail(`w is 1 / V, so ${fn}() takes one of the two: write ${fn}(V = ${written}) for a known V`);
  }
  if (rest.length > 1) {
    throw fail(`${fn}() takes one argument, V, not ${rest.length}: write ${fn}(V = ${written})`);
  }
  const inverse = argument.name === "w";
  if (inverse && !proportional) {
    throw fail(
      `w is for a V known up to a multiplier: write ${fn}(w = ${written}, scale = "proportional"), or ${fn}(V = 1 / ${written}) if these are the sampling variances`,
    );
  }
  if (inverse) checkCalls(ungroup(argument.value), text);
  else if (argument.name !== "V") {
    const seen =
      argument.name === null
        ? `the argument of ${fn}() is named`
        : `${fn}() has no argument '${argument.name}'`;
    throw fail(`${seen}: ${wantedV(fn, argument.name, argument.value)}`);
  }
  if (!inverse) checkArgument(argument.value, text);
  if (variablesOf(argument.value).size === 0) {
    throw fail(
      `${argument.name} = ${written} is a single number: ${argument.name} needs one for every row, as in V = vi`,
    );
  }
  return { fn, argument: argument.value, inverse, proportional };
}

/** As it is written in a formula, other names for the same apart. */
export function writtenV({ fn, argument, inverse, proportional }: KnownVCall): string {
  const scale = proportional ? ', scale = "proportional"' : "";
  return `${fn}(${inverse ? "w" : "V"} = ${deparse(argument)}${scale})`;
}

function checkArgument(expr: Expr, text: string): void {
  const inner = ungroup(expr);
  if (inner.type !== "call" || !BUILDERS.has(inner.fn)) {
    if (inner.type === "call" && inner.fn.startsWith("meta_")) {
      const known = [...BUILDERS].join(" and ");
      throw caretError(`unknown function '${inner.fn}': V can be built by ${known}`, text, inner.at);
    }
    checkCalls(inner, text);
    return;
  }
  for (const { value } of inner.args) checkCalls(value, text);
}

/** What to write instead: V takes variances, and what is called `sei` holds their square roots. */
function wantedV(fn: string, name: string | null, value: Expr): string {
  const inner = ungroup(value);
  const written = deparse(value);
  const squared =
    inner.type === "name" || inner.type === "call" ? `${deparse(inner)}^2` : `(${deparse(inner)})^2`;
  if (name !== null && namesStandardErrors(name)) {
    return `V takes sampling variances, so write ${fn}(V = ${squared}) for standard errors`;
  }
  if (inner.type === "name" && namesStandardErrors(inner.name)) {
    return `write ${fn}(V = ${squared}) if '${inner.name}' holds standard errors, ${fn}(V = ${written}) if it holds variances`;
  }
  return `write ${fn}(V = ${written})`;
}

/** For formulas of parameters that have no V. */
export function refuseKnownV(key: string, text: string): DrmError {
  const sentence = `V belongs in the location formula, not in that of ${key}: sampling variances are known, not modelled`;
  return new DrmError("bad_formula", `${sentence}\n  ${text}`);
}
