import type { ProblemInput } from "../../bindings/kernel";
import { type Random, randomFrom } from "../fit/random-problem";

/** Correlations among levels: of tips of a tree, of any matrix, of none, and all of one. */
export const STRUCTURES = ["tree", "any", "identity", "ones"] as const;
export type Structure = (typeof STRUCTURES)[number];

export interface TermShape {
  readonly structure: Structure | null;
  readonly slope: boolean;
  /** a moderator of its log SD beside the constant */
  readonly moderator: boolean;
  /** which rows have a level; "each" gives each row one of its own */
  readonly rows: "all" | "some" | "each";
}

export interface DenseShape {
  readonly seed: number;
  /** rows of each cluster */
  readonly clusters: readonly number[];
  readonly terms: readonly TermShape[];
  /** whether a coefficient of a term's SD is one of all other terms' SDs, too */
  readonly shared: boolean;
  /** mean log SD of levels */
  readonly logSd: number;
  readonly pairs: boolean;
  readonly multipliers: boolean;
  readonly weights: boolean;
  readonly reml: boolean;
}

/** One term's part of one cluster, as on paper. */
interface PlainTerm {
  /** level within the cluster of each of its rows, -1 for none */
  readonly levels: readonly number[];
  readonly z: readonly number[];
  /** between levels of the cluster; null for the identity */
  readonly K: readonly (readonly number[])[] | null;
}

interface PlainCluster {
  readonly rows: number;
  /** first row and first level */
  readonly row: number;
  readonly level: number;
  readonly levels: number;
  readonly V: readonly (readonly number[])[];
  readonly terms: readonly PlainTerm[];
  readonly pairs: readonly (readonly [number, number])[];
  /** first pair */
  readonly pair: number;
}

/** Dense clusters for the engine, and the same problem on paper. */
export interface DenseProblem {
  readonly input: ProblemInput;
  readonly clusters: readonly PlainCluster[];
  readonly q: number;
}

const each = <T>(n: number, f: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => f(i));

/** B B' / columns + 0.1 I */
function positiveDefinite(random: Random, n: number): number[][] {
  const B = each(n, () => each(n, () => random.normal()));
  return each(n, (i) =>
    each(n, (k) => B[i]!.reduce((sum, b, j) => sum + b * B[k]![j]!, 0) / n + (i === k ? 0.1 : 0)),
  );
}

/** Shared path of tips beside the depth of an ultrametric tree: two clades are merged at a time, nearer and nearer to the root. */
function treeCorrelations(random: Random, n: number): number[][] {
  const K: number[][] = each(n, (i) => each(n, (k) => (i === k ? 1 : 0)));
  const clades = each(n, (i) => [i]);
  let shared = 1;
  while (clades.length > 1) {
    shared *= 0.5 + 0.45 * random.uniform();
    const [one] = clades.splice(random.integer(clades.length), 1);
    const other = clades[random.integer(clades.length)]!;
    for (const i of one!) for (const k of other) K[i]![k] = K[k]![i] = shared;
    other.push(...one!);
  }
  return K;
}

function correlations(random: Random, structure: Structure, n: number): number[][] {
  if (structure === "tree") return treeCorrelations(random, n);
  if (structure === "identity") return each(n, (i) => each(n, (k) => (i === k ? 1 : 0)));
  if (structure === "ones") return each(n, () => each(n, () => 1));
  const A = positiveDefinite(random, n);
  return each(n, (i) => each(n, (k) => A[i]![k]! / Math.sqrt(A[i]![i]! * A[k]![k]!)));
}

