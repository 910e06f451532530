import { Field } from "../../abi";
import { read } from "../../accumulate";
import { at, denseStart, get } from "../../room";

/** Where a walk over the clusters stands: all addresses and numbers move on together. */
class Cursor {
  cluster: i32 = 0;
  rows: i32 = 0;
  levels: i32 = 0;
  pairs: i32 = 0;
  /** first row, level and pair, in problem order */
  row: i32 = 0;
  level: i32 = 0;
  pair: i32 = 0;
  packed: usize = 0;
  matrix: usize = 0;
  whitened: usize = 0;
  rowLevels: usize = 0;
  /** 0 where no term is a slope */
  slopes: usize = 0;
  correlations: usize = 0;
  pairFirst: usize = 0;

  start(problem: usize): void {
    this.cluster = -1;
    this.rows = this.levels = this.pairs = 0;
    this.row = denseStart(problem);
    this.level = get(problem, Field.NestedLevels) + get(problem, Field.SparseLevels);
    this.pair = get(problem, Field.PairRows) >> 1;
    this.packed = at(problem, Field.ClusterV);
    this.matrix = at(problem, Field.Matrix);
    this.whitened = at(problem, Field.Whitened);
    this.rowLevels = at(problem, Field.RowLevels);
    this.slopes = get(problem, Field.DenseSlopes) != 0 ? at(problem, Field.RowSlopes) : 0;
    this.correlations = at(problem, Field.Correlations);
    this.pairFirst = at(problem, Field.PairFirst);
  }

  /** Moves to the next cluster; false when there is none. */
  next(problem: usize): bool {
    const m = <usize>this.rows;
    this.row += this.rows;
    this.level += this.levels;
    this.pair += this.pairs;
    const triangle = (m * (m + 1)) << 2;
    this.packed += triangle;
    this.correlations += <usize>get(problem, Field.Structures) * triangle;
    this.matrix += (m * m) << 3;
    this.whitened += (m * <usize>(get(problem, Field.P) + 1)) << 3;
    const levels = m * <usize>get(problem, Field.Terms);
    this.rowLevels += levels << 2;
    if (this.slopes != 0) this.slopes += levels << 3;
    this.pairFirst += (<usize>this.pairs) << 3;
    if (++this.cluster >= get(problem, Field.Clusters)) return false;
    const sizes = at(problem, Field.ClusterSizes) + 12 * <usize>this.cluster;
    this.rows = load<i32>(sizes);
    this.levels = load<i32>(sizes, 4);
    this.pairs = load<i32>(sizes, 8);
    return true;
  }
}

export const cursor = new Cursor();

/** The weight of the cluster at the cursor (constant within it). */
export function clusterWeight(problem: usize): f64 {
  return get(problem, Field.Weighted) != 0 ? read(at(problem, Field.Weights), cursor.row) : 1;
}

/** Level (within the cluster) of row i in term t, -1 for none. */
export function rowLevel(i: i32, t: i32, terms: i32): i32 {
  return load<i32>(cursor.rowLevels + ((<usize>(i * terms + t)) << 2));
}

/** What the effect of that level is multiplied by in row i. */
export function rowSlope(i: i32, t: i32, terms: i32): f64 {
  return cursor.slopes == 0 ? 1 : read(cursor.slopes, i * terms + t);
}

/** Which structure the levels of term t have, -1 for none: they are independent. */
export function termStructure(problem: usize, t: i32): i32 {
  if (get(problem, Field.Structures) == 0) return -1;
  return load<i32>(at(problem, Field.TermStructures) + ((<usize>t) << 2));
}

/** Which group the effects of term t are of, -1 for none: theta says how they are correlated. */
export function termGroup(problem: usize, t: i32): i32 {
  if (get(problem, Field.CorGroups) == 0) return -1;
  return load<i32>(at(problem, Field.TermGroups) + ((<usize>t) << 2));
}

/** Packed lower triangle of the correlations that structure s has between the levels of the cluster's rows. */
export function correlationsOf(s: i32): usize {
  const m = <usize>cursor.rows;
  return cursor.correlations + ((<usize>s * m * (m + 1)) << 2);
}
