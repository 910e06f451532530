/** Standard errors in the place of sampling variances, as far as names and other columns tell. */
import type { Fit } from "../../fit/fit";
import { deparse, deparseName } from "../../formula/deparse";
import { type Expr, ungroup } from "../../formula/expr";
import { formulaFrom } from "../../formula/formula";
import { namesStandardErrors } from "../../formula/standard-error-name";
import { type Check, row } from "./check";

export const standardErrorsAsVariances: Check = (fit) => {
  const found = errorsInV(fit);
  return found === null
    ? null
    : row("standard_errors_as_variances", "warning", `V = ${found.written}`, found.message);
};

/** What in V reads like standard errors, with a sentence on it; null where nothing does. */
export function errorsInV({
  knownV,
  formulas,
  data,
  squaresOfV,
}: Fit): { written: string; message: string } | null {
  if (knownV.kind === "none") return null;
  const call = formulaFrom(formulas).dpars[0]!.knownV;
  if (call === null || call.inverse) return null;
  const { argument } = call;
  const advice = (name: string) => `If it does, write meta_V(V = ${deparseName(name)}^2).`;
  for (const expr of variancesIn(argument)) {
    const inner = ungroup(expr);
    if (inner.type === "call" && inner.fn === "sqrt") {
      const of = deparse(inner.args[0]!.value);
      return {
        written: deparse(inner),
        message: `V takes sampling variances, not their square roots: if ${of} holds variances, write meta_V(V = ${of}).`,
      };
    }
    // a matrix may be called anything; a vector in its place holds variances like a column
    if (inner.type !== "name" || (!Object.hasOwn(data, inner.name) && knownV.kind !== "diagonal")) continue;
    const { name } = inner;
    if (squaresOfV !== undefined) {
      const message = `Column '${squaresOfV}' holds the squares of '${name}', so '${name}' holds standard errors: write meta_V(V = ${deparseName(squaresOfV)}).`;
      return { written: name, message };
    }
    if (namesStandardErrors(name)) {
      const message = `V takes sampling variances, and the name '${name}' says that it holds standard errors. ${advice(name)}`;
      return { written: name, message };
    }
  }
  return null;
}

/** Where variances stand: V itself, or the arguments of what builds it. */
function variancesIn(argument: Expr): readonly Expr[] {
  const inner = ungroup(argument);
  if (inner.type !== "call" || !inner.fn.startsWith("meta_vcov_")) return [inner];
  const wanted = inner.fn === "meta_vcov_bivariate" ? ["v1", "v2"] : ["vi"];
  let position = 0;
  return inner.args.flatMap(({ name, value }) => {
    const which = name ?? wanted[position++];
    return which !== undefined && wanted.includes(which) ? [value] : [];
  });
}
