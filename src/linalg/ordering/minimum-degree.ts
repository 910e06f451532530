import type { Cliques } from "./cliques";
import { DegreeLists } from "./degree-lists";
import { QuotientGraph } from "./quotient-graph";

/*
 * An order of elimination with little fill: approximate minimum degree (Amestoy, Davis & Duff 1996, SIAM J Matrix Anal
 * Appl 17:886). The variable with the fewest neighbours comes next. They are not counted one by one: how much of each element is
 * outside of the new one is found in one pass for all of the new one's members, and what two elements share is counted twice.
 */

/** The variables in the order in which they are eliminated. */
export function minimumDegree(cliques: Cliques): Int32Array {
  const elimination = new Elimination(cliques);
  while (elimination.left > 0) elimination.eliminate();
  return elimination.order;
}

class Elimination {
  readonly order: Int32Array;
  /** original variables that are not eliminated yet */
  left: number;
  private placed = 0;
  private readonly graph: QuotientGraph;
  private readonly degrees: DegreeLists;

  // those that a variable stands for, as a chain
  private readonly nextMember: Int32Array;
  private readonly lastMember: Int32Array;

  // marks of a step
  private step = 0;
  private readonly mark: Int32Array;
  /** of an element: original variables in it that are not in the new one, where `seen` is the step */
  private readonly outside: Int32Array;
  private readonly seen: Int32Array;

  // variables with the same lists have the same hash: chains of this step
  private readonly hash: Int32Array;
  private readonly chain: Int32Array;
  private readonly chainHead: Int32Array;
  private readonly chainStep: Int32Array;

  private readonly pivotList: Int32Array;
  /** of a member of the pivot's list: bound on its neighbours outside of it */
  private readonly outer: Int32Array;

  constructor(cliques: Cliques) {
    const n = cliques.variables;
    const array = () => new Int32Array(n);
    const graph = new QuotientGraph(cliques);
    this.graph = graph;
    this.degrees = new DegreeLists(n);
    this.order = array();
    this.nextMember = array().fill(-1);
    this.lastMember = Int32Array.from({ length: n }, (_, i) => i);
    this.mark = array();
    this.outside = array();
    this.seen = array();
    this.hash = array();
    this.chain = array();
    this.chainHead = array();
    this.chainStep = array();
    this.pivotList = array();
    this.outer = array();
    for (const leaf of graph.leaves) this.place(leaf);
    this.left = n - graph.leaves.length;
    for (let i = 0; i < n; i++) {
      if (graph.weight[i]! > 0) this.degrees.insert(i, graph.degreeOf(i, this.left - 1));
    }
  }

  /** i and all that it stands for. */
  private place(i: number): void {
    for (let v = i; v >= 0; v = this.nextMember[v]!) this.order[this.placed++] = v;
  }

  /** One variable of least degree becomes an element. */
  eliminate(): void {
    const { graph, pivotList } = this;
    const { weight } = graph;
    const p = this.degrees.takeLeast();
    this.step++;
    this.left -= weight[p]!;
    weight[p] = 0;
    const members = this.gather(p);
    let size = 0;
    for (let k = 0; k < members; k++) size += weight[pivotList[k]!]!;
    this.place(p);
    if (size === this.left) {
      // nothing beside this clique is left: whatever the order, it is dense
      for (let k = 0; k < members; k++) this.place(pivotList[k]!);
      this.left = 0;
      return;
    }
    this.measureOverlaps(members);
    this.listElement(p, this.unite(this.shorten(p, members)));
  }

  /** The members of element p: its variables, and those of its elements, which end with it. */
  private gather(p: number): number {
    const { mark, pivotList, step } = this;
    const { lists, start, elements, variables, weight, size } = this.graph;
    let count = 0;
    const take = (from: number, end: number) => {
      for (let q = from; q < end; q++) {
        const v = lists[q]!;
        if (weight[v] === 0 || mark[v] === step) continue;
        mark[v] = step;
        pivotList[count++] = v;
      }
    };
    mark[p] = step;
    const middle = start[p]! + elements[p]!;
    take(middle, middle + variables[p]!);
    for (let q = start[p]!; q < middle; q++) {
      const e = lists[q]!;
      if (size[e] === 0) continue;
      take(start[e]!, start[e]! + variables[e]!);
      size[e] = 0;
    }
    return count;
  }

