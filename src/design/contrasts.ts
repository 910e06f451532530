import { applyPoly, learnPoly } from "./orthogonal";

/** How the levels of a factor become columns: `values[level * names.length + column]`. */
export interface Contrasts {
  readonly names: readonly string[];
  /** null for plain dummies: column j is the indicator of level j + `skip`. */
  readonly values: Float64Array | null;
  readonly skip: 0 | 1;
}

/** Treatment contrasts, or orthogonal polynomials for an ordered factor; `full` gives every level a dummy. */
export function contrastsOf(levels: readonly string[], ordered: boolean, full: boolean): Contrasts {
  if (full) return { names: levels, values: null, skip: 0 };
  if (!ordered) return { names: levels.slice(1), values: null, skip: 1 };
  return { ...polynomial(levels.length), skip: 0 };
}

const POLYNOMIAL_NAMES = [".L", ".Q", ".C"];

function polynomial(count: number): { names: string[]; values: Float64Array } {
  const scores = Float64Array.from({ length: count }, (_, i) => i + 1);
  const degree = count - 1;
  const columns = applyPoly(learnPoly(scores, degree, false, "contrasts of an ordered factor"), scores);
  const values = new Float64Array(count * degree);
  columns.forEach((column, j) => {
    for (let level = 0; level < count; level++) values[level * degree + j] = column[level]!;
  });
  const names = columns.map((_, j) => POLYNOMIAL_NAMES[j] ?? `^${j + 1}`);
  return { names, values };
}
