import type { CodedTerm } from "./coding";
import { type Contrasts, contrastsOf } from "./contrasts";
import type { Variable } from "./variables";

/** A design without its rows: column names, the term of each, and how levels become columns. */
export interface Layout {
  readonly intercept: boolean;
  readonly names: readonly string[];
  readonly assign: readonly number[];
  /** by term, what it is the product of */
  readonly terms: readonly (readonly Part[])[];
}

/** One variable inside one term: its columns and the ends of their names. */
export interface Part {
  readonly variable: number;
  readonly names: readonly string[];
  /** null for a numeric variable */
  readonly contrasts: Contrasts | null;
}

/** The columns of the intercept and of every term; in an interaction the first variable varies fastest. */
export function layOut(
  intercept: boolean,
  terms: readonly CodedTerm[],
  variables: readonly Variable[],
): Layout {
  const parts = terms.map((term) => term.variables.map((v, k) => partOf(v, variables[v]!, term.full[k]!)));
  const names: string[] = intercept ? ["(Intercept)"] : [];
  const assign: number[] = intercept ? [0] : [];
  for (let t = 0; t < parts.length; t++) {
    for (const name of crossNames(parts[t]!)) {
      names.push(name);
      assign.push(t + 1);
    }
  }
  return { intercept, names, assign, terms: parts };
}

function partOf(v: number, variable: Variable, full: boolean): Part {
  const { label } = variable;
  if (variable.kind === "numeric") {
    const { columns } = variable;
    const names = columns.length === 1 ? [label] : columns.map((_, k) => `${label}${k + 1}`);
    return { variable: v, names, contrasts: null };
  }
  const { levels, ordered } = variable.factor;
  const contrasts = contrastsOf(levels, ordered, full);
  return { variable: v, names: contrasts.names.map((name) => label + name), contrasts };
}

function crossNames(parts: readonly Part[]): readonly string[] {
  if (parts.length === 1) return parts[0]!.names;
  let names: string[] = [""];
  for (const part of parts) {
    names = part.names.flatMap((name) => names.map((before) => (before === "" ? name : `${before}:${name}`)));
  }
  return names;
}

/** What a layout depends on, beside the terms, in one variable. */
export interface Shape {
  /** null for a numeric variable */
  readonly levels: readonly string[] | null;
  readonly ordered: boolean;
  readonly columns: number;
}

export function shapeOf(variable: Variable): Shape {
  if (variable.kind === "numeric") return { levels: null, ordered: false, columns: variable.columns.length };
  const { levels, ordered } = variable.factor;
  return { levels, ordered, columns: 0 };
}

export function hasShape(variable: Variable, { levels, ordered, columns }: Shape): boolean {
  if (variable.kind === "numeric") return levels === null && variable.columns.length === columns;
  const { factor } = variable;
  if (levels === null || factor.ordered !== ordered || factor.levels.length !== levels.length) return false;
  for (let l = 0; l < levels.length; l++) if (factor.levels[l] !== levels[l]) return false;
  return true;
}