  /** For the elements next to p's members: how much of each is not in p. */
  private measureOverlaps(members: number): void {
    const { pivotList, outside, seen, step } = this;
    const { lists, start, elements, weight, size } = this.graph;
    for (let k = 0; k < members; k++) {
      const i = pivotList[k]!;
      for (let q = start[i]!; q < start[i]! + elements[i]!; q++) {
        const e = lists[q]!;
        if (size[e] === 0) continue;
        if (seen[e] !== step) {
          seen[e] = step;
          outside[e] = size[e]!;
        }
        outside[e]! -= weight[i]!;
      }
    }
  }

  /** Takes out of the members' lists what p covers, and puts p in; members left with nothing but p go with it. */
  private shorten(p: number, members: number): number {
    const { mark, pivotList, outside, outer, hash, step } = this;
    const { lists, start, elements, variables, weight, size } = this.graph;
    const buckets = weight.length;
    let kept = 0;
    for (let k = 0; k < members; k++) {
      const i = pivotList[k]!;
      this.degrees.remove(i);
      let degree = 0;
      let sum = 0;
      let to = start[i]!;
      const middle = to + elements[i]!;
      const end = middle + variables[i]!;
      for (let q = start[i]!; q < middle; q++) {
        const e = lists[q]!;
        if (size[e] === 0) continue;
        // all of e is in p
        if (outside[e] === 0) size[e] = 0;
        else {
          degree += outside[e]!;
          sum += e;
          lists[to++] = e;
        }
      }
      const elementsEnd = to;
      for (let q = middle; q < end; q++) {
        const v = lists[q]!;
        if (weight[v] === 0 || mark[v] === step) continue;
        degree += weight[v]!;
        sum += v;
        lists[to++] = v;
      }
      if (to === start[i]) {
        this.left -= weight[i]!;
        weight[i] = 0;
        this.place(i);
        continue;
      }
      // p was next to i, as a variable or through an element that ended: there is room for it
      lists[to] = lists[elementsEnd]!;
      lists[elementsEnd] = p;
      elements[i] = elementsEnd - start[i]! + 1;
      variables[i] = to - elementsEnd;
      outer[i] = degree;
      hash[i] = (sum + p) % buckets;
      pivotList[kept++] = i;
    }
    return kept;
  }

  /** Members with the same lists stay together for good: one stands for the others. How many are left. */
  private unite(members: number): number {
    const { graph, pivotList, hash, chain, chainHead, chainStep, step } = this;
    const { weight } = graph;
    let kept = 0;
    for (let k = 0; k < members; k++) {
      const i = pivotList[k]!;
      const bucket = hash[i]!;
      if (chainStep[bucket] !== step) {
        chainStep[bucket] = step;
        chainHead[bucket] = -1;
      }
      let twin = chainHead[bucket]!;
      while (twin >= 0 && !graph.hasSameLists(twin, i)) twin = chain[twin]!;
      if (twin >= 0) {
        weight[twin]! += weight[i]!;
        weight[i] = 0;
        this.nextMember[this.lastMember[twin]!] = i;
        this.lastMember[twin] = this.lastMember[i]!;
        continue;
      }
      chain[i] = chainHead[bucket]!;
      chainHead[bucket] = i;
      pivotList[kept++] = i;
    }
    return kept;
  }

  /** Element p gets its list, and its members their new degrees, as bounds. */
  private listElement(p: number, members: number): void {
    const { graph, degrees, pivotList, outer } = this;
    const { weight } = graph;
    let size = 0;
    for (let k = 0; k < members; k++) size += weight[pivotList[k]!]!;
    graph.listElement(p, pivotList, members, size);
    for (let k = 0; k < members; k++) {
      const i = pivotList[k]!;
      const others = size - weight[i]!;
      const bound = Math.min(this.left - weight[i]!, degrees.degree[i]! + others, outer[i]! + others);
      degrees.insert(i, Math.max(0, bound));
    }
  }
}
