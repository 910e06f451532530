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
    this.pairFirst = at(problem, Field.PairFirst);
  }

  /** Moves to the next cluster; false when there is none. */
  next(problem: usize): bool {
    const m = <usize>this.rows;
    this.row += this.rows;
    this.level += this.levels;
    this.pair += this.pairs;
    this.packed += (m * (m + 1)) << 2;
    this.matrix += (m * m) << 3;
    this.whitened += (m * <usize>(get(problem, Field.P) + 1)) << 3;
    this.rowLevels += (m * <usize>get(problem, Field.Terms)) << 2;
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

/** Level (within the cluster) of row i in random intercept t, -1 for none. */
export function rowLevel(i: i32, t: i32, terms: i32): i32 {
  return load<i32>(cursor.rowLevels + ((<usize>(i * terms + t)) << 2));
}
