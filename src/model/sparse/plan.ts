import { type Cliques, type Groups, groupBy } from "./cliques";
import { eliminationTree } from "./elimination-tree";
import { type Front, frontsOf } from "./fronts";
import { minimumDegree } from "./minimum-degree";

/**
 * How the sparse kernel eliminates: once for a problem, since only the numbers change from one evaluation to the next. Nodes are
 * leaves and fronts, children before parents; the leaves of a front are those that come directly before it. Variables are
 * numbered in the order of elimination, so that the columns of a node are consecutive.
 */
export interface SparsePlan {
  /** by number: the cliques' variable */
  readonly variables: Int32Array;
  /** cliques in the order of their nodes; those without members are in none */
  readonly cliques: Int32Array;
  /** cliques x width, in this order: a member's place in the list of the clique's node, -1 for none */
  readonly places: Int32Array;
  /** nodes x NODE, see `NodeWord` */
  readonly nodes: Int32Array;
  /** of each node the numbers that it is about: its columns, then the rows below them, ascending */
  readonly lists: Int32Array;
  /** beside `lists`, of the rows below: their place in the parent's list */
  readonly inParent: Int32Array;
  /** numbers in all columns x rows of nodes */
  readonly panels: number;
  /** rows of the largest front, ... */
  readonly largestFront: number;
  /** ... and numbers of what waits for its parent at most */
  readonly stack: number;
  /** of a factorization, a multiplication and an addition each */
  readonly flops: number;
}

/** The words of a node. As in assembly/sparse/nodes.ts. */
export enum NodeWord {
  /** number of its first column */
  First,
  /** 0 for a leaf, which has one */
  Columns,
  /** columns, and rows below them */
  Size,
  /** where its list starts */
  List,
  /** where its panel starts, in numbers */
  Panel,
  /** its cliques are those from the end of the node before it up to here */
  End,
  /** its last child that is a front; -1 for none */
  LastChild,
  /** the front before it among its parent's children; -1 for none */
  Sibling,
  Count,
}

export function sparsePlan(cliques: Cliques): SparsePlan {
  const tree = eliminationTree(cliques, minimumDegree(cliques));
  const fronts = frontsOf(tree);
  const { nodes, parents } = inOrder(fronts, tree.parent);
  const { numberOf, variables, nodeOf } = numbering(nodes, tree.order);
  const homes = groupBy(homesOf(cliques, numberOf, nodeOf), nodes.length);
  return assemble(cliques, nodes, parents, variables, numberOf, homes);
}

/** A front's leaves directly before it. Parents by place in the new order. */
function inOrder(
  fronts: readonly Front[],
  parent: Int32Array,
): { readonly nodes: Front[]; readonly parents: Int32Array } {
  const frontOf = new Int32Array(parent.length);
  fronts.forEach(({ column, columns }, f) => {
    frontOf.fill(f, column, column + columns);
  });
  const above = Int32Array.from(fronts, ({ column, columns }) => {
    const j = parent[column + columns - 1]!;
    return j < 0 ? -1 : frontOf[j]!;
  });
  const leavesOf = groupBy(
    above.map((f, k) => (fronts[k]!.isLeaf ? f : -1)),
    fronts.length,
  );
  const order: number[] = [];
  for (let f = 0; f < fronts.length; f++) {
    if (fronts[f]!.isLeaf) continue;
    for (let q = leavesOf.start[f]!; q < leavesOf.start[f + 1]!; q++) order.push(leavesOf.items[q]!);
    order.push(f);
  }
  const placeOf = new Int32Array(fronts.length);
  order.forEach((f, k) => {
    placeOf[f] = k;
  });
  return {
    nodes: order.map((f) => fronts[f]!),
    parents: Int32Array.from(order, (f) => (above[f]! < 0 ? -1 : placeOf[above[f]!]!)),
  };
}

interface Numbering {
  readonly numberOf: Int32Array;
  readonly variables: Int32Array;
  /** by number */
  readonly nodeOf: Int32Array;
}

function numbering(nodes: readonly Front[], order: Int32Array): Numbering {
  const variables = new Int32Array(order.length);
  const numberOf = new Int32Array(order.length);
  const nodeOf = new Int32Array(order.length);
  let next = 0;
  nodes.forEach(({ column, columns }, k) => {
    for (let j = column; j < column + columns; j++, next++) {
      variables[next] = order[j]!;
      numberOf[order[j]!] = next;
      nodeOf[next] = k;
    }
  });
  return { numberOf, variables, nodeOf };
}

/** The node in which each clique's first member is eliminated: all the others are in its list. */
function homesOf({ count, width, members }: Cliques, numberOf: Int32Array, nodeOf: Int32Array): Int32Array {
  const homes = new Int32Array(count);
  for (let c = 0; c < count; c++) {
    let first = nodeOf.length;
    for (let k = c * width; k < (c + 1) * width; k++) {
      if (members[k]! >= 0) first = Math.min(first, numberOf[members[k]!]!);
    }
    homes[c] = first === nodeOf.length ? -1 : nodeOf[first]!;
  }
  return homes;
}

