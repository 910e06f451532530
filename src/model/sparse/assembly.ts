import { type Cliques, type Groups, groupBy } from "../../linalg/ordering/cliques";
import type { Front } from "./fronts";

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
  /** its rows are those from the end of the node before it up to here, ... */
  End,
  /** ... and its edges likewise */
  EdgeEnd,
  /** its last child that is a front; -1 for none */
  LastChild,
  /** the front before it among its parent's children; -1 for none */
  Sibling,
  Count,
}

/** Lists, places and words of the nodes, one after the other. */
export class Assembly {
  readonly words: Int32Array;
  /** rows x width */
  readonly places: Int32Array;
  /** edges x 2 */
  readonly edgePlaces: Int32Array;
  /** rows and edges in the order of their nodes */
  readonly rows: Int32Array;
  readonly edges: Int32Array;
  lists: Int32Array<ArrayBuffer>;
  inParent: Int32Array<ArrayBuffer>;
  used = 0;
  panels = 0;
  largestFront = 0;
  stack = 0;
  flops = 0;

  private readonly cliques: Cliques;
  private readonly rowCount: number;
  /** members of a row at most */
  private readonly width: number;
  private rowsPlaced = 0;
  private edgesPlaced = 0;
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

  /** `cliques` are the `rows`, and after them edges. */
  constructor(
    cliques: Cliques,
    rows: Pick<Cliques, "count" | "width">,
    nodes: readonly Front[],
    parents: Int32Array,
    numberOf: Int32Array,
    homes: Groups,
  ) {
    const n = numberOf.length;
    this.cliques = cliques;
    this.rowCount = rows.count;
    this.width = rows.width;
    this.nodes = nodes;
    this.homes = homes;
    this.children = groupBy(parents, nodes.length);
    this.numberOf = numberOf;
    this.words = new Int32Array(nodes.length * NodeWord.Count);
    const rowsAtHome = homes.items.reduce((count, c) => (c < rows.count ? count + 1 : count), 0);
    this.rows = new Int32Array(rowsAtHome);
    this.places = new Int32Array(rowsAtHome * rows.width).fill(-1);
    this.edges = new Int32Array(cliques.count - rows.count);
    this.edgePlaces = new Int32Array(2 * this.edges.length);
    this.lists = new Int32Array(4 * n);
    this.inParent = new Int32Array(4 * n);
    this.start = new Int32Array(nodes.length + 1);
    this.mark = new Int32Array(n).fill(-1);
    this.place = new Int32Array(n);
  }

  add(k: number): void {
    const { words, start } = this;
    const { isLeaf } = this.nodes[k]!;
    const columns = this.nodes[k]!.columns.length;
    const count = this.collect(k, this.first + columns);
    const size = columns + count;
    this.writeList(columns, count);
    start[k + 1] = this.used;
    this.placeCliques(k);
    const word = k * NodeWord.Count;
    words[word + NodeWord.First] = this.first;
    words[word + NodeWord.Columns] = isLeaf ? 0 : columns;
    words[word + NodeWord.Size] = size;
    words[word + NodeWord.List] = start[k]!;
    words[word + NodeWord.Panel] = this.panels;
    words[word + NodeWord.End] = this.rowsPlaced;
    words[word + NodeWord.EdgeEnd] = this.edgesPlaced;
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

  private placeCliques(k: number): void {
    const { homes, rowCount } = this;
    for (let q = homes.start[k]!; q < homes.start[k + 1]!; q++) {
      const c = homes.items[q]!;
      if (c < rowCount) this.placeRow(c);
      else this.placeEdge(c);
    }
  }

  private placeRow(c: number): void {
    const { cliques, numberOf, place, places, width } = this;
    const { members } = cliques;
    const from = c * cliques.width;
    const to = this.rowsPlaced * width;
    for (let t = 0; t < width; t++) {
      const member = members[from + t]!;
      if (member >= 0) places[to + t] = place[numberOf[member]!]!;
    }
    this.rows[this.rowsPlaced++] = c;
  }

  /** What is eliminated first comes first. */
  private placeEdge(c: number): void {
    const { cliques, numberOf, place, edgePlaces } = this;
    const from = c * cliques.width;
    const one = place[numberOf[cliques.members[from]!]!]!;
    const two = place[numberOf[cliques.members[from + 1]!]!]!;
    edgePlaces[2 * this.edgesPlaced] = Math.min(one, two);
    edgePlaces[2 * this.edgesPlaced + 1] = Math.max(one, two);
    this.edges[this.edgesPlaced++] = c - this.rowCount;
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
