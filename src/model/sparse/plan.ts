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
  const { nodes, parents } = inOrder(frontsOf(tree));
  const { numberOf, variables, nodeOf } = numbering(nodes, tree.order);
  const homes = groupBy(homesOf(cliques, numberOf, nodeOf), nodes.length);
  const assembly = new Assembly(cliques, nodes, parents, numberOf, homes);
  for (let k = 0; k < nodes.length; k++) assembly.add(k);
  const { words, places, lists, inParent, used, panels, largestFront, stack, flops } = assembly;
  return {
    variables,
    cliques: homes.items,
    places,
    nodes: words,
    lists: lists.subarray(0, used),
    inParent: inParent.subarray(0, used),
    ...{ panels, largestFront, stack, flops },
  };
}

/** A front's leaves directly before it. Parents by place in the new order. */
function inOrder(fronts: readonly Front[]): { readonly nodes: Front[]; readonly parents: Int32Array } {
  const leavesOf = groupBy(
    Int32Array.from(fronts, ({ isLeaf, parent }) => (isLeaf ? parent : -1)),
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
    parents: Int32Array.from(order, (f) => (fronts[f]!.parent < 0 ? -1 : placeOf[fronts[f]!.parent]!)),
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
  nodes.forEach(({ columns }, k) => {
    for (const j of columns) {
      variables[next] = order[j]!;
      numberOf[order[j]!] = next;
      nodeOf[next++] = k;
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

/** Lists, places and words of the nodes, one after the other. */
class Assembly {
  readonly words: Int32Array;
  readonly places: Int32Array;
  lists: Int32Array<ArrayBuffer>;
  inParent: Int32Array<ArrayBuffer>;
  used = 0;
  panels = 0;
  largestFront = 0;
  stack = 0;
  flops = 0;

  private readonly cliques: Cliques;
  private readonly nodes: readonly Front[];
  private readonly homes: Groups;
  private readonly children: Groups;
  private readonly numberOf: Int32Array;
  /** of each node, where its list starts */
  private readonly start: Int32Array;
  private first = 0;
  private waiting = 0;
  /** by number: the node that saw it last, and its place in that node's list */
  private readonly mark: Int32Array;
  private readonly place: Int32Array;
  private below = new Int32Array(64);

  constructor(
    cliques: Cliques,
    nodes: readonly Front[],
    parents: Int32Array,
    numberOf: Int32Array,
    homes: Groups,
  ) {
    const n = numberOf.length;
    this.cliques = cliques;
    this.nodes = nodes;
    this.homes = homes;
    this.children = groupBy(parents, nodes.length);
    this.numberOf = numberOf;
    this.words = new Int32Array(nodes.length * NodeWord.Count);
    this.places = new Int32Array(homes.items.length * cliques.width).fill(-1);
    this.lists = new Int32Array(4 * n);
    this.inParent = new Int32Array(4 * n);
    this.start = new Int32Array(nodes.length + 1);
    this.mark = new Int32Array(n).fill(-1);
    this.place = new Int32Array(n);
  }

  add(k: number): void {
    const { words, start, homes } = this;
    const { isLeaf } = this.nodes[k]!;
    const columns = this.nodes[k]!.columns.length;
    const count = this.collect(k, this.first + columns);
    const size = columns + count;
    this.writeList(columns, count);
    start[k + 1] = this.used;
    this.placeRows(k);
    const word = k * NodeWord.Count;
    words[word + NodeWord.First] = this.first;
    words[word + NodeWord.Columns] = isLeaf ? 0 : columns;
    words[word + NodeWord.Size] = size;
    words[word + NodeWord.List] = start[k]!;
    words[word + NodeWord.Panel] = this.panels;
    words[word + NodeWord.End] = homes.start[k + 1]!;
    words[word + NodeWord.LastChild] = this.placeChildren(k);
    words[word + NodeWord.Sibling] = -1;
    this.first += columns;
    this.panels += columns * size;
    this.flops += columns ** 3 / 3 + columns ** 2 * count + columns * count ** 2;
    if (isLeaf) return;
    this.largestFront = Math.max(this.largestFront, size);
    this.waiting += count ** 2;
    this.stack = Math.max(this.stack, this.waiting);
  }

  /** To `below` the numbers from `end` on that node k's cliques and children have, ascending; how many. */
  private collect(k: number, end: number): number {
    const { cliques, homes, children, numberOf, lists, start } = this;
    const { width, members } = cliques;
    let count = 0;
    for (let q = homes.start[k]!; q < homes.start[k + 1]!; q++) {
      const c = homes.items[q]! * width;
      for (let t = c; t < c + width; t++) {
        if (members[t]! >= 0) count = this.take(numberOf[members[t]!]!, k, end, count);
      }
    }
    for (let q = children.start[k]!; q < children.start[k + 1]!; q++) {
      const child = children.items[q]!;
      const from = start[child]! + this.nodes[child]!.columns.length;
      for (let r = from; r < start[child + 1]!; r++) count = this.take(lists[r]!, k, end, count);
    }
    sortFirst(this.below, count);
    return count;
  }

  private take(number: number, k: number, end: number, count: number): number {
    if (number < end || this.mark[number] === k) return count;
    this.mark[number] = k;
    if (count === this.below.length) this.below = doubled(this.below);
    this.below[count] = number;
    return count + 1;
  }

  private writeList(columns: number, count: number): void {
    const { below, place, first } = this;
    while (this.used + columns + count > this.lists.length) {
      this.lists = doubled(this.lists);
      this.inParent = doubled(this.inParent);
    }
    for (let j = 0; j < columns; j++) {
      place[first + j] = j;
      this.lists[this.used++] = first + j;
    }
    for (let r = 0; r < count; r++) {
      place[below[r]!] = columns + r;
      this.lists[this.used++] = below[r]!;
    }
  }

  private placeRows(k: number): void {
    const { cliques, homes, numberOf, place, places } = this;
    const { width, members } = cliques;
    for (let q = homes.start[k]!; q < homes.start[k + 1]!; q++) {
      const c = homes.items[q]! * width;
      for (let t = 0; t < width; t++) {
        const member = members[c + t]!;
        if (member >= 0) places[q * width + t] = place[numberOf[member]!]!;
      }
    }
  }

  /** Chains node k's children that are fronts; the last one. */
  private placeChildren(k: number): number {
    const { children, lists, inParent, place, start, words } = this;
    let last = -1;
    for (let q = children.start[k]!; q < children.start[k + 1]!; q++) {
      const child = children.items[q]!;
      const from = start[child]! + this.nodes[child]!.columns.length;
      const end = start[child + 1]!;
      for (let r = from; r < end; r++) inParent[r] = place[lists[r]!]!;
      if (this.nodes[child]!.isLeaf) continue;
      words[child * NodeWord.Count + NodeWord.Sibling] = last;
      last = child;
      this.waiting -= (end - from) ** 2;
    }
    return last;
  }
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
