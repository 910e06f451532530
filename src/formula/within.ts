import { caretError } from "./caret";
import { deparse } from "./deparse";
import { type CallExpr, type Expr, ungroup } from "./expr";
import type { CorrelationForm, WithinName } from "./structures";

/** What a function of levels within a group says of their effects: how they are correlated, and whether each has an SD of its own. */
export const WITHIN: Readonly<
  Record<WithinName, { readonly form: CorrelationForm | null; readonly ownSds: boolean }>
> = {
  us: { form: "us", ownSds: true },
  cs: { form: "cs", ownSds: false },
  hcs: { form: "cs", ownSds: true },
  diag: { form: null, ownSds: true },
  id: { form: null, ownSds: false },
  ar: { form: "ar", ownSds: false },
  har: { form: "ar", ownSds: true },
  car: { form: "car", ownSds: false },
};

/** The bar of us(0 + outcome | study), and the column whose levels its effects are of. */
export function withinCall(
  call: CallExpr,
  text: string,
): { readonly fn: WithinName; readonly bar: Expr & { type: "binary" }; readonly column: string } {
  const fn = call.fn as WithinName;
  const form = `${fn}(0 + ${fn === "car" ? "time" : "outcome"} | study)`;
  const bar = call.args[0] && ungroup(call.args[0].value);
  if (bar?.type !== "binary" || bar.op !== "|" || call.args.length > 1 || call.args[0]!.name !== null) {
    throw caretError(`${deparse(call)}: ${fn}() is a term with a bar, as in ${form}`, text, call.at);
  }
  const left = ungroup(bar.left);
  const column = left.type === "binary" && left.op === "+" && isZero(left.left) ? ungroup(left.right) : null;
  if (column?.type !== "name" || column.name === ".") {
    throw caretError(
      `${deparse(call)}: before the bar of ${fn}() stands 0 + a column, as in ${form}; intercept and slopes of a group are (1 + x | group)`,
      text,
      call.at,
    );
  }
  return { fn, bar, column: column.name };
}

function isZero(expr: Expr): boolean {
  const inner = ungroup(expr);
  return inner.type === "number" && inner.value === 0;
}
