import type { Cliques } from "../../linalg/ordering/cliques";
import type { LevelsInput } from "../terms/term";
import { type SparsePlan, sparsePlan } from "./plan";

/** Levels of the sparse section, by number in the order of elimination, and how they are eliminated. */
export interface SparseSection
  extends Pick<SparsePlan, "nodes" | "lists" | "inParent" | "panels" | "largestFront" | "stack" | "flops"> {
  readonly levels: number;
  /** by level: which term it is of, and its number there; a structure's inner nodes come after the levels of rows */
  readonly term: Int32Array;
  readonly levelInTerm: Int32Array;
  /** sparse rows x terms, row-major: place of the level in the list of the row's node, -1 for none */
  readonly places: Int32Array;
  /** sparse rows x terms, row-major: level, -1 for none */
  readonly rowLevels: Int32Array;
  /** sparse rows x terms, row-major: what multiplies the level's effect; null where that is 1 */
  readonly z: Float64Array | null;
  /** null where levels are independent */
  readonly precision: SparsePrecision | null;
}

/** P, the precision of the levels' effects in units of their SDs. */
export interface SparsePrecision {
  /** by level */
  readonly diagonal: Float64Array;
  /** entries below it x 2, row-major: places of the two levels in the list of the entry's node, ascending */
  readonly places: Int32Array;
  readonly values: Float64Array;
  /** likewise: the two levels themselves */
  readonly levels: Int32Array;
  /** log|P^-1| */
  readonly logDet: number;
}

export interface SparseLevels {
  readonly rowOrder: Int32Array;
  /** by level of the section: the model's, -1 for an inner node */
  readonly modelLevel: Int32Array;
  readonly section: SparseSection | null;
}

const NONE = new Int32Array(0);

/**
 * The rows `own` in the order in which their levels are eliminated; one elimination for all components. A term with a structure has all
 * its rows here or none: they are tied.
 *
 * @param firsts number of each term's first level in the model
 */
export function sparseLevels(
  own: readonly number[],
  random: readonly LevelsInput[],
  firsts: readonly number[],
): SparseLevels {
  if (own.length === 0) return { rowOrder: NONE, modelLevel: NONE, section: null };
  const width = random.length;
  const levels = numberLevels(own, random);
  const members = new Int32Array(own.length * width).fill(-1);
  own.forEach((row, i) => {
    for (let t = 0; t < width; t++) {
      const level = random[t]!.index[row]!;
      if (level >= 0) members[i * width + t] = levels.numberOf[t]![level]!;
    }
  });
  const rows = { variables: levels.term.length, count: own.length, width, members };
  const entries = precisionEntries(random, levels);
  const plan = sparsePlan(rows, entries?.edges);
  const numberOf = numbersOf(plan);
  return {
    rowOrder: plan.cliques.map((clique) => own[clique]!),
    modelLevel: plan.variables.map((variable) => {
      const t = levels.term[variable]!;
      const level = levels.levelInTerm[variable]!;
      return level < random[t]!.levels ? firsts[t]! + level : -1;
    }),
    section: sectionOf(plan, numberOf, rows, {
      term: plan.variables.map((variable) => levels.term[variable]!),
      levelInTerm: plan.variables.map((variable) => levels.levelInTerm[variable]!),
      z: slopes(own, random, plan),
      precision: entries === null ? null : precisionOf(plan, numberOf, entries),
    }),
  };
}

/** Levels in the order in which rows name them, then those of structures that have no rows. */
interface NumberedLevels {
  /** by term and level, -1 for none here */
  readonly numberOf: readonly Int32Array[];
  readonly term: readonly number[];
  readonly levelInTerm: readonly number[];
}

function numberLevels(own: readonly number[], random: readonly LevelsInput[]): NumberedLevels {
  const numberOf = random.map(({ levels, structure }) =>
    new Int32Array(Math.max(levels, structure?.levels ?? 0)).fill(-1),
  );
  const term: number[] = [];
  const levelInTerm: number[] = [];
  const add = (t: number, level: number) => {
    if (numberOf[t]![level] !== -1) return;
    numberOf[t]![level] = term.push(t) - 1;
    levelInTerm.push(level);
  };
  const isHere = random.map(() => false);
  for (const row of own) {
    for (let t = 0; t < random.length; t++) {
      const level = random[t]!.index[row]!;
      if (level < 0) continue;
      isHere[t] = true;
      add(t, level);
    }
  }
  random.forEach(({ structure }, t) => {
    if (structure === null || !isHere[t]) return;
    for (let level = 0; level < structure.levels; level++) add(t, level);
  });
  return { numberOf, term, levelInTerm };
}

