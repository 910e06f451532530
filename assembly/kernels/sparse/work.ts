import { Field } from "../../abi";
import { scoreColumns } from "../../restricted";
import { at, firstCor, firstSd, get, sparseStart } from "../../room";
import { node, other } from "../../sparse/nodes";

/** Where the numbers of the sparse section are (levels.ts has the notation). Rows and levels are those of the section. */
class Work {
  rows: i32 = 0;
  levels: i32 = 0;
  nodes: i32 = 0;
  terms: i32 = 0;
  /** elements of theta that rows' variances depend on, the first ones ... */
  ofRows: i32 = 0;
  /** ... and with those of the SDs, which come next */
  scales: i32 = 0;
  scores: i32 = 1;
  /** address of the first row in columns over the rows, and of the first level in columns over the levels, in bytes */
  rowOffset: usize = 0;
  levelOffset: usize = 0;
  /** rows x terms, 32-bit words */
  places: usize = 0;
  rowLevels: usize = 0;
  /** z_t, rows x terms; 0 where all are 1 */
  slopes: usize = 0;
  /** P: places and values of its entries beside the diagonal, and the diagonal by level; 0 where it is the identity */
  edgePlaces: usize = 0;
  edgeValues: usize = 0;
  diagonal: usize = 0;

  // panels of the nodes (sparse/front.ts)
  factors: usize = 0;
  inverses: usize = 0;
  selected: usize = 0;
  tangents: usize = 0;
  /** two fronts, and what waits for them */
  front: usize = 0;
  change: usize = 0;
  stack: usize = 0;
  changeStack: usize = 0;
  /** of one front: a few of its columns */
  columns: usize = 0;

  /** by level */
  omega: usize = 0;
  /** x_t, rows x terms, row-major, 0 where there is no level */
  x: usize = 0;
  /** M^-1 X'A [X_d r], levels x (p + 1), row-major, and P times that: the same where P is the identity */
  C: usize = 0;
  PC: usize = 0;
  /** the scores of both, levels x scores */
  scoresC: usize = 0;
  scoresPC: usize = 0;
  /** beta_u and its change, by level */
  beta: usize = 0;
  betaChange: usize = 0;
  /** delta_u, by level, and rho_i, by row: the direction of a change */
  delta: usize = 0;
  rate: usize = 0;
  /** [X_d r] - X C, rows x (p + 1), row-major */
  E: usize = 0;
  scoresE: usize = 0;
  /** w_k and then L^-1 w_k, levels x (scales scores), row-major */
  products: usize = 0;
  /** t_k, levels x (SDs scores), row-major, and P times that: the same where P is the identity */
  T: usize = 0;
  PT: usize = 0;
  /** by element of theta up to those of SDs (average.ts) */
  averages: usize = 0;

