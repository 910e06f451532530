import { type CompiledModel, compile, type DrmOptions } from "../drm";
import { DrmError } from "../errors";
import { drmFormula } from "../formula/formula";
import type { ModelOptions } from "./job";

/** Models of this many different texts are kept compiled. */
const KEPT = 100;
const kept = new Map<string, CompiledModel>();

/** The compiled model of options that have come as JSON; the text is also what it is kept by. */
export function compiledFrom(text: string): CompiledModel {
  const known = kept.get(text);
  if (known !== undefined) return known;
  const model = compiled(JSON.parse(text) as ModelOptions);
  if (kept.size >= KEPT) kept.clear();
  kept.set(text, model);
  return model;
}

/** A model from what a job says about it, which may be anything. */
export function compiled(
  { formulas, ...options }: ModelOptions,
  rest: Omit<DrmOptions, "data"> = {},
): CompiledModel {
  const texts = [formulas].flat();
  if (texts.length === 0 || !texts.every((text) => typeof text === "string")) {
    throw new DrmError("bad_formula", "the job has no formulas, and neither have the options");
  }
  return compile(drmFormula(...texts), { ...options, ...rest, warn: () => {} });
}
