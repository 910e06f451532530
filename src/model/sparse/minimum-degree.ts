import { type Cliques, cliquesOf, type Groups } from "./cliques";

/*
 * An order of elimination with little fill: approximate minimum degree (Amestoy, Davis & Duff 1996, SIAM J Matrix Anal
 * Appl 17:886). Eliminated variables are kept as elements, the cliques that they leave behind, so that the graph never
 * grows: what is stored of a variable is the elements that it is in and the variables that it is otherwise next to. All lists
 * lie in one array of integers.
 *
 * Most levels of crossed data (a study with its few laboratories) have far fewer neighbours than these have. They are leaves,
 * which any order of minimum degree takes first: here all at once, since between them nobody's degree has to be known.
 */

/** A leaf has at most this share of the neighbours of each of its neighbours. */
const LEAF = 0.5;

/** The variables in the order in which they are eliminated. */
export function minimumDegree(cliques: Cliques): Int32Array {
  const graph = new QuotientGraph(cliques);
  while (graph.left > 0) graph.eliminate();
  return graph.order;
}

class QuotientGraph {
  readonly order: Int32Array;
  /** original variables that are not eliminated yet */
  left: number;
  private placed = 0;

  /** all lists: of a variable its elements, then its variables; of an element its variables */
  private lists: Int32Array;
  private used: number;
  private readonly start: Int32Array;
  private readonly elements: Int32Array;
  private readonly variables: Int32Array;

  /** original variables that one stands for; 0 once it is eliminated or stood for by another */
  private readonly weight: Int32Array;
  /** of an element: original variables in it; 0 once another holds all of it */
  private readonly size: Int32Array;
  private readonly degree: Int32Array;

  // those that one stands for, as a chain
  private readonly nextMember: Int32Array;
  private readonly lastMember: Int32Array;

  // variables by degree, as doubly linked lists
  private readonly head: Int32Array;
  private readonly next: Int32Array;
  private readonly previous: Int32Array;
  private least = 0;

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
  private comparison = 0;
  private readonly compared: Int32Array;

  private readonly pivotList: Int32Array;
  private readonly outer: Int32Array;

  constructor(cliques: Cliques) {
    const n = cliques.variables;
    const of = cliquesOf(cliques);
    const none = () => new Int32Array(n).fill(-1);
    this.left = n;
    this.order = new Int32Array(n);
    this.start = new Int32Array(n);
    this.elements = new Int32Array(n);
    this.variables = new Int32Array(n);
    this.weight = new Int32Array(n).fill(1);
    this.size = new Int32Array(n);
    this.degree = new Int32Array(n);
    this.nextMember = none();
    this.lastMember = Int32Array.from({ length: n }, (_, i) => i);
    this.head = none();
    this.next = none();
    this.previous = none();
    this.mark = new Int32Array(n).fill(-1);
    this.outside = new Int32Array(n);
    this.seen = none();
    this.hash = new Int32Array(n);
    this.chain = none();
    this.chainHead = none();
    this.chainStep = none();
    this.compared = new Int32Array(n).fill(-1);
    this.pivotList = new Int32Array(n);
    this.outer = new Int32Array(n);

    const leaf = this.leaves(cliques, of);
    // a list has at most as many entries as its cliques have members, and the new elements need room
    this.lists = new Int32Array(of.items.length * cliques.width + n);
    this.used = 0;
    this.fillLists(cliques, of, leaf);
  }

