import { type Column, type FactorColumn, labelColumn, type Table } from "../data/table";
import { DrmError, didYouMean } from "../errors";
import { type Expr, variablesOf } from "../formula/expr";
import type { Factor } from "../formula/terms";
import type { Source } from "../frame/evaluate";
import type { Frame } from "../frame/frame";
import { withLevels } from "../frame/levels";
import type { CodedTerm } from "./coding";
import { fillDesign } from "./columns";
import { layOut } from "./layout";
import { learnedColumn, type Memory } from "./learned";
import { evaluateVariable, type Variable } from "./variables";

/** How a design was made, as plain data: enough to make the same columns for new rows. */
export interface DesignRecipe {
  /** the dpar */
  readonly key: string;
  /** whether the first column is the intercept */
  readonly intercept: boolean;
  /** the variables that the terms are made of */
  readonly variables: readonly RecipeVariable[];
  /** the terms with the coding of their factors */
  readonly terms: readonly CodedTerm[];
  /** What scale(), poly(), ns(), factor() ... took from the data, by the text of the call. */
  readonly learned: Readonly<Memory>;
  /** The columns that are factors. */
  readonly factors: Readonly<Record<string, RecipeLevels>>;
}

/** The levels of a factor in a design. */
export interface RecipeLevels {
  /** in order, the first being the reference */
  readonly levels: readonly string[];
  /** whether they are ordered (polynomial contrasts) */
  readonly ordered: boolean;
}

/** A variable of a design: a column, or a function of columns. */
export interface RecipeVariable {
  /** as the formula has it: "duration", "log(dose)" */
  readonly label: string;
  /** its syntax tree */
  readonly expr: Expr;
  /** null for a numeric variable. */
  readonly factor: RecipeLevels | null;
}

export interface AppliedDesign {
  readonly values: Float64Array;
  readonly nrow: number;
  readonly names: readonly string[];
  /** 1 where a moderator is missing; the row of `values` is then NaN. */
  readonly missing: Uint8Array;
}

export function recipeVariables(
  factors: readonly Factor[],
  variables: readonly Variable[],
  frame: Frame,
): Pick<DesignRecipe, "variables" | "factors"> {
  const columns: Record<string, RecipeLevels> = {};
  const recipes = factors.map(({ label, expr }, i) => {
    for (const name of variablesOf(expr)) {
      const column = frame.column(name);
      if (column.kind === "factor") columns[name] = { levels: column.levels, ordered: column.ordered };
    }
    const variable = variables[i]!;
    if (variable.kind === "numeric") return { label, expr, factor: null };
    const { levels, ordered } = variable.factor;
    return { label, expr, factor: { levels, ordered } };
  });
  return { variables: recipes, factors: columns };
}

/** The design matrix of new data. */
export function applyDesign(recipe: DesignRecipe, table: Table): AppliedDesign {
  const { nrow } = table;
  const columns = new Map<string, Column>();
  const missing = new Uint8Array(nrow);
  for (const { expr } of recipe.variables) {
    for (const name of variablesOf(expr)) {
      if (columns.has(name)) continue;
      const column = newColumn(name, table, recipe);
      columns.set(name, column);
      markMissing(column, missing);
    }
  }
  const memory: Memory = { ...recipe.learned };
  const source: Source = {
    nrow,
    column: (name) => columns.get(name)!,
    rowName: newRow,
    learned: (call) => learnedColumn(call, source, memory),
  };
  const variables = recipe.variables.map(({ label, expr, factor }): Variable => {
    const variable = evaluateVariable({ label, expr }, source, memory);
    if (factor === null || variable.kind === "numeric") return variable;
    const levels = withLevels(label, variable.factor, factor.levels, factor.ordered, newRow);
    return { ...variable, factor: levels };
  });
  const layout = layOut(recipe.intercept, recipe.terms, variables);
  const { names } = layout;
  const values = fillDesign(layout, variables, nrow);
  for (let i = 0; i < nrow; i++) {
    if (missing[i] === 1) for (let j = 0; j < names.length; j++) values[j * nrow + i] = Number.NaN;
  }
  return { values, nrow, names, missing };
}

function newRow(row: number): string {
  return `row ${row + 1} of the new data`;
}

function newColumn(name: string, table: Table, { key, factors }: DesignRecipe): Column {
  const isCategory = Object.hasOwn(factors, name);
  const column = isCategory ? labelColumn(table, name) : table.column(name);
  if (column === undefined) {
    const hint = didYouMean(name, table.names);
    throw new DrmError(
      "unknown_column",
      `the formula of ${key} needs column '${name}', not in the new data${hint}`,
    );
  }
  const known = Object.hasOwn(factors, name) ? factors[name] : undefined;
  if (known !== undefined) return withLevels(name, column, known.levels, known.ordered, newRow);
  if (column.kind === "factor") return onlyMissing(column) ?? refuseText(name, column, key);
  requireFinite(name, column);
  return column;
}

/** Infinity is no value of a moderator: it would become a mean of NaN, or an SD of 0 or Infinity, without a word. */
export function requireFinite(name: string, column: Column): void {
  if (column.kind === "factor") return;
  const { values } = column;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isFinite(value) || Number.isNaN(value)) continue;
    const wanted = "a finite number is needed, or an empty cell for no answer in that row";
    throw new DrmError("bad_data", `'${name}' is ${value} in ${newRow(i)}: ${wanted}`);
  }
}

/** A column of empty cells has no type: it may stand for numbers. */
function onlyMissing(column: FactorColumn): Column | null {
  if (column.codes.some((code) => code >= 0)) return null;
  return { kind: "numeric", values: new Float64Array(column.codes.length).fill(Number.NaN) };
}

function refuseText(name: string, column: FactorColumn, key: string): never {
  const row = column.codes.findIndex((code) => code >= 0);
  const seen = `'${name}' is '${column.levels[column.codes[row]!]}' in ${newRow(row)}`;
  throw new DrmError("bad_term", `${seen}: it was a number when the formula of ${key} was fitted`);
}

function markMissing(column: Column, missing: Uint8Array): void {
  for (let i = 0; i < missing.length; i++) {
    const gone = column.kind === "factor" ? column.codes[i]! < 0 : Number.isNaN(column.values[i]!);
    if (gone) missing[i] = 1;
  }
}
