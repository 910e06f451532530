import { scratch } from "../../data/doubles";
import { NO_BLOCK, type ParameterBlock } from "../model";
import { blockOf } from "../observations";
import type { TermSource } from "./source";

/** Logs of a kind that each observation has one of; where a dpar is held, that of its value instead of coefficients. */
export function observationBlock(source: TermSource, kind: "phi" | "sigma"): ParameterBlock {
  const { rows, observation, outcomes } = source;
  const dpars = source.dpars(kind);
  if (dpars.length === 0) return { kind, dpars, block: NO_BLOCK, held: null };
  const designs = dpars.map((dpar) => source.design(dpar));
  const block = source.checked(blockOf(designs, rows, observation));
  const values = dpars.map((dpar) => source.held(dpar));
  if (values.every((value) => value === null)) return { kind, dpars, block, held: null };
  const logs = values.map((value) => (value === null ? 0 : Math.log(value)));
  const held = scratch(rows);
  for (let i = 0; i < rows; i++) held[i] = logs[outcomes === null ? 0 : outcomes.outcome[i]!]!;
  return { kind, dpars, block, held };
}
