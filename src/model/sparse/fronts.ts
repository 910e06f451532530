import type { EliminationTree } from "./elimination-tree";

/*
 * Columns of L with the same rows below them make one front, which is dense (supernodes: Ashcraft & Grimes 1989, ACM TOMS
 * 15:291). A front also takes in children that have nearly the same rows: a few zeros cost less than a front does.
 */

/** Columns of a front, and the share of zeros that it may have. */
const RELAXED = [
  { columns: 8, zeros: 0.35 },
  { columns: 32, zeros: 0.15 },
  { columns: Number.POSITIVE_INFINITY, zeros: 0.05 },
] as const;

export interface Front {
  /** places in the tree's order, in the order in which they are eliminated */
  readonly columns: readonly number[];
  /** a column without children that stays by itself: it is eliminated together with the rows of data that it is in */
  readonly isLeaf: boolean;
  /** place among the fronts, -1 for none */
  readonly parent: number;
}

interface Supernode {
  columns: number[];
  /** its columns, and rows below them */
  size: number;
  zeros: number;
  isLeaf: boolean;
  parent: number;
  /** the one that took it in, -1 for none */
  within: number;
}

/** Children before parents. */
export function frontsOf(tree: EliminationTree): Front[] {
  const found = supernodes(tree);
  // children are complete when their parent comes
  for (let k = 0; k < found.length; k++) {
    const { parent } = found[k]!;
    if (parent >= 0) join(found, k, parent);
  }
  const kept = found.filter(({ within }) => within < 0);
  const place = new Map(kept.map((front, k) => [front, k]));
  return kept.map(({ columns, isLeaf, parent }) => {
    let above = parent < 0 ? undefined : found[parent]!;
    while (above !== undefined && above.within >= 0) above = found[above.within]!;
    return { columns, isLeaf, parent: above === undefined ? -1 : place.get(above)! };
  });
}

function supernodes({ parent, counts }: EliminationTree): Supernode[] {
  const n = parent.length;
  const hasChild = new Uint8Array(n);
  for (const above of parent) if (above >= 0) hasChild[above] = 1;
  const found: Supernode[] = [];
  const nodeOf = new Int32Array(n);
  for (let j = 0; j < n; ) {
    let end = j + 1;
    while (end < n && parent[end - 1] === end && counts[end - 1] === counts[end]! + 1) end++;
    const columns: number[] = [];
    for (let c = j; c < end; c++) columns.push(c);
    const isLeaf = columns.length === 1 && hasChild[j] === 0 && parent[j]! >= 0;
    nodeOf.fill(found.length, j, end);
    found.push({ columns, size: counts[j]!, zeros: 0, isLeaf, parent: parent[end - 1]!, within: -1 });
    j = end;
  }
  for (const node of found) if (node.parent >= 0) node.parent = nodeOf[node.parent]!;
  return found;
}

/** The parent takes a child in, unless that is a leaf or there would be too many zeros. */
function join(found: readonly Supernode[], k: number, above: number): void {
  const child = found[k]!;
  const parent = found[above]!;
  if (child.isLeaf) return;
  const columns = child.columns.length + parent.columns.length;
  const size = child.columns.length + parent.size;
  const zeros = child.zeros + parent.zeros + child.columns.length * (size - child.size);
  const allowed = RELAXED.find((rule) => columns <= rule.columns)!.zeros;
  if (zeros > allowed * columns * size) return;
  // what comes first is eliminated first: below the child's columns are all of the parent's
  parent.columns = [...child.columns, ...parent.columns];
  parent.size = size;
  parent.zeros = zeros;
  child.within = above;
}
