import { type CompiledModel, compile, type DrmOptions } from "../drm";
import { DrmError } from "../errors";
import { type DrmFormula, drmFormula } from "../formula/formula";
import { count } from "../words";
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

/** There is one a parameter. */
const MOST_FORMULAS = 1000;

/** As drmFormula(), of as many texts as a job may hold. */
export function formulaOfTexts(texts: readonly string[]): DrmFormula {
  if (texts.length <= MOST_FORMULAS) return drmFormula(...texts);
  throw new DrmError(
    "bad_formula",
    `${count(texts.length, "formula")}: a model has one for each of its parameters`,
  );
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
  return compile(formulaOfTexts(texts), { ...options, ...rest, warn: () => {} });
}