/** Of P, by number of the level before there is an order: the diagonal, and what is beside it. */
interface PrecisionEntries {
  readonly diagonal: Float64Array;
  readonly edges: Cliques;
  readonly values: readonly number[];
  readonly logDet: number;
}

function precisionEntries(
  random: readonly LevelsInput[],
  { numberOf, term }: NumberedLevels,
): PrecisionEntries | null {
  const variables = term.length;
  const diagonal = new Float64Array(variables).fill(1);
  const members: number[] = [];
  const values: number[] = [];
  let logDet = 0;
  let isStructured = false;
  random.forEach(({ structure }, t) => {
    if (structure === null || !term.includes(t)) return;
    isStructured = true;
    logDet += structure.logDet;
    structure.values.forEach((value, e) => {
      const a = numberOf[t]![structure.rows[e]!]!;
      const b = numberOf[t]![structure.columns[e]!]!;
      if (a === b) diagonal[a] = value;
      else if (value !== 0) {
        members.push(a, b);
        values.push(value);
      }
    });
  });
  if (!isStructured) return null;
  const edges = { variables, count: values.length, width: 2, members: Int32Array.from(members) };
  return { diagonal, edges, values, logDet };
}

function precisionOf(
  plan: SparsePlan,
  numberOf: Int32Array,
  { diagonal, edges, values, logDet }: PrecisionEntries,
): SparsePrecision {
  const levels = new Int32Array(2 * plan.edges.length);
  plan.edges.forEach((edge, e) => {
    levels[2 * e] = numberOf[edges.members[2 * edge]!]!;
    levels[2 * e + 1] = numberOf[edges.members[2 * edge + 1]!]!;
  });
  return {
    levels,
    diagonal: Float64Array.from(plan.variables, (variable) => diagonal[variable]!),
    places: plan.edgePlaces,
    values: Float64Array.from(plan.edges, (edge) => values[edge]!),
    logDet,
  };
}

/** A row's slope, times what a structure's level has for a scale. */
function slopes(
  own: readonly number[],
  random: readonly LevelsInput[],
  plan: SparsePlan,
): Float64Array | null {
  if (random.every(({ z, structure }) => z === null && structure === null)) return null;
  const width = random.length;
  const out = new Float64Array(padded(own.length) * width);
  plan.cliques.forEach((clique, i) => {
    const row = own[clique]!;
    random.forEach(({ index, z, structure }, t) => {
      const level = index[row]!;
      if (level < 0) return;
      out[i * width + t] = (z === null ? 1 : z[row]!) * (structure === null ? 1 : structure.scale[level]!);
    });
  });
  return out;
}

/** By variable, its number in the order of elimination. */
function numbersOf({ variables }: SparsePlan): Int32Array {
  const numberOf = new Int32Array(variables.length);
  variables.forEach((variable, number) => {
    numberOf[variable] = number;
  });
  return numberOf;
}

/** Rows are taken two at a time. */
function padded(rows: number): number {
  return rows + (rows & 1);
}

function sectionOf(
  plan: SparsePlan,
  numberOf: Int32Array,
  { count, width, members }: Cliques,
  ofTerms: Pick<SparseSection, "term" | "levelInTerm" | "z" | "precision">,
): SparseSection {
  // a row of padding is in no level
  const rowLevels = new Int32Array(padded(count) * width).fill(-1);
  const places = new Int32Array(padded(count) * width).fill(-1);
  places.set(plan.places);
  plan.cliques.forEach((clique, i) => {
    for (let t = 0; t < width; t++) {
      const member = members[clique * width + t]!;
      if (member >= 0) rowLevels[i * width + t] = numberOf[member]!;
    }
  });
  const { nodes, lists, inParent, panels, largestFront, stack, flops } = plan;
  const levels = plan.variables.length;
  return {
    ...ofTerms,
    ...{ levels, places, rowLevels, nodes, lists, inParent, panels, largestFront, stack, flops },
  };
}