function assemble(
  { width, members }: Cliques,
  nodes: readonly Front[],
  parents: Int32Array,
  variables: Int32Array,
  numberOf: Int32Array,
  homes: Groups,
): SparsePlan {
  const n = variables.length;
  const children = groupBy(parents, nodes.length);
  const words = new Int32Array(nodes.length * NodeWord.Count);
  const places = new Int32Array(homes.items.length * width).fill(-1);
  const listStart = new Int32Array(nodes.length + 1);
  let lists = new Int32Array(4 * n);
  let inParent = new Int32Array(4 * n);
  const mark = new Int32Array(n).fill(-1);
  const place = new Int32Array(n);
  let used = 0;
  let first = 0;
  let panels = 0;
  let largestFront = 0;
  let waiting = 0;
  let stack = 0;
  let flops = 0;
  let below = new Int32Array(64);
  for (let k = 0; k < nodes.length; k++) {
    const { columns, isLeaf } = nodes[k]!;
    const end = first + columns;
    let count = 0;
    const take = (number: number) => {
      if (number < end || mark[number] === k) return;
      mark[number] = k;
      if (count === below.length) below = doubled(below);
      below[count++] = number;
    };
    for (let q = homes.start[k]!; q < homes.start[k + 1]!; q++) {
      const c = homes.items[q]! * width;
      for (let t = c; t < c + width; t++) if (members[t]! >= 0) take(numberOf[members[t]!]!);
    }
    for (let q = children.start[k]!; q < children.start[k + 1]!; q++) {
      const child = children.items[q]!;
      const from = listStart[child]! + nodes[child]!.columns;
      for (let r = from; r < listStart[child + 1]!; r++) take(lists[r]!);
    }
    sortFirst(below, count);
    const size = columns + count;
    while (used + size > lists.length) {
      lists = doubled(lists);
      inParent = doubled(inParent);
    }
    listStart[k] = used;
    for (let j = first; j < end; j++) {
      place[j] = j - first;
      lists[used++] = j;
    }
    for (let r = 0; r < count; r++) {
      place[below[r]!] = columns + r;
      lists[used++] = below[r]!;
    }
    listStart[k + 1] = used;

    for (let q = homes.start[k]!; q < homes.start[k + 1]!; q++) {
      const c = homes.items[q]! * width;
      for (let t = 0; t < width; t++) {
        if (members[c + t]! >= 0) places[q * width + t] = place[numberOf[members[c + t]!]!]!;
      }
    }
    const word = k * NodeWord.Count;
    let lastChild = -1;
    for (let q = children.start[k]!; q < children.start[k + 1]!; q++) {
      const child = children.items[q]!;
      const from = listStart[child]! + nodes[child]!.columns;
      for (let r = from; r < listStart[child + 1]!; r++) inParent[r] = place[lists[r]!]!;
      if (nodes[child]!.isLeaf) continue;
      words[child * NodeWord.Count + NodeWord.Sibling] = lastChild;
      lastChild = child;
      waiting -= (listStart[child + 1]! - from) ** 2;
    }
    words[word + NodeWord.First] = first;
    words[word + NodeWord.Columns] = isLeaf ? 0 : columns;
    words[word + NodeWord.Size] = size;
    words[word + NodeWord.List] = listStart[k]!;
    words[word + NodeWord.Panel] = panels;
    words[word + NodeWord.End] = homes.start[k + 1]!;
    words[word + NodeWord.LastChild] = lastChild;
    words[word + NodeWord.Sibling] = -1;
    panels += columns * size;
    flops += columns ** 3 / 3 + columns ** 2 * count + columns * count ** 2;
    if (!isLeaf) {
      largestFront = Math.max(largestFront, size);
      waiting += count ** 2;
      stack = Math.max(stack, waiting);
    }
    first = end;
  }
  return {
    variables,
    cliques: homes.items,
    places,
    nodes: words,
    lists: lists.subarray(0, used),
    inParent: inParent.subarray(0, used),
    panels,
    largestFront,
    stack,
    flops,
  };
}

function doubled(values: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const out = new Int32Array(2 * values.length);
  out.set(values);
  return out;
}

/** Sorts the first `count` values: by insertion, as most lists are short. */
function sortFirst(values: Int32Array, count: number): void {
  if (count > 32) {
    values.subarray(0, count).sort();
    return;
  }
  for (let i = 1; i < count; i++) {
    const value = values[i]!;
    let k = i;
    for (; k > 0 && values[k - 1]! > value; k--) values[k] = values[k - 1]!;
    values[k] = value;
  }
}
