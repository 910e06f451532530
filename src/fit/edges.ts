import { scratch } from "../data/doubles";
import { inverseOf } from "../linalg/elimination";
import { dot } from "../linalg/vector";
import { isTwoSided, parametersOf } from "../model/terms/parameters";
import { facesOf } from "./faces";
import type { StandardModel } from "./standard-model";
import { blockOf, type Part, type ThetaBlock } from "./theta-blocks";

/** Some entities of one formula that can reach the edge of the parameter space together, the others staying inside. */
export interface Edge {
  readonly block: ThetaBlock;
  readonly part: Part;
  /** whether an entity of the block is at the edge */
  readonly vanishes: (entity: number) => boolean;
  /** the edge that an entity's linear predictor runs to: -1 for an SD of 0; of a correlation -1 or 1 */
  readonly towards: (entity: number) => -1 | 1;
  /** along the columns of the block: towards the edge in the entities that vanish, 0 in the others */
  readonly direction: Float64Array;
  /** how far a unit of the direction takes the slowest entity */
  readonly slowest: number;
  /** all of the formula's entities are there */
  readonly whole: boolean;
}

/** Formulas whose rows take more values than this have edges of too many kinds: only those of all rows are listed. */
export const MOST_VALUES = 100;

export interface PlainEdges {
  readonly edges: readonly Edge[];
  /** every formula of the scale is a factor's, or constant: there are no other edges but combinations of these */
  readonly cellsOnly: boolean;
}

/** The edges that every fit looks at: all SDs of a formula at 0, a correlation of +1 or -1 throughout. */
export function edgesOfAll(model: StandardModel): Edge[] {
  const edges: Edge[] = [];
  for (const part of model.parts) {
    if (!canVanish(model, part)) continue;
    for (const edge of wholeEdges(blockOf(model, part.kind), part)) edges.push(edge);
  }
  return edges;
}

/** These, and those of factors: the SDs of one cell at 0, or all but those of one cell. */
export function plainEdges(model: StandardModel): PlainEdges {
  const edges: Edge[] = [];
  let cellsOnly = true;
  for (const part of model.parts) {
    const block = blockOf(model, part.kind);
    // the usual case, and cheaper than a list of rows
    const isConstant = isIntercept(block, part);
    const cells = isConstant ? null : distinctRows(block, part, part.columns);
    if (!isConstant && (cells === null || cells.rows.length < part.columns)) cellsOnly = false;
    if (!canVanish(model, part)) continue;
    const own = cells === null || isTwoSided(part) ? wholeEdges(block, part) : cellEdges(block, part, cells);
    for (const edge of own) edges.push(edge);
  }
  return { edges, cellsOnly };
}

/** The only column of its block, the same number in all entities. */
function isIntercept({ basis: { values, rows, columns } }: ThetaBlock, part: Part): boolean {
  if (columns > 1 || part.columns > 1) return false;
  const first = values[0]!;
  for (let i = 1; i < rows; i++) if (values[i] !== first) return false;
  return first > 0;
}

/**
 * All edges of every formula, for small data. Beside the plain ones: all SDs but those of the smallest or the largest value
 * of a number, of a corner of several (faces.ts). Correlations of +1 on one side of a cut through the moderators' values and
 * of -1 on the other have a search of their own (cut-walk.ts).
 */
export function allEdges(model: StandardModel): Edge[] {
  return model.parts.flatMap((part) => {
    if (!canVanish(model, part)) return [];
    const block = blockOf(model, part.kind);
    const values = isTwoSided(part) ? null : distinctRows(block, part, MOST_VALUES);
    return values === null ? wholeEdges(block, part) : sdEdges(block, part, values);
  });
}

/** Sigma, or phi, cannot where it is all the variance there is. */
export function canVanish(model: StandardModel, { kind }: Part): boolean {
  const { largestV, random } = model;
  if (kind === "phi") return random.length > 0 || blockOf(model, "sigma").offset.some(Number.isFinite);
  return kind !== "sigma" || largestV > 0 || random.length > 0;
}

interface Values {
  /** distinct rows of the formula's design, in the coordinates of the block */
  readonly rows: readonly Float64Array[];
  /** by entity of the block: which of them it has, -1 for an entity that the formula is not about */
  readonly of: (entity: number) => number;
}

