/** A forest over 0..n-1 in which every entry is still alone. */
export function newForest(n: number): Int32Array {
  const parent = new Int32Array(n);
  for (let i = 0; i < n; i++) parent[i] = i;
  return parent;
}

/**
 * Puts two entries into one tree. The smaller root wins, so a tree's root is its first entry and parents never
 * follow their children; halving paths on the way keeps the trees flat.
 */
export function link(parent: Int32Array, a: number, b: number): void {
  if (parent[a] === parent[b]) return;
  const x = rootOf(parent, a);
  const y = rootOf(parent, b);
  if (x < y) parent[y] = x;
  else parent[x] = y;
}

function rootOf(parent: Int32Array, entry: number): number {
  let i = entry;
  while (parent[i] !== i) {
    const grandparent = parent[parent[i]!]!;
    parent[i] = grandparent;
    i = grandparent;
  }
  return i;
}

/** Points every entry straight at its root. */
export function flatten(parent: Int32Array): void {
  // parents come before their children, so they are already flat when a child is reached
  for (let i = 0; i < parent.length; i++) parent[i] = parent[parent[i]!]!;
}
