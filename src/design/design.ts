import type { DparFormula } from "../formula/dpar-formula";
import type { Factor } from "../formula/terms";
import type { Source } from "../frame/evaluate";
import type { Frame } from "../frame/frame";
import { presentRows, restrictFrame } from "../frame/restrict";
import { type CodedTerm, codeTerms } from "./coding";
import { fillDesign } from "./columns";
import { hasShape, type Layout, layOut, type Shape, shapeOf } from "./layout";
import { learnedColumn, type Memory } from "./learned";
import { moreColumnsThanRows } from "./rank";
import { type DesignRecipe, recipeVariables } from "./recipe";
import { evaluateVariable, requireTwoLevels, type Variable } from "./variables";
import { checkWidth, leastColumns } from "./width";

/** Stage 4. The design matrix of one parameter, with the column names that R's model.matrix gives. */
export interface Design {
  /** the dpar: "mu", "sigma", "sd(study)", ... */
  readonly key: string;
  /** names of the columns, R's: "(Intercept)", "habitatforest" */
  readonly names: readonly string[];
  /** Rows used; of sd(group) the levels of the group. */
  readonly nrow: number;
  /** Column-major, nrow x names.length. */
  readonly values: Float64Array;
  /** The term of each column: 0 is the intercept, t is termLabels[t - 1]. */
  readonly assign: readonly number[];
  /** the terms of the formula, expanded: "habitat", "habitat:duration" */
  readonly termLabels: readonly string[];
  /** Bivariate models: the rows that this parameter is about (the others are zero); null when all are. */
  readonly present: Uint8Array | null;
  /** how the columns are made for new rows */
  readonly recipe: DesignRecipe;
}

const FEW_COLUMNS = 100;
const INTERCEPT_NAMES: readonly string[] = ["(Intercept)"];
const INTERCEPT_ASSIGN: readonly number[] = [0];
const NONE: readonly never[] = [];
const NO_VARIABLES: Pick<DesignRecipe, "variables" | "factors"> = { variables: NONE, factors: {} };

/** Whether an intercept is all there is: a single column may be a moderator's, too. */
export function isInterceptAlone({ names, assign }: Pick<Design, "names" | "assign">): boolean {
  return names.length === 1 && assign[0] === 0;
}

export function buildDesign(dpar: DparFormula, frame: Frame): Design {
  const { key } = dpar;
  const present = presentRows(dpar, frame);
  if (present !== null) return scatter(buildOn(resolve(dpar, frame), restrictFrame(frame, present)), present);
  if (dpar.intercept && dpar.terms.length === 0) {
    return {
      key,
      names: INTERCEPT_NAMES,
      nrow: frame.nrow,
      values: frame.doubles(frame.nrow).fill(1),
      assign: INTERCEPT_ASSIGN,
      termLabels: NONE,
      present: null,
      recipe: { key, intercept: true, variables: NONE, terms: NONE, learned: {}, factors: {} },
    };
  }
  return buildOn(resolve(dpar, frame), frame);
}

/** The columns that a `.` stands for are known once there is a frame. */
function resolve(dpar: DparFormula, frame: Frame): DparFormula {
  if (dpar.dot === null) return dpar;
  return frame.formula.dpars.find(({ key }) => key === dpar.key) ?? dpar;
}

function buildOn(dpar: DparFormula, frame: Frame): Design {
  const { key, intercept } = dpar;
  const outline = outlineOf(dpar);
  const { factors, termLabels } = outline;
  // a term is a column at least
  checkWidth(key, outline.termVariables.length, frame.nrow, NONE);
  const memory: Memory = {};
  const source = trainingSource(frame, memory);
  const variables = factors.map((factor) => evaluateVariable(factor, source, memory));
  for (const variable of variables) {
    if (variable.kind === "factor") {
      requireTwoLevels(variable.label, variable.factor.levels, frame.total - frame.nrow);
    }
  }
  checkWidth(key, leastColumns(outline.termVariables, variables, intercept), frame.nrow, variables);
  const { terms, layout } = structureOf(outline, intercept, variables);
  const { names, assign } = layout;
  // of few columns checkRank() says the same, after other errors that may be nearer to the cause
  if (names.length > Math.max(frame.nrow, FEW_COLUMNS)) throw moreColumnsThanRows(key, names, frame.nrow);
  const values = fillDesign(layout, variables, frame.nrow, frame.doubles);
  // nobody asks a short-lived design for the columns of new data
  const inRecipe = frame.shortLived ? NO_VARIABLES : recipeVariables(factors, variables, frame);
  const recipe = {
    key,
    intercept,
    terms,
    learned: memory,
    variables: inRecipe.variables,
    factors: inRecipe.factors,
  };
  return { key, names, nrow: frame.nrow, values, assign, termLabels, present: null, recipe };
}

/** What a formula alone says about its design, and the structure that its last data set gave it. */
interface Outline {
  readonly factors: readonly Factor[];
  readonly termLabels: readonly string[];
  readonly termVariables: readonly (readonly number[])[];
  last: Structure | null;
}

interface Structure {
  readonly shapes: readonly Shape[];
  readonly terms: readonly CodedTerm[];
  readonly layout: Layout;
}

/** Of very many small data sets with the same formula nearly all have the same structure. */
const outlines = new WeakMap<DparFormula, Outline>();

function outlineOf(dpar: DparFormula): Outline {
  let outline = outlines.get(dpar);
  if (outline === undefined) {
    const factors: Factor[] = [];
    const termVariables = dpar.terms.map((term) => term.factors.map((factor) => indexOf(factor, factors)));
    outline = { factors, termLabels: dpar.terms.map(({ label }) => label), termVariables, last: null };
    outlines.set(dpar, outline);
  }
  return outline;
}

function structureOf(outline: Outline, intercept: boolean, variables: readonly Variable[]): Structure {
  const { last, termLabels, termVariables } = outline;
  if (last?.shapes.every((shape, v) => hasShape(variables[v]!, shape))) return last;
  const isFactor = variables.map(({ kind }) => kind === "factor");
  const terms = codeTerms(termLabels, termVariables, isFactor, intercept);
  const structure = { shapes: variables.map(shapeOf), terms, layout: layOut(intercept, terms, variables) };
  outline.last = structure;
  return structure;
}

function indexOf(factor: Factor, factors: Factor[]): number {
  for (let i = 0; i < factors.length; i++) if (factors[i]!.label === factor.label) return i;
  return factors.push(factor) - 1;
}

function trainingSource(frame: Frame, memory: Memory): Source {
  const source: Source = {
    nrow: frame.nrow,
    column: frame.column,
    rowName: (row) => `row ${frame.rows[row]! + 1}`,
    learned: (call) => learnedColumn(call, source, memory),
  };
  return source;
}

/** Back to all kept rows; the rows that this parameter is not about get zeros. */
function scatter(design: Design, present: Uint8Array): Design {
  const nrow = present.length;
  const values = new Float64Array(nrow * design.names.length);
  for (let j = 0; j < design.names.length; j++) {
    let from = j * design.nrow;
    for (let i = 0; i < nrow; i++) if (present[i] === 1) values[j * nrow + i] = design.values[from++]!;
  }
  return { ...design, nrow, values, present };
}
