/** Variables by degree, each degree's as a doubly linked list. */
export class DegreeLists {
  readonly degree: Int32Array;
  private readonly head: Int32Array;
  private readonly next: Int32Array;
  private readonly previous: Int32Array;
  private least: number;

  constructor(n: number) {
    this.degree = new Int32Array(n);
    this.head = new Int32Array(n).fill(-1);
    this.next = new Int32Array(n);
    this.previous = new Int32Array(n);
    this.least = n;
  }

  insert(i: number, degree: number): void {
    const { head, next, previous } = this;
    this.degree[i] = degree;
    const first = head[degree]!;
    next[i] = first;
    previous[i] = -1;
    if (first >= 0) previous[first] = i;
    head[degree] = i;
    if (degree < this.least) this.least = degree;
  }

  remove(i: number): void {
    const { head, next, previous } = this;
    if (previous[i]! >= 0) next[previous[i]!] = next[i]!;
    else head[this.degree[i]!] = next[i]!;
    if (next[i]! >= 0) previous[next[i]!] = previous[i]!;
  }

  /** Removes one of least degree; there must be one. */
  takeLeast(): number {
    while (this.head[this.least]! < 0) this.least++;
    const i = this.head[this.least]!;
    this.remove(i);
    return i;
  }
}