export function denseProblem(shape: DenseShape): DenseProblem {
  const { seed, terms: shapes, reml } = shape;
  const random = randomFrom(seed);
  const clusters: PlainCluster[] = [];
  /** term of each level, over all clusters */
  const termOf: number[] = [];
  let row = 0;
  let pair = 0;
  for (const m of shape.clusters) {
    const level = termOf.length;
    // levels of all terms are numbered as rows come
    const names = shapes.map(({ rows }) =>
      each(m, (i) =>
        rows === "each" ? i : rows === "some" && random.uniform() < 0.3 ? -1 : random.integer(1 + (m >> 1)),
      ),
    );
    const numbers = shapes.map(() => new Map<number, number>());
    const members = shapes.map(() => new Array<number>(m).fill(-1));
    for (let i = 0; i < m; i++) {
      for (const [t, own] of numbers.entries()) {
        const name = names[t]![i]!;
        if (name < 0) continue;
        if (!own.has(name)) own.set(name, termOf.push(t) - 1 - level);
        members[t]![i] = own.get(name)!;
      }
    }
    const levels = termOf.length - level;
    const order = each(m, (i) => i).sort(() => random.uniform() - 0.5);
    const pairs = shape.pairs ? each(m >> 2, (s) => [order[2 * s]!, order[2 * s + 1]!] as const) : [];
    clusters.push({
      ...{ rows: m, row, level, levels, pairs, pair },
      V: positiveDefinite(random, m),
      terms: shapes.map(({ structure, slope }, t) => ({
        levels: members[t]!,
        z: each(m, () => (slope ? (random.uniform() < 0.2 ? 0 : random.normal()) : 1)),
        K: structure === null ? null : correlations(random, structure, levels),
      })),
    });
    row += m;
    pair += pairs.length;
  }
  const n = row;
  const all = termOf.length;
  const columns = (count: number, width: number, f: (i: number, j: number) => number) =>
    Float64Array.from(each(count * width, (at) => f(at % count, Math.floor(at / count))));
  const sdColumns = shapes.flatMap(({ moderator }, t) => (moderator ? [t, t] : [t]));
  const qSd = sdColumns.length;
  const weights = clusters.flatMap(({ rows }) => {
    const weight = 0.3 + random.uniform();
    return each(rows, () => weight);
  });
  const packed = (m: number, entry: (i: number, k: number) => number) =>
    each(m, (i) => each(i + 1, (k) => entry(i, k))).flat();
  const structured = shapes.flatMap(({ structure }, t) => (structure === null ? [] : [t]));
  const correlation = ({ levels, K }: PlainTerm, i: number, k: number) =>
    levels[i]! < 0 || levels[k]! < 0 ? 0 : K![levels[i]!]![levels[k]!]!;
  const rowMajor = (value: (term: PlainTerm, i: number) => number) =>
    clusters.flatMap(({ rows, terms }) => each(rows, (i) => terms.map((term) => value(term, i))).flat());
  const input: ProblemInput = {
    ...{ rows: n, scalarRows: 0, nestedRows: 0, sparseRows: 0, pairRows: 0, p: 2, qSigma: 2, reml },
    y: Float64Array.from(each(n, () => random.normal())),
    X: columns(n, 2, (_, j) => (j === 0 ? 1 : random.normal())),
    W: columns(n, 2, (_, j) => (j === 0 ? 1 : 0.5 * random.normal())),
    logSigmaOffset: Float64Array.from(each(n, () => -0.5 + 0.2 * random.normal())),
    v: Float64Array.from(clusters.flatMap(({ V }) => V.map((_, i) => V[i]![i]!))),
    multipliers: shape.multipliers
      ? {
          M: columns(n, 2, (_, j) => (j === 0 ? 1 : random.normal())),
          qPhi: 2,
          logOffset: Float64Array.from(each(n, () => 0.2 * random.normal())),
        }
      : null,
    weights: shape.weights ? Float64Array.from(weights) : null,
    levels: {
      count: all,
      // the second column of a term with a moderator is the moderator
      U: columns(all, qSd, (u, k) => {
        const value = sdColumns[k - 1] === sdColumns[k] ? random.normal() : 1;
        return shape.shared || termOf[u] === sdColumns[k] ? value : 0;
      }),
      qSd,
      logSdOffset: Float64Array.from(each(all, () => shape.logSd + 0.2 * random.normal())),
      parent: new Int32Array(0),
      end: new Int32Array(0),
    },
    sparse: null,
    correlations: null,
    pairs: {
      count: pair,
      T: columns(pair, shape.pairs ? 2 : 0, (_, j) => (j === 0 ? 1 : random.normal())),
      qRho: shape.pairs ? 2 : 0,
      etaOffset: Float64Array.from(each(pair, () => random.normal())),
      v12: new Float64Array(0),
    },
    clusters: {
      sizes: Int32Array.from(clusters.flatMap(({ rows, levels, pairs }) => [rows, levels, pairs.length])),
      V: Float64Array.from(clusters.flatMap(({ rows, V }) => packed(rows, (i, k) => V[i]![k]!))),
      rowLevels: Int32Array.from(rowMajor(({ levels }, i) => levels[i]!)),
      terms: shapes.length,
      pairRows: Int32Array.from(clusters.flatMap(({ pairs }) => pairs.flat())),
      z: shapes.some(({ slope }) => slope) ? Float64Array.from(rowMajor(({ z }, i) => z[i]!)) : null,
      structured: Int32Array.from(structured),
      correlations: Float64Array.from(
        clusters.flatMap(({ rows, terms }) =>
          structured.flatMap((t) => packed(rows, (i, k) => correlation(terms[t]!, i, k))),
        ),
      ),
    },
  };
  return { input, clusters, q: (shape.multipliers ? 2 : 0) + 2 + qSd + (shape.pairs ? 2 : 0) };
}

