import { DrmError } from "../errors";
import { article } from "../words";
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
  const id = formulas.length === 1 ? formulas[0]! : formulas.join("\u0000");
  const cached = cache.get(id);
  if (cached !== undefined) return cached;
  const result = freezeDeep(buildFormula(formulas));
  if (cache.size >= CACHE_SIZE) cache.delete(cache.keys().next().value!);
  cache.set(id, result);
  return result;
}

function buildFormula(formulas: readonly string[]): DrmFormula {
  if (formulas.length === 0)
    throw new DrmError("bad_formula", 'no formula given: write drmFormula("yi ~ x")');
  const written = formulas.map((text) => {
    if (typeof text !== "string") {
      throw new DrmError(
        "bad_formula",
        `a formula is a string such as "yi ~ x", not ${text === null ? "null" : article(typeof text)}`,
      );
    }
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
