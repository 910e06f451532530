import { variablesOf } from "./expr";
import type { DrmFormula } from "./formula";

/** The columns whose cells name levels of random intercepts or clusters of V: of others the numbers are enough. */
export function namingColumns({ dpars }: DrmFormula): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { groupColumns, knownV } of dpars) {
    for (const name of groupColumns ?? []) names.add(name);
    if (knownV !== null && knownV.argument.type === "call") variablesOf(knownV.argument, names);
  }
  return names;
}
