import { DrmError } from "../errors";
import { choleskyFactor } from "../linalg/cholesky";
import { count } from "../words";
import { type Dependence, dependences } from "./dependence";
import type { Design } from "./design";

/** R's lm() calls a column aliased when this fraction of its norm is left beside the columns before it. */
const TOLERANCE = 1e-7;

/** A squared fraction above which normal equations cannot be wrong about full rank: far from TOLERANCE squared. */
export const CLEARLY_FULL = 1e-6;

/** A column whose spread is this small beside its size is constant up to rounding. */
const CONSTANT = 1e-12;

/**
 * Refuses a design whose columns do not determine their coefficients, naming what to take out. Columns are
 * centred on the intercept and scaled to unit norm first, so that calendar years do not pass for a constant.
 * The common case costs p^2/2 dot products; only near-collinear designs pay for an orthogonalization.
 */
export function checkRank(design: Design): void {
  const { key, names, present, values, assign } = design;
  const p = names.length;
  const n = present === null ? design.nrow : present.reduce((sum, flag) => sum + flag, 0);
  const intercept = assign[0] === 0;
  if (intercept && p === 1) return;
  if (p === 0) throw aliased(`the design of ${key} has no columns: write ~ 1`);
  if (p > n) {
    throw moreColumnsThanRows(key, names, n);
  }
  const centres = intercept ? centresOf(values, design.nrow, p) : new Float64Array(p);
  const gram = centredGram(values, design.nrow, p, centres, intercept ? 1 : 0);
  const q = intercept ? p - 1 : p;
  for (let j = 0; j < q; j++) {
    const column = j + p - q;
    const spread = Math.sqrt(gram[j * q + j]!);
    const size = Math.hypot(spread, Math.sqrt(n) * centres[column]!);
    if (size === 0) throw zeroColumn(design, column);
    if (spread <= CONSTANT * size) throw constantColumn(design, column, centres[column]!);
  }
  if (isClearlyFull(gram, q)) return;
  const found = dependences(values, design.nrow, centres, intercept ? 1 : 0, present, TOLERANCE);
  const first = found[0];
  if (first !== undefined)
    throw dependentColumn(
      design,
      first,
      found.slice(1).map(({ column }) => names[column]!),
    );
}

/** The error for a design that is wider than it is long. */
export function moreColumnsThanRows(key: string, names: readonly string[], nrow: number): DrmError {
  return aliased(
    `${key} has ${count(names.length, "column")} (${list(names)}) but only ${count(nrow, "row")}: take terms out of its formula`,
  );
}

/** Checks the rank in the rows that count: those of zero weight say nothing about a coefficient. */
export function checkWeightedRank(design: Design, weights: Float64Array | null): void {
  const values = weights?.includes(0)
    ? design.values.map((value, at) => (weights[at % design.nrow] === 0 ? 0 : value))
    : design.values;
  checkRank({ ...design, values });
}

/** Column means over the rows that have an intercept; rows of zeros, those of an absent outcome, do not count. */
function centresOf(values: Float64Array, n: number, p: number): Float64Array {
  let count = 0;
  for (let i = 0; i < n; i++) count += values[i]!;
  const centres = new Float64Array(p);
  for (let j = 1; j < p; j++) {
    let sum = 0;
    for (let i = j * n; i < (j + 1) * n; i++) sum += values[i]!;
    centres[j] = sum / count;
  }
  return centres;
}

/** Row-major lower triangle of the cross-products of the centred columns from `first` on. */
function centredGram(
  values: Float64Array,
  n: number,
  p: number,
  centres: Float64Array,
  first: 0 | 1,
): Float64Array {
  const q = p - first;
  const gram = new Float64Array(q * q);
  for (let a = 0; a < q; a++) {
    const [startA, centreA] = [(a + first) * n, centres[a + first]!];
    for (let b = 0; b <= a; b++) {
      const [startB, centreB] = [(b + first) * n, centres[b + first]!];
      let sum = 0;
      if (first === 1) {
        // values[i] is the intercept: 1, or 0 where the row is absent
        for (let i = 0; i < n; i++) {
          const one = values[i]!;
          sum += (values[startA + i]! - centreA * one) * (values[startB + i]! - centreB * one);
        }
      } else for (let i = 0; i < n; i++) sum += values[startA + i]! * values[startB + i]!;
      gram[a * q + b] = sum;
    }
  }
  return gram;
}

/** Of the correlation matrix every pivot is the squared fraction of a column that is its own. */
function isClearlyFull(gram: Float64Array, q: number): boolean {
  const R = new Float64Array(q * q);
  for (let j = 0; j < q; j++) {
    for (let k = 0; k < j; k++) {
      R[j * q + k] = gram[j * q + k]! / Math.sqrt(gram[j * q + j]! * gram[k * q + k]!);
    }
    R[j * q + j] = 1;
  }
  return choleskyFactor(R, q, R, CLEARLY_FULL) !== null;
}

function aliased(sentence: string): DrmError {
  return new DrmError("aliased_design", sentence);
}

function termOf({ assign, termLabels }: Design, column: number): string {
  return termLabels[assign[column]! - 1]!;
}

function zeroColumn(design: Design, column: number): DrmError {
  const term = termOf(design, column);
  const name = design.names[column]!;
  if (term.includes(":") && name.includes(":")) {
    const cell = `${design.key}: no row falls in the cell '${name}' of ${term}, so its column is all zero`;
    return aliased(`${cell}: drop the term ${term} from the formula or join levels`);
  }
  return aliased(
    `${design.key}: column '${name}' is zero in every row: drop the term ${term} from the formula`,
  );
}

function constantColumn(design: Design, column: number, value: number): DrmError {
  const seen = `${design.key}: column '${design.names[column]}' is ${value} in every row, like the intercept (aliased)`;
  return aliased(`${seen}: ${advice(design, column)}`);
}

function dependentColumn(design: Design, found: Dependence, others: string[]): DrmError {
  const { key, names } = design;
  const sources = found.of.map(({ column }) => `'${names[column]}'`);
  const [only] = found.of;
  const copy = found.of.length === 1 && Math.abs(only!.coefficient - 1) < 1e-6;
  const relation = copy ? `a copy of ${sources[0]}` : `a linear combination of ${sources.join(", ")}`;
  const more = others.length === 0 ? "" : `, and so ${others.length === 1 ? "is" : "are"} ${list(others)}`;
  return aliased(
    `${key}: column '${names[found.column]}' is ${relation} (aliased)${more}: ${advice(design, found.column)}`,
  );
}

function advice(design: Design, column: number): string {
  const term = termOf(design, column);
  const coded = design.recipe.terms[design.assign[column]! - 1];
  if (
    design.recipe.intercept &&
    coded !== undefined &&
    coded.variables.length > 1 &&
    coded.full.every(Boolean)
  ) {
    return `write ${term.replaceAll(":", " * ")}, or take the intercept out (0 + ${term})`;
  }
  return `drop the term ${term} from the formula`;
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 6).map((name) => `'${name}'`);
  return shown.join(", ") + (names.length > 6 ? ", ..." : "");
}
