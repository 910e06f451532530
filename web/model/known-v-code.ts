import { deparse } from "../../src/formula/deparse";
import { type CallExpr, type Expr, ungroup } from "../../src/formula/expr";
import type { DrmFormula } from "../../src/formula/formula";

/** The argument of meta_V() as written, null without one. */
export function knownVOf({ dpars }: DrmFormula): Expr | null {
  const argument = dpars[0]!.knownV?.argument;
  return argument === undefined ? null : ungroup(argument);
}

/** V when a function of the formula makes it a matrix. */
export function vcovCall(formula: DrmFormula): CallExpr | null {
  const known = knownVOf(formula);
  return known?.type === "call" && known.fn.startsWith("meta_vcov_") ? known : null;
}

/** `V <- ` the matrix that meta_vcov_cluster() stands for, by metafor. */
export function vcalcCode({ args }: CallExpr): string {
  const names = ["vi", "cluster", "rho", "time", "type"];
  const given = new Map(args.map(({ name, value }, i) => [name ?? names[i]!, deparse(value)]));
  const time = given.get("time");
  const rho = given.get("rho") ?? "0.6";
  const how = time === undefined ? `obs = seq_len(nrow(dat)), rho = ${rho}` : `time1 = ${time}, phi = ${rho}`;
  return `V <- metafor::vcalc(${given.get("vi")}, cluster = ${given.get("cluster")}, ${how}, data = dat)`;
}