/** Null when there are more than `most`, or none. */
export function distinctRows(block: ThetaBlock, part: Part, most: number): Values | null {
  const { values, rows: n } = block.basis;
  const first = (part.start - block.start) * n;
  const last = first + part.columns * n;
  const rows: Float64Array[] = [];
  const of = (i: number) => numberOf(rows, values, first + i, n);
  for (let i = 0; i < n; i++) {
    let at = first + i;
    while (at < last && values[at] === 0) at += n;
    if (at >= last || of(i) >= 0) continue;
    if (rows.length === most) return null;
    const row = scratch(part.columns);
    for (let k = 0; k < part.columns; k++) row[k] = values[first + k * n + i]!;
    rows.push(row);
  }
  return rows.length > 0 ? { rows, of } : null;
}

/** Which of some rows is that of a column-major matrix that begins at `start`; -1 for none. */
function numberOf(rows: readonly Float64Array[], values: Float64Array, start: number, n: number): number {
  for (let found = rows.length - 1; found >= 0; found--) {
    const row = rows[found]!;
    // most rows differ in the last column: the first is nearly always an intercept's
    let k = row.length - 1;
    while (k >= 0 && row[k] === values[start + k * n]) k--;
    if (k < 0) return found;
  }
  return -1;
}

/** All entities, where the formula's first column has one sign, as an intercept. */
function wholeEdges(block: ThetaBlock, part: Part): Edge[] {
  const { values, rows: n } = block.basis;
  const first = part.start - block.start;
  let slowest = Number.POSITIVE_INFINITY;
  for (let i = first * n; i < (first + 1) * n; i++) {
    const value = values[i]!;
    if (value < 0) return [];
    if (value === 0) continue;
    slowest = Math.min(slowest, value);
  }
  return parametersOf(part.kind).edges.map((sign) => ({
    block,
    part,
    vanishes: (entity) => values[first * n + entity] !== 0,
    towards: () => sign,
    direction: placed(block, part, Float64Array.of(sign)),
    slowest,
    whole: true,
  }));
}

/**
 * A factor's cells: the design has as many distinct rows as columns, so that each cell's SD goes where it likes. Single
 * cells first, all together last.
 */
function cellEdges(block: ThetaBlock, part: Part, { rows, of }: Values): Edge[] {
  const m = rows.length;
  const inverse = m === part.columns ? inverseOf(rows) : null;
  if (inverse === null) return [];
  const edge = (isIn: (cell: number) => boolean, whole: boolean): Edge => {
    const direction = scratch(m);
    for (let cell = 0; cell < m; cell++) {
      if (isIn(cell)) for (let k = 0; k < m; k++) direction[k]! -= inverse[k * m + cell]!;
    }
    return {
      block,
      part,
      vanishes: (entity) => of(entity) >= 0 && isIn(of(entity)),
      towards: () => -1,
      direction: placed(block, part, direction),
      slowest: 1,
      whole,
    };
  };
  const edges: Edge[] = [];
  if (m > 1) for (let one = 0; one < m; one++) edges.push(edge((cell) => cell === one, false));
  if (m > 2) for (let one = 0; one < m; one++) edges.push(edge((cell) => cell !== one, false));
  edges.push(edge(() => true, true));
  return edges;
}

function sdEdges(block: ThetaBlock, part: Part, { rows, of }: Values): Edge[] {
  return facesOf(rows, part.columns).map(({ stays, direction }) => {
    const speeds = rows.map((row, i) => (stays[i] === 1 ? Number.POSITIVE_INFINITY : -dot(row, direction)));
    return {
      block,
      part,
      vanishes: (entity) => stays[of(entity)] === 0,
      towards: () => -1,
      direction: placed(block, part, direction),
      slowest: speeds.reduce((least, speed) => Math.min(least, speed)),
      whole: !stays.includes(1),
    };
  });
}

/** A direction of the formula's first columns among those of its block. */
export function placed(block: ThetaBlock, part: Part, direction: Float64Array): Float64Array {
  const out = scratch(block.basis.columns);
  out.set(direction, part.start - block.start);
  return out;
}
