import type { EliminationTree } from "./elimination-tree";

/*
 * Neighbouring columns of L with the same rows below them make one front, which is dense (supernodes: Ashcraft & Grimes 1989,
 * ACM TOMS 15:291). Columns with nearly the same rows are taken together, too: a few zeros cost less than a front does.
 */

/** Columns of a front, and the share of zeros that it may have. */
const RELAXED = [
  { columns: 8, zeros: 0.35 },
  { columns: 32, zeros: 0.15 },
  { columns: Number.POSITIVE_INFINITY, zeros: 0.05 },
] as const;

/** In postorder. */
export interface Front {
  /** its first column in the tree's order */
  readonly column: number;
  readonly columns: number;
  /** of its first column: columns, and rows below them */
  readonly size: number;
  readonly zeros: number;
  /** a column without children that stays by itself: it is eliminated together with the rows of data that it is in */
  readonly isLeaf: boolean;
}

export function frontsOf({ parent, counts }: EliminationTree): Front[] {
  const hasChild = new Uint8Array(parent.length);
  for (const above of parent) if (above >= 0) hasChild[above] = 1;
  const fronts: Front[] = [];
  for (let j = 0; j < parent.length; ) {
    let end = j + 1;
    while (end < parent.length && parent[end - 1] === end && counts[end - 1] === counts[end]! + 1) end++;
    const isLeaf = end === j + 1 && hasChild[j] === 0 && parent[j]! >= 0;
    let front: Front = { column: j, columns: end - j, size: counts[j]!, zeros: 0, isLeaf };
    j = end;
    for (let child = fronts.at(-1); child !== undefined; child = fronts.at(-1)) {
      const joined = join(child, front, parent);
      if (joined === null) break;
      fronts.pop();
      front = joined;
    }
    fronts.push(front);
  }
  return fronts;
}

/** One front of two, null where it would have too many zeros. */
function join(child: Front, front: Front, parent: Int32Array): Front | null {
  const last = child.column + child.columns - 1;
  const above = parent[last]!;
  if (last + 1 !== front.column || above < front.column || above >= front.column + front.columns) return null;
  const size = child.columns + front.size;
  const zeros = child.zeros + front.zeros + child.columns * (size - child.size);
  const columns = child.columns + front.columns;
  const allowed = RELAXED.find((rule) => columns <= rule.columns)!.zeros;
  // a leaf is cheap by itself
  if (zeros > 0 && (child.isLeaf || zeros > allowed * columns * size)) return null;
  return { column: child.column, columns, size, zeros, isLeaf: false };
}
