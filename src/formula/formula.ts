import { DrmError } from "../errors";
import { shown } from "../options";
import { caretError } from "./caret";
import { checkSet } from "./check-set";
import { dparName } from "./dpar";
import { type DparFormula, dparFormula } from "./dpar-formula";
import { parseFormula } from "./parser";
import { answerToFormula } from "./r-arguments";

/** Stage 2. The formulas of a model as frozen plain data. */
export interface DrmFormula {
  /** the formulas as given */
  readonly texts: readonly string[];
  /** "biv_gaussian" for two outcomes */
  readonly family: "gaussian" | "biv_gaussian";
  /** Location first (mu, or mu1 and mu2), then sigma, then the sd(...)s, then rho12; none is left out. */
  readonly dpars: readonly DparFormula[];
}

// formulas come as strings, often the same ones for thousands of fits; the oldest entry leaves when it is full
const CACHE_SIZE = 256;
const cache = new Map<string, DrmFormula>();

/** Parses and classifies formulas, in any order. */
export function drmFormula(...formulas: string[]): DrmFormula {
  return formulaFrom(formulas);
}

/** The same of an array: there is no limit to what an array of a user's holds. */
export function formulaFrom(formulas: readonly string[]): DrmFormula {
  for (const text of formulas) {
    if (typeof text !== "string") {
      const hint = Array.isArray(text) ? ": spread the array, drmFormula(...formulas)" : "";
      throw new DrmError("bad_formula", `a formula is a text such as "yi ~ x", not ${shown(text)}${hint}`);
    }
  }
  const id = formulas.length === 1 ? formulas[0]! : formulas.join("\u0000");
  const cached = cache.get(id);
  if (cached !== undefined) return cached;
  const result = freezeDeep(buildFormula(formulas));
  if (cache.size >= CACHE_SIZE) cache.delete(cache.keys().next().value!);
  cache.set(id, result);
  return result;
}

/** What drmFormula() made, or the formula that a text is. */
export function formulaOf(formula: DrmFormula | string): DrmFormula {
  if (typeof formula === "string") return drmFormula(formula);
  if (Array.isArray(formula?.dpars) && Array.isArray(formula.texts)) return formula;
  const hint = Array.isArray(formula) ? ": several formulas are drmFormula(...formulas)" : "";
  const seen = `a formula is a text such as "yi ~ x", or made by drmFormula(), not ${shown(formula)}`;
  throw new DrmError("bad_formula", seen + hint);
}

function buildFormula(formulas: readonly string[]): DrmFormula {
  if (formulas.length === 0)
    throw new DrmError("bad_formula", 'no formula given: write drmFormula("yi ~ x")');
  const written = formulas.map((text) => {
    const answer = answerToFormula(text);
    if (answer !== null) throw caretError(answer, text, 0);
    const parsed = parseFormula(text);
    return dparFormula(parsed, dparName(parsed));
  });
  return { texts: [...formulas], ...checkSet(written) };
}

function freezeDeep<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freezeDeep(inner);
  }
  return value;
}