  /** The leaf in each clique, -1 for none; leaves are eliminated, which leaves their elements to be listed. */
  private leaves(cliques: Cliques, of: Groups): Int32Array {
    const { variables: n, count, width, members } = cliques;
    const { degree, mark } = this;
    for (let i = 0; i < n; i++) degree[i] = this.eachNeighbour(cliques, of, i, () => {});
    const leaf = new Int32Array(count).fill(-1);
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
      for (let q = of.start[i]!; q < of.start[i + 1]!; q++) leaf[of.items[q]!] = i;
      this.weight[i] = 0;
      this.left--;
      this.order[this.placed++] = i;
    }
    mark.fill(-1);
    return leaf;
  }

  /** Calls `visit` for each variable that shares a clique with variable i, and counts them. */
  private eachNeighbour(
    { width, members }: Cliques,
    of: Groups,
    i: number,
    visit: (v: number, clique: number) => void,
  ): number {
    const { mark } = this;
    let found = 0;
    for (let q = of.start[i]!; q < of.start[i + 1]!; q++) {
      const c = of.items[q]!;
      for (let k = c * width; k < (c + 1) * width; k++) {
        const v = members[k]!;
        if (v < 0 || v === i || mark[v] === i) continue;
        mark[v] = i;
        found++;
        visit(v, c);
      }
    }
    return found;
  }

  private fillLists(cliques: Cliques, of: Groups, leaf: Int32Array): void {
    const { lists, weight, start, mark } = this;
    const n = cliques.variables;
    for (let e = 0; e < n; e++) {
      if (weight[e] !== 0) continue;
      start[e] = this.used;
      this.size[e] = this.eachNeighbour(cliques, of, e, (v) => {
        lists[this.used++] = v;
      });
      this.variables[e] = this.size[e]!;
    }
    for (let i = 0; i < n; i++) {
      if (weight[i] === 0) continue;
      const from = this.used;
      start[i] = from;
      for (let q = of.start[i]!; q < of.start[i + 1]!; q++) {
        const e = leaf[of.items[q]!]!;
        if (e < 0 || mark[e] === i) continue;
        mark[e] = i;
        lists[this.used++] = e;
      }
      this.elements[i] = this.used - from;
      for (let q = of.start[i]!; q < of.start[i + 1]!; q++) {
        const c = of.items[q]!;
        if (leaf[c]! >= 0) continue;
        for (let k = c * cliques.width; k < (c + 1) * cliques.width; k++) {
          const v = cliques.members[k]!;
          if (v < 0 || v === i || mark[v] === i) continue;
          mark[v] = i;
          lists[this.used++] = v;
        }
      }
      this.variables[i] = this.used - from - this.elements[i]!;
    }
    mark.fill(-1);
    this.least = n;
    for (let i = 0; i < n; i++) if (weight[i]! > 0) this.insert(i, this.firstDegree(i));
  }

  /** How many variables i is next to, directly and through elements. */
  private firstDegree(i: number): number {
    const { lists, start, elements, variables, mark } = this;
    const step = ++this.step;
    mark[i] = step;
    let degree = 0;
    const from = start[i]!;
    const middle = from + elements[i]!;
    for (let q = middle; q < middle + variables[i]!; q++) {
      mark[lists[q]!] = step;
      degree++;
    }
    for (let q = from; q < middle && degree < this.left - 1; q++) {
      const e = lists[q]!;
      for (let r = start[e]!; r < start[e]! + variables[e]!; r++) {
        const v = lists[r]!;
        if (mark[v] === step) continue;
        mark[v] = step;
        degree++;
      }
    }
    return degree;
  }

  private insert(i: number, degree: number): void {
    const { head, next, previous } = this;
    this.degree[i] = degree;
    const first = head[degree]!;
    next[i] = first;
    previous[i] = -1;
    if (first >= 0) previous[first] = i;
    head[degree] = i;
    if (degree < this.least) this.least = degree;
  }

  private remove(i: number): void {
    const { head, next, previous } = this;
    if (previous[i]! >= 0) next[previous[i]!] = next[i]!;
    else head[this.degree[i]!] = next[i]!;
    if (next[i]! >= 0) previous[next[i]!] = previous[i]!;
  }

  /** i and all that it stands for. */
  private place(i: number): void {
    for (let v = i; v >= 0; v = this.nextMember[v]!) this.order[this.placed++] = v;
  }

  /** j stands for i from now on. */
  private stand(j: number, i: number): void {
    this.nextMember[this.lastMember[j]!] = i;
    this.lastMember[j] = this.lastMember[i]!;
  }

  /** One variable of least degree becomes an element. */
  eliminate(): void {
    const { weight, pivotList } = this;
    while (this.head[this.least]! < 0) this.least++;
    const p = this.head[this.least]!;
    this.remove(p);
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
    const kept = this.prune(p, this.shorten(p, members));
    this.listElement(p, kept);
  }

  /** The members of element p: its variables, and those of its elements, which end with it. */
  private gather(p: number): number {
    const { lists, start, elements, variables, weight, mark, pivotList, size, step } = this;
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
    const { lists, start, elements, weight, pivotList, size, outside, seen, step } = this;
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
    const { lists, start, elements, variables, weight, mark, pivotList, size, outside, outer, hash } = this;
    const { step } = this;
    const buckets = weight.length;
    let kept = 0;
    for (let k = 0; k < members; k++) {
      const i = pivotList[k]!;
      this.remove(i);
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

  /** Members with the same lists stay together for good: one stands for the others. */
  private prune(p: number, members: number): number {
    const { weight, pivotList, hash, chain, chainHead, chainStep, step } = this;
    for (let k = 0; k < members; k++) {
      const i = pivotList[k]!;
      const bucket = hash[i]!;
      if (chainStep[bucket] !== step) {
        chainStep[bucket] = step;
        chainHead[bucket] = -1;
      }
      let twin = chainHead[bucket]!;
      while (twin >= 0 && !this.hasSameLists(twin, i)) twin = chain[twin]!;
      if (twin >= 0) {
        weight[twin]! += weight[i]!;
        weight[i] = 0;
        this.stand(twin, i);
        continue;
      }
      chain[i] = chainHead[bucket]!;
      chainHead[bucket] = i;
    }
    let kept = 0;
    let size = 0;
    for (let k = 0; k < members; k++) {
      const i = pivotList[k]!;
      if (weight[i] === 0) continue;
      size += weight[i]!;
      pivotList[kept++] = i;
    }
    this.size[p] = size;
    return kept;
  }

  private hasSameLists(i: number, j: number): boolean {
    const { lists, start, elements, variables, compared } = this;
    if (elements[i] !== elements[j] || variables[i] !== variables[j]) return false;
    const length = elements[i]! + variables[i]!;
    this.comparison++;
    for (let q = start[i]!; q < start[i]! + length; q++) compared[lists[q]!] = this.comparison;
    for (let q = start[j]!; q < start[j]! + length; q++) {
      if (compared[lists[q]!] !== this.comparison) return false;
    }
    return true;
  }

  /** Element p gets its list, and its members their new degrees, as bounds. */
  private listElement(p: number, members: number): void {
    const { start, elements, variables, weight, pivotList, size, degree, outer } = this;
    if (this.used + members > this.lists.length) this.compact(members);
    start[p] = this.used;
    elements[p] = 0;
    variables[p] = members;
    for (let k = 0; k < members; k++) this.lists[this.used++] = pivotList[k]!;
    for (let k = 0; k < members; k++) {
      const i = pivotList[k]!;
      const others = size[p]! - weight[i]!;
      const bound = Math.min(this.left - weight[i]!, degree[i]! + others, outer[i]! + others);
      this.insert(i, Math.max(0, bound));
    }
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
