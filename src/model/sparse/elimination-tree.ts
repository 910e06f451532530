import { type Cliques, groupBy } from "../../linalg/ordering/cliques";

/*
 * The structure of the Cholesky factor L of a sum of cliques, with its variables in a given order (Liu 1990, SIAM J Matrix Anal
 * Appl 11:134). Column j's parent is the first row below j that is not 0 in L. A clique fills in what the star from its first
 * member does, so that only the stars are looked at.
 */

export interface EliminationTree {
  /** the variables in a postorder of the tree: the order of elimination from here on */
  readonly order: Int32Array;
  /** by column; -1 at a root */
  readonly parent: Int32Array;
  /** entries of each column of L, the diagonal's included */
  readonly counts: Int32Array;
}

export function eliminationTree(cliques: Cliques, order: Int32Array): EliminationTree {
  const first = treeIn(cliques, order);
  // the child with the longest column comes last, next to its parent, with which it may share a front
  const post = postorder(first.parent, first.counts);
  const position = new Int32Array(order.length);
  post.forEach((j, k) => {
    position[j] = k;
  });
  return {
    order: post.map((j) => order[j]!),
    parent: post.map((j) => (first.parent[j]! < 0 ? -1 : position[first.parent[j]!]!)),
    counts: post.map((j) => first.counts[j]!),
  };
}

function treeIn(cliques: Cliques, order: Int32Array): { parent: Int32Array; counts: Int32Array } {
  const n = order.length;
  const { start, items } = starsByRow(cliques, order);
  const parent = new Int32Array(n).fill(-1);
  const ancestor = new Int32Array(n).fill(-1);
  for (let i = 0; i < n; i++) {
    for (let q = start[i]!; q < start[i + 1]!; q++) {
      let j = items[q]!;
      // up to the root of what is known of the tree, with shortcuts to i for the next time
      while (ancestor[j] !== -1 && ancestor[j] !== i) {
        const above = ancestor[j]!;
        ancestor[j] = i;
        j = above;
      }
      if (ancestor[j] === -1) {
        ancestor[j] = i;
        parent[j] = i;
      }
    }
  }
  const counts = new Int32Array(n).fill(1);
  const mark = new Int32Array(n).fill(-1);
  for (let i = 0; i < n; i++) {
    mark[i] = i;
    for (let q = start[i]!; q < start[i + 1]!; q++) {
      for (let j = items[q]!; mark[j] !== i; j = parent[j]!) {
        counts[j]!++;
        mark[j] = i;
      }
    }
  }
  return { parent, counts };
}

/** For each row i the columns j < i of the cliques' stars, by position in the order; a column may come more than once. */
function starsByRow({ count, width, members }: Cliques, order: Int32Array): ReturnType<typeof groupBy> {
  const position = new Int32Array(order.length);
  order.forEach((v, k) => {
    position[v] = k;
  });
  const rows = new Int32Array(count * width).fill(-1);
  const columns = new Int32Array(count * width);
  for (let c = 0; c < count; c++) {
    let first = order.length;
    for (let k = c * width; k < (c + 1) * width; k++) {
      if (members[k]! >= 0) first = Math.min(first, position[members[k]!]!);
    }
    for (let k = c * width; k < (c + 1) * width; k++) {
      const at = members[k]! < 0 ? first : position[members[k]!]!;
      if (at === first) continue;
      rows[k] = at;
      columns[k] = first;
    }
  }
  const { start, items } = groupBy(rows, order.length);
  for (let q = 0; q < items.length; q++) items[q] = columns[items[q]!]!;
  return { start, items };
}

/** Children before parents, those of one parent by ascending `weight` (at most n). */
export function postorder(parent: Int32Array, weight: Int32Array): Int32Array {
  const n = parent.length;
  const lightFirst = groupBy(weight, n + 1).items;
  // chains of children: what is linked last comes first
  const firstChild = new Int32Array(n + 1).fill(-1);
  const sibling = new Int32Array(n);
  for (let k = n - 1; k >= 0; k--) {
    const j = lightFirst[k]!;
    const above = parent[j]! < 0 ? n : parent[j]!;
    sibling[j] = firstChild[above]!;
    firstChild[above] = j;
  }
  const out = new Int32Array(n);
  let placed = 0;
  const stack: number[] = [];
  const descend = (j: number) => {
    for (let child = j; child >= 0; child = firstChild[child]!) stack.push(child);
  };
  for (let root = firstChild[n]!; root >= 0; root = sibling[root]!) {
    descend(root);
    while (stack.length > 0) {
      const j = stack.pop()!;
      out[placed++] = j;
      if (stack.length > 0 && sibling[j]! >= 0) descend(sibling[j]!);
    }
  }
  return out;
}