/** S of a cluster, in plain loops. */
export function plainSigma(
  { input }: DenseProblem,
  cluster: PlainCluster,
  theta: ArrayLike<number>,
): number[][] {
  const { multipliers, levels, pairs } = input;
  const qPhi = multipliers?.qPhi ?? 0;
  const linear = (
    offset: Float64Array,
    X: Float64Array,
    count: number,
    [first, q]: readonly [number, number],
    i: number,
  ) => each(q, (k) => X[k * count + i]! * theta[first + k]!).reduce((sum, x) => sum + x, offset[i]!);
  const row = cluster.row;
  const sigma = each(cluster.rows, (i) =>
    Math.exp(linear(input.logSigmaOffset, input.W, input.rows, [qPhi, 2], row + i)),
  );
  const m = each(cluster.rows, (i) =>
    multipliers === null
      ? 1
      : Math.exp(linear(multipliers.logOffset, multipliers.M, input.rows, [0, qPhi], row + i)),
  );
  const omega = each(cluster.levels, (u) =>
    Math.exp(linear(levels.logSdOffset, levels.U, levels.count, [qPhi + 2, levels.qSd], cluster.level + u)),
  );
  const S = each(cluster.rows, (i) =>
    each(cluster.rows, (k) => m[i]! * m[k]! * cluster.V[i]![k]! + (i === k ? sigma[i]! ** 2 : 0)),
  );
  for (const { levels: levelOf, z, K } of cluster.terms) {
    for (let i = 0; i < cluster.rows; i++) {
      for (let k = 0; k < cluster.rows; k++) {
        const [u, v] = [levelOf[i]!, levelOf[k]!];
        if (u < 0 || v < 0) continue;
        const correlation = K === null ? (u === v ? 1 : 0) : K[u]![v]!;
        S[i]![k]! += omega[u]! * omega[v]! * z[i]! * z[k]! * correlation;
      }
    }
  }
  for (const [s, [a, b]] of cluster.pairs.entries()) {
    const at = [qPhi + 2 + levels.qSd, pairs.qRho] as const;
    const eta = linear(pairs.etaOffset, pairs.T, pairs.count, at, cluster.pair + s);
    const shared = 0.999999 * Math.tanh(eta) * sigma[a]! * sigma[b]!;
    S[a]![b]! += shared;
    S[b]![a]! += shared;
  }
  return S;
}

/** S^-1 by Gauss-Jordan elimination, and log|S|: slow and plain. */
export function plainInverse(S: readonly (readonly number[])[]): { inverse: number[][]; logDet: number } {
  const n = S.length;
  const A = S.map((row, i) => [...row, ...each(n, (k) => (i === k ? 1 : 0))]);
  let logDet = 0;
  for (let j = 0; j < n; j++) {
    const pivot = A[j]![j]!;
    logDet += Math.log(pivot);
    A[j] = A[j]!.map((value) => value / pivot);
    for (let i = 0; i < n; i++) {
      if (i === j) continue;
      const factor = A[i]![j]!;
      A[i] = A[i]!.map((value, k) => value - factor * A[j]![k]!);
    }
  }
  return { inverse: A.map((row) => row.slice(n)), logDet };
}

export interface PlainAnswer {
  readonly value: number;
  readonly beta: number[];
  /** w S^-1 of each cluster, and S^-1 */
  readonly weighted: number[][][];
  readonly inverses: number[][][];
}

/** The profiled (or restricted) -log L without its constant, and what it is made of. */
export function plainAnswer(problem: DenseProblem, theta: ArrayLike<number>): PlainAnswer {
  const { input, clusters } = problem;
  const x = (i: number, j: number) => input.X[j * input.rows + i]!;
  let sum = 0;
  const A = [
    [0, 0],
    [0, 0],
  ];
  const b = [0, 0];
  const inverses: number[][][] = [];
  const weighted = clusters.map((cluster) => {
    const w = input.weights?.[cluster.row] ?? 1;
    const { inverse, logDet } = plainInverse(plainSigma(problem, cluster, theta));
    sum += w * logDet;
    inverses.push(inverse);
    return inverse.map((row) => row.map((value) => w * value));
  });
  const eachEntry = (f: (i: number, k: number, value: number) => void) => {
    for (const [c, B] of weighted.entries())
      for (const [i, row] of B.entries())
        for (const [k, value] of row.entries()) f(clusters[c]!.row + i, clusters[c]!.row + k, value);
  };
  eachEntry((i, k, value) => {
    for (let j = 0; j < 2; j++) {
      b[j]! += x(i, j) * value * input.y[k]!;
      for (let l = 0; l < 2; l++) A[j]![l]! += x(i, j) * value * x(k, l);
    }
  });
  const solved = plainInverse(A);
  const beta = each(2, (j) => solved.inverse[j]![0]! * b[0]! + solved.inverse[j]![1]! * b[1]!);
  const residual = each(input.rows, (i) => input.y[i]! - x(i, 0) * beta[0]! - x(i, 1) * beta[1]!);
  eachEntry((i, k, value) => {
    sum += residual[i]! * value * residual[k]!;
  });
  return { value: 0.5 * (sum + (input.reml ? solved.logDet : 0)), beta, weighted, inverses };
}
