import { type Argument, type CallExpr, type Expr, ungroup } from "../formula/expr";
import type { DrmFormula } from "../formula/formula";

/** Calls whose first argument is a category, whatever its cells look like. */
const OF_LABELS = new Set(["factor", "as.factor", "ordered", "relevel"]);

const kept = new WeakMap<DrmFormula, ReadonlySet<string>>();

/**
 * The columns whose cells mean something as such: numbers, or levels that the model compares. Of the others, those of groupings,
 * of clusters and inside factor(), only the labels matter, and any text is one.
 */
export function valueColumns(formula: DrmFormula): ReadonlySet<string> {
  const known = kept.get(formula);
  if (known !== undefined) return known;
  const names = new Set<string>();
  for (const { response, terms, offsets, random, knownV } of formula.dpars) {
    if (response !== null) addValues(response, names);
    for (const { factors } of terms) for (const { expr } of factors) addValues(expr, names);
    for (const offset of offsets) addValues(offset, names);
    for (const { slope } of random) if (slope !== null) addValues(slope.expr, names);
    if (knownV !== null) addValues(knownV.argument, names);
  }
  kept.set(formula, names);
  return names;
}

function addValues(expr: Expr, names: Set<string>): void {
  const inner = ungroup(expr);
  switch (inner.type) {
    case "name":
      names.add(inner.name);
      break;
    case "unary":
      addValues(inner.arg, names);
      break;
    case "binary":
      addValues(inner.left, names);
      addValues(inner.right, names);
      break;
    case "call": {
      const labels = labelArgument(inner);
      for (const argument of inner.args) if (argument !== labels) addValues(argument.value, names);
    }
  }
}

/** factor(x), and the clusters of meta_vcov_cluster(vi, study). */
function labelArgument({ fn, args }: CallExpr): Argument | undefined {
  if (OF_LABELS.has(fn)) return args[0];
  if (fn !== "meta_vcov_cluster") return undefined;
  const named = args.find(({ name }) => name === "cluster");
  if (named !== undefined) return named;
  const isViNamed = args.some(({ name }) => name === "vi");
  return args.filter(({ name }) => name === null)[isViNamed ? 0 : 1];
}