  /** The layout that sparseDoubles() makes room for. */
  layOut(problem: usize): void {
    const p = get(problem, Field.P);
    const terms = get(problem, Field.Terms);
    const panels = (<usize>get(problem, Field.SparsePanels)) << 3;
    const largest = <usize>get(problem, Field.SparseFront);
    const stack = (<usize>get(problem, Field.SparseStack)) << 3;
    this.rows = get(problem, Field.SparseRows);
    this.levels = get(problem, Field.SparseLevels);
    this.nodes = get(problem, Field.SparseNodes);
    this.terms = terms;
    this.ofRows = firstSd(problem);
    this.scales = firstCor(problem);
    this.scores = scoreColumns(problem);
    this.rowOffset = (<usize>sparseStart(problem)) << 3;
    this.levelOffset = (<usize>get(problem, Field.NestedLevels)) << 3;
    this.places = at(problem, Field.SparsePlaces);
    this.rowLevels = at(problem, Field.SparseRowLevels);
    const structured = get(problem, Field.SparseStructured) != 0;
    this.slopes = get(problem, Field.SparseSlopes) != 0 ? at(problem, Field.SparseZ) : 0;
    this.edgePlaces = at(problem, Field.SparseEdgePlaces);
    this.edgeValues = at(problem, Field.SparseEdgeValues);
    this.diagonal = structured ? at(problem, Field.SparseDiagonal) : 0;
    const words = at(problem, Field.SparseNodeWords);
    const lists = at(problem, Field.SparseNodeLists);
    node.open(words, lists, at(problem, Field.SparseInParent));
    other.open(words, lists, at(problem, Field.SparseInParent));

    const rowBytes = (<usize>this.rows) << 3;
    const levelBytes = (<usize>this.levels) << 3;
    const width = <usize>(p + 1);
    this.factors = at(problem, Field.Sparse);
    this.inverses = this.factors + panels;
    this.selected = this.inverses + panels;
    this.tangents = this.selected + panels;
    this.front = this.tangents + panels;
    this.change = this.front + ((largest * largest) << 3);
    this.stack = this.change + ((largest * largest) << 3);
    this.changeStack = this.stack + stack;
    this.columns = this.changeStack + stack;
    this.omega = this.columns + ((largest * largest * 2) << 3);
    this.x = this.omega + levelBytes;
    this.scoresC = this.x + rowBytes * <usize>terms;
    this.C = at(problem, Field.SparseEffects);
    this.PC = this.C;
    this.scoresPC = this.scoresC;
    const scoreBytes = levelBytes * <usize>this.scores;
    let next = this.scoresC + scoreBytes;
    if (structured) {
      this.PC = next;
      this.scoresPC = this.PC + levelBytes * width;
      next = this.scoresPC + scoreBytes;
    }
    this.beta = next;
    this.betaChange = this.beta + levelBytes;
    this.delta = this.betaChange + levelBytes;
    this.rate = this.delta + levelBytes;
    this.E = this.rate + rowBytes;
    this.scoresE = this.E + rowBytes * width;
    this.products = this.scoresE + rowBytes * <usize>this.scores;
    this.T = this.products + scoreBytes * <usize>this.scales;
    const movedBytes = scoreBytes * <usize>(this.scales - this.ofRows);
    this.PT = structured ? this.T + movedBytes : this.T;
    this.averages = this.PT + movedBytes;
  }
}

export const work = new Work();

/** Doubles of the sparse section's arrays. */
export function sparseDoubles(
  rows: u64,
  levels: u64,
  terms: u64,
  p: u64,
  ofRows: u64,
  sds: u64,
  scores: u64,
  panels: u64,
  front: u64,
  stack: u64,
  structured: bool,
): u64 {
  const matrices = 4 * panels + 4 * front * front + 2 * stack;
  const byLevel = 4 + scores * (1 + ofRows + 2 * sds);
  const ofPrecision: u64 = structured ? p + 1 + scores * (1 + sds) : 0;
  return matrices + levels * (byLevel + ofPrecision) + rows * (1 + terms + p + 1 + scores) + ofRows + sds;
}

/** The level of row i in random intercept t, -1 for none; rows and levels of the section. */
export function levelOf(i: i32, t: i32): i32 {
  return load<i32>(work.rowLevels + ((<usize>(i * work.terms + t)) << 2));
}

/** x_t of row i. */
export function slopeOf(i: i32, t: i32): f64 {
  return load<f64>(work.x + ((<usize>(i * work.terms + t)) << 3));
}

/** Its place in the list of the row's node. */
export function placeOf(i: i32, t: i32): i32 {
  return load<i32>(work.places + ((<usize>(i * work.terms + t)) << 2));
}

/** The places of the two levels of edge e in the list of its node, the first one that is eliminated first. */
export function firstPlace(e: i32): i32 {
  return load<i32>(work.edgePlaces + ((<usize>e) << 3));
}

export function secondPlace(e: i32): i32 {
  return load<i32>(work.edgePlaces + ((<usize>e) << 3), 4);
}

/** P between them. */
export function edgeValue(e: i32): f64 {
  return load<f64>(work.edgeValues + ((<usize>e) << 3));
}

/** The level at a place of the list of `node`. */
export function levelAt(place: i32): i32 {
  return load<i32>(node.list + ((<usize>place) << 2));
}
