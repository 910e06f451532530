import { type Cliques, cliquesOf, type Groups } from "./cliques";

/** A leaf has at most this share of the neighbours of each of its neighbours. */
const LEAF = 0.5;

/**
 * The graph while its variables are eliminated (George & Liu 1981). An eliminated variable stays as an element, the clique that it
 * leaves behind, so that the graph never grows: of a variable its elements are stored and the variables that it is otherwise
 * next to. All lists lie in one array of integers.
 *
 * Most levels of crossed data (a study with its few laboratories) have far fewer neighbours than these have. They are leaves,
 * which any order of minimum degree takes first: here all at once, since between them nobody's degree has to be known.
 */
export class QuotientGraph {
  /** all lists: of a variable its elements, then its variables; of an element its variables */
  lists: Int32Array;
  readonly start: Int32Array;
  readonly elements: Int32Array;
  readonly variables: Int32Array;
  /** original variables that one stands for; 0 once it is eliminated or stood for by another */
  readonly weight: Int32Array;
  /** of an element: original variables in it; 0 once another holds all of it */
  readonly size: Int32Array;
  /** the leaves, which are eliminated */
  readonly leaves: number[] = [];
  private used = 0;
  private readonly mark: Int32Array;
  private stamp = 0;

  constructor(cliques: Cliques) {
    const n = cliques.variables;
    const of = cliquesOf(cliques);
    this.start = new Int32Array(n);
    this.elements = new Int32Array(n);
    this.variables = new Int32Array(n);
    this.weight = new Int32Array(n).fill(1);
    this.size = new Int32Array(n);
    this.mark = new Int32Array(n);
    // a list has at most as many entries as its cliques have members, and the new elements need room
    this.lists = new Int32Array(of.items.length * cliques.width + n);
    const leafOf = this.findLeaves(cliques, of);
    for (const e of this.leaves) this.listLeaf(cliques, of, e);
    for (let i = 0; i < n; i++) if (this.weight[i]! > 0) this.listVariable(cliques, of, leafOf, i);
  }

  /** The leaf in each clique, -1 for none. */
  private findLeaves(cliques: Cliques, of: Groups): Int32Array {
    const { variables: n, count, width, members } = cliques;
    const degree = new Int32Array(n);
    for (let i = 0; i < n; i++) degree[i] = this.eachNeighbour(cliques, of, i, () => {});
    const leafOf = new Int32Array(count).fill(-1);
    for (let i = 0; i < n; i++) {
      let isLeaf = true;
      for (let q = of.start[i]!; q < of.start[i + 1]! && isLeaf; q++) {
        const from = of.items[q]! * width;
        for (let k = from; k < from + width; k++) {
          const v = members[k]!;
          if (v >= 0 && v !== i && degree[i]! > LEAF * degree[v]!) isLeaf = false;
        }
      }
      if (!isLeaf) continue;
      for (let q = of.start[i]!; q < of.start[i + 1]!; q++) leafOf[of.items[q]!] = i;
      this.weight[i] = 0;
      this.leaves.push(i);
    }
    return leafOf;
  }

  /** Calls `visit` for each variable that shares a clique with variable i, and counts them. */
  private eachNeighbour(
    { width, members }: Cliques,
    of: Groups,
    i: number,
    visit: (v: number) => void,
  ): number {
    const { mark } = this;
    const stamp = ++this.stamp;
    let found = 0;
    for (let q = of.start[i]!; q < of.start[i + 1]!; q++) {
      const c = of.items[q]! * width;
      for (let k = c; k < c + width; k++) {
        const v = members[k]!;
        if (v < 0 || v === i || mark[v] === stamp) continue;
        mark[v] = stamp;
        found++;
        visit(v);
      }
    }
    return found;
  }

  private listLeaf(cliques: Cliques, of: Groups, e: number): void {
    this.start[e] = this.used;
    this.size[e] = this.eachNeighbour(cliques, of, e, (v) => {
      this.lists[this.used++] = v;
    });
    this.variables[e] = this.size[e]!;
  }

  /** Its leaves are its elements; through the cliques without one it is next to variables. */
  private listVariable({ width, members }: Cliques, of: Groups, leafOf: Int32Array, i: number): void {
    const { lists, mark } = this;
    const stamp = ++this.stamp;
    const from = this.used;
    this.start[i] = from;
    for (let q = of.start[i]!; q < of.start[i + 1]!; q++) {
      const e = leafOf[of.items[q]!]!;
      if (e < 0 || mark[e] === stamp) continue;
      mark[e] = stamp;
      lists[this.used++] = e;
    }
    this.elements[i] = this.used - from;
    for (let q = of.start[i]!; q < of.start[i + 1]!; q++) {
      const c = of.items[q]!;
      if (leafOf[c]! >= 0) continue;
      for (let k = c * width; k < (c + 1) * width; k++) {
        const v = members[k]!;
        if (v < 0 || v === i || mark[v] === stamp) continue;
        mark[v] = stamp;
        lists[this.used++] = v;
      }
    }
    this.variables[i] = this.used - from - this.elements[i]!;
  }

  /** How many variables i is next to, directly and through elements; not counted beyond `most`. */
  degreeOf(i: number, most: number): number {
    const { lists, start, elements, variables, mark } = this;
    const stamp = ++this.stamp;
    mark[i] = stamp;
    let degree = 0;
    const from = start[i]!;
    const middle = from + elements[i]!;
    for (let q = middle; q < middle + variables[i]!; q++) {
      mark[lists[q]!] = stamp;
      degree++;
    }
    for (let q = from; q < middle && degree < most; q++) {
      const e = lists[q]!;
      for (let r = start[e]!; r < start[e]! + variables[e]!; r++) {
        const v = lists[r]!;
        if (mark[v] === stamp) continue;
        mark[v] = stamp;
        degree++;
      }
    }
    return degree;
  }

  hasSameLists(i: number, j: number): boolean {
    const { lists, start, elements, variables, mark } = this;
    if (elements[i] !== elements[j] || variables[i] !== variables[j]) return false;
    const length = elements[i]! + variables[i]!;
    const stamp = ++this.stamp;
    for (let q = start[i]!; q < start[i]! + length; q++) mark[lists[q]!] = stamp;
    for (let q = start[j]!; q < start[j]! + length; q++) if (mark[lists[q]!] !== stamp) return false;
    return true;
  }

  /** p becomes an element with the first `count` of `members`, which stand for `size` variables. */
  listElement(p: number, members: Int32Array, count: number, size: number): void {
    if (this.used + count > this.lists.length) this.compact(count);
    this.start[p] = this.used;
    this.elements[p] = 0;
    this.variables[p] = count;
    this.size[p] = size;
    for (let k = 0; k < count; k++) this.lists[this.used++] = members[k]!;
  }

  /** Moves the lists that are still in use together, to make room for `more` entries. */
  private compact(more: number): void {
    const { start, elements, variables, weight, size } = this;
    const alive: number[] = [];
    for (let i = 0; i < weight.length; i++) if (weight[i]! > 0 || size[i]! > 0) alive.push(i);
    alive.sort((a, b) => start[a]! - start[b]!);
    let used = 0;
    for (const i of alive) {
      const length = elements[i]! + variables[i]!;
      this.lists.copyWithin(used, start[i]!, start[i]! + length);
      start[i] = used;
      used += length;
    }
    this.used = used;
    if (used + more <= this.lists.length) return;
    const lists = new Int32Array(2 * this.lists.length + more);
    lists.set(this.lists.subarray(0, used));
    this.lists = lists;
  }
}
