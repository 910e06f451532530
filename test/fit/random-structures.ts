import type { Structure } from "../../src/covariance/structure";
import { choleskyFactor } from "../../src/linalg/cholesky";
import { choleskyInverse } from "../../src/linalg/inverse";
import type { Random } from "./random-problem";

export const STRUCTURE_KINDS = [
  "binary tree",
  "polytomies",
  "ultrametric tree",
  "tips without rows",
  "dense matrix",
  "blocks",
] as const;
export type StructureKind = (typeof STRUCTURE_KINDS)[number];

/** A structure of some names, and its correlations from the textbook. */
export interface KnownStructure {
  readonly structure: Structure;
  readonly K: readonly (readonly number[])[];
}

export function randomStructure(
  random: Random,
  kind: StructureKind,
  names: readonly string[],
): KnownStructure {
  if (kind === "dense matrix" || kind === "blocks") return matrixStructure(random, names, kind === "blocks");
  return treeStructure(random, names, kind);
}

/** Effects along branches: that of a node is its parent's plus an increment, whose variance is the branch's length. */
function treeStructure(random: Random, names: readonly string[], kind: StructureKind): KnownStructure {
  const tips = names.length + (kind === "tips without rows" ? 5 : 0);
  // lineages, joined from the tips on; the tips without a name come after the others
  const children: number[][] = Array.from({ length: tips }, () => []);
  const live = Array.from({ length: tips }, (_, tip) => tip);
  const height: number[] = live.map(() => 0);
  for (let time = 0.1; live.length > 1; time += 0.2 * random.uniform()) {
    const count = Math.min(live.length, kind === "polytomies" ? 2 + random.integer(4) : 2);
    const taken = Array.from({ length: count }, () => live.splice(random.integer(live.length), 1)[0]!);
    live.push(children.push(taken) - 1);
    height.push(time);
  }
  const root = children.length - 1;
  const parent = new Array<number>(root).fill(-1);
  children.forEach((own, node) => {
    for (const child of own) parent[child] = node;
  });
  const length = parent.map((above, node) =>
    kind === "ultrametric tree" ? height[above]! - height[node]! : 0.05 + random.uniform(),
  );
  // edges from the root to each node: without the root itself, whose effect is 0
  const path = (node: number): number[] => (node === root ? [] : [...path(parent[node]!), node]);
  const depth = names.map((_, tip) => path(tip).reduce((sum, node) => sum + length[node]!, 0));
  const K = names.map((_, a) =>
    names.map((__, b) => {
      const other = new Set(path(b));
      const shared = path(a).reduce((sum, node) => (other.has(node) ? sum + length[node]! : sum), 0);
      return a === b ? 1 : shared / Math.sqrt(depth[a]! * depth[b]!);
    }),
  );
  const diagonal = length.map((l) => 1 / l);
  const entries: [number, number, number][] = [];
  parent.forEach((above, node) => {
    if (above === root) return;
    diagonal[above]! += 1 / length[node]!;
    entries.push([Math.max(node, above), Math.min(node, above), -1 / length[node]!]);
  });
  diagonal.forEach((value, node) => {
    entries.push([node, node, value]);
  });
  const logDet = length.reduce((sum, l) => sum + Math.log(l), 0);
  const scale = depth.map((d) => 1 / Math.sqrt(d));
  return { structure: structureOf(names, root, entries, logDet, scale, K), K };
}

/** An inverted correlation matrix, of one block or of several. */
function matrixStructure(random: Random, names: readonly string[], blocks: boolean): KnownStructure {
  const n = names.length;
  const block = names.map(() => (blocks ? random.integer(3) : 0));
  const factors = names.map(() => names.map(() => random.normal()));
  const inner = (a: number, b: number) =>
    factors[a]!.reduce((sum, value, k) => sum + value * factors[b]![k]!, a === b ? n : 0);
  const K = names.map((_, a) =>
    names.map((__, b) => {
      if (a === b) return 1;
      return block[a] === block[b] ? inner(a, b) / Math.sqrt(inner(a, a) * inner(b, b)) : 0;
    }),
  );
  const L = choleskyFactor(Float64Array.from(K.flat()), n)!;
  const P = choleskyInverse(L, n);
  let logDet = 0;
  const entries: [number, number, number][] = [];
  for (let a = 0; a < n; a++) {
    logDet += 2 * Math.log(L[a * n + a]!);
    for (let b = 0; b <= a; b++) if (K[a]![b] !== 0) entries.push([a, b, P[a * n + b]!]);
  }
  const scale = names.map(() => 1);
  return { structure: structureOf(names, n, entries, logDet, scale, K), K };
}

function structureOf(
  names: readonly string[],
  levels: number,
  entries: readonly (readonly [number, number, number])[],
  logDet: number,
  scale: readonly number[],
  K: readonly (readonly number[])[],
): Structure {
  return {
    names,
    levels,
    rows: Int32Array.from(entries, ([row]) => row),
    columns: Int32Array.from(entries, ([, column]) => column),
    values: Float64Array.from(entries, ([, , value]) => value),
    logDet,
    scale: Float64Array.from(scale),
    correlation: (a, b) => K[a]![b]!,
  };
}
