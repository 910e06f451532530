import type { PlainProblem } from "./plain-problem";

/** A stream of reproducible random numbers (mulberry32). */
export interface Random {
  uniform(): number;
  normal(): number;
  integer(below: number): number;
}

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    integer: (below) => Math.floor(uniform() * below),
  };
}

/** Kinds of sampling covariance. */
export const V_KINDS = ["none", "diagonal", "some zero", "blocks", "mixed", "dense", "singular"] as const;
export type VKind = (typeof V_KINDS)[number];

export interface Shape {
  readonly seed: number;
  readonly rows: number;
  /** columns of mu and of sigma, intercepts included */
  readonly p: number;
  readonly q: number;
  readonly kind: VKind;
  readonly weighted: boolean;
}

/** A random problem whose rows are in random order, so that clusters interleave with rows that are alone. */
export function randomProblem({ seed, rows, p, q, kind, weighted }: Shape): PlainProblem {
  const random = randomFrom(seed);
  const design = (columns: number): number[][] =>
    Array.from({ length: rows }, () =>
      Array.from({ length: columns }, (_, j) => (j === 0 ? 1 : random.normal())),
    );
  const clusters = randomClusters(random, rows, kind);
  const V = Array.from({ length: rows }, () => new Array<number>(rows).fill(0));
  for (let i = 0; i < rows; i++) V[i]![i] = ownVariance(random, kind);
  for (const members of clusters) fillCluster(random, V, members, kind === "singular");
  const X = design(p);
  const y = X.map((row) => row.reduce((sum, x) => sum + 0.4 * x, 0) + 0.8 * random.normal());
  const weights = weighted ? Array.from({ length: rows }, () => 0.3 + 2 * random.uniform()) : null;
  for (const members of weighted ? clusters : [])
    for (const i of members) weights![i] = weights![members[0]!]!;
  return { y, X, W: design(q), V, clusters, weights };
}

function ownVariance(random: Random, kind: VKind): number {
  if (kind === "none" || (kind === "some zero" && random.uniform() < 0.4)) return 0;
  return 0.02 + random.uniform() ** 2;
}

function randomClusters(random: Random, rows: number, kind: VKind): number[][] {
  if (kind === "dense" || kind === "singular") return [Array.from({ length: rows }, (_, i) => i)];
  if (kind !== "blocks" && kind !== "mixed") return [];
  const order = Array.from({ length: rows }, (_, i) => i);
  for (let i = rows - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  const clusters: number[][] = [];
  let next = kind === "mixed" ? Math.ceil(rows / 3) : 0;
  while (rows - next >= 2) {
    const left = rows - next;
    const size = left <= 4 ? left : 2 + random.integer(3);
    const taken = left - size === 1 ? size + 1 : size;
    clusters.push(order.slice(next, next + taken).sort((a, b) => a - b));
    next += taken;
  }
  return clusters;
}

/** B B' + diagonal, or B B' with fewer columns than rows: positive semidefinite with zero eigenvalues. */
function fillCluster(random: Random, V: number[][], members: readonly number[], singular: boolean): void {
  const m = members.length;
  const inner = singular ? Math.max(1, m - 2) : m;
  const B = members.map(() => Array.from({ length: inner }, () => 0.5 * random.normal()));
  members.forEach((i, a) => {
    members.forEach((j, b) => {
      const sum = B[a]!.reduce((total, value, k) => total + value * B[b]![k]!, 0) / inner;
      V[i]![j] = sum + (a === b && !singular ? 0.05 + 0.2 * ((a * 7) % 3) : 0);
    });
  });
}
