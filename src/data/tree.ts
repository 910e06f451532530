import { DrmError } from "../errors";
import { isList, shown } from "../options";

/**
 * A rooted tree as plain data: it survives JSON and structuredClone. Nodes are numbered so that each comes after the one above it;
 * node 0 is the root. A node above no other is a tip.
 */
export interface Tree {
  /** by node: the node above it, -1 above the root */
  readonly parents: readonly number[];
  /** by node: the length of the edge above it, null where it has none; the root's is never used */
  readonly lengths: readonly (number | null)[];
  /** by node: its name as it is written, "" where it has none; tips have names */
  readonly labels: readonly string[];
}

export function frozenTree({ parents, lengths, labels }: Tree): Tree {
  return Object.freeze({
    parents: Object.freeze(parents),
    lengths: Object.freeze(lengths),
    labels: Object.freeze(labels),
  });
}

/** By node: how many nodes are right below it, 0 for a tip. */
export function childCounts(parents: readonly number[]): Int32Array {
  const counts = new Int32Array(parents.length);
  for (let node = 1; node < parents.length; node++) counts[parents[node]!]!++;
  return counts;
}

/**
 * A tree that somebody made by hand, or that came back from JSON.
 *
 * @param what it is called in messages: "the tree 'tree'"
 * @throws DrmError "bad_structure"
 */
export function checkTree(tree: Tree, what: string): void {
  const { parents, lengths, labels } = tree;
  const bad = (seen: string) =>
    new DrmError("bad_structure", `${what}: ${seen}; readTree() of drmeta/trees makes trees from text`);
  if (![parents, lengths, labels].every((list) => isList(list)))
    throw bad("wanted the arrays parents, lengths and labels");
  const n = parents.length;
  if (n === 0 || lengths.length !== n || labels.length !== n)
    throw bad(`parents, lengths and labels have ${n}, ${lengths.length} and ${labels.length} entries`);
  for (let node = 0; node < n; node++) {
    const parent = parents[node]!;
    const isParent = node === 0 ? parent === -1 : Number.isInteger(parent) && parent >= 0 && parent < node;
    if (!isParent)
      throw bad(`parents[${node}] is ${shown(parent)}; wanted ${node === 0 ? "-1" : "a node before it"}`);
    const length: unknown = lengths[node];
    if (length !== null && typeof length !== "number")
      throw bad(`lengths[${node}] is ${shown(length)}; wanted a number or null`);
    if (typeof labels[node] !== "string")
      throw bad(`labels[${node}] is ${shown(labels[node])}; wanted a text`);
  }
  const unnamed = childCounts(parents).findIndex((below, node) => below === 0 && labels[node] === "");
  if (unnamed >= 0) throw bad(`node ${unnamed} is a tip without a name`);
}
