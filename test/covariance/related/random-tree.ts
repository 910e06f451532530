import fc from "fast-check";

export interface Grown {
  readonly newick: string;
  readonly tips: readonly string[];
  /** of each tip, the edges on its path from the root, by number */
  readonly paths: readonly (readonly number[])[];
  readonly lengths: readonly number[];
}

/** Trees of two to about 20 tips: polytomies, chains of one child, edges of 0 and very short ones beside long ones. */
export const grownTree: fc.Arbitrary<Grown> = fc
  .tuple(fc.array(fc.nat(1000), { minLength: 3, maxLength: 30 }), fc.infiniteStream(anyLength()))
  .map(([choices, lengths]) => grow(choices, lengths))
  .filter(({ tips }) => tips.length > 1);

function anyLength(): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.double({ min: 0.05, max: 3, noNaN: true }) },
    { weight: 1, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.double({ min: 1e-5, max: 1e-3, noNaN: true }) },
  );
}

/** Each number hangs a node below one of those before it. */
function grow(choices: readonly number[], lengths: Iterator<number>): Grown {
  const nodes: { length: number; below: number[] }[] = [{ length: 0, below: [] }];
  for (const choice of choices) {
    nodes[choice % nodes.length]!.below.push(nodes.length);
    nodes.push({ length: lengths.next().value, below: [] });
  }
  const tips: string[] = [];
  const paths: number[][] = [];
  const write = (node: number, path: readonly number[]): string => {
    const { below, length } = nodes[node]!;
    const own = [...path, node];
    if (below.length === 0) {
      paths.push(own);
      tips.push(`tip_${node}`);
    }
    const inside = below.map((child) => write(child, own)).join(",");
    return `${below.length === 0 ? `tip_${node}` : `(${inside})n${node}`}:${length}`;
  };
  return { newick: `${write(0, [])};`, tips, paths, lengths: nodes.map(({ length }) => length) };
}

/** Covariances by the definition: the lengths of the edges that two paths share. */
export function sharedLengths({ paths, lengths }: Grown): number[][] {
  return paths.map((a) => {
    const on = new Set(a);
    return paths.map((b) => b.reduce((sum, edge) => sum + (on.has(edge) ? lengths[edge]! : 0), 0));
  });
}
