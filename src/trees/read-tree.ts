import { newickAt, unrooted } from "../data/newick";
import { childCounts, frozenTree, type Tree } from "../data/tree";
import { DrmError, didYouMean } from "../errors";
import { checkArgument, checkOptions, type OptionKinds, shown } from "../options";
import { count, listed } from "../words";
import type { WrittenTree } from "./nexus";
import { writtenTrees } from "./written-tree";

/** Which tree of a text, and what it is taken for. */
export interface ReadTreeOptions {
  /** of several trees the one of this name (Nexus), or of this number, from 1; default: the only one */
  readonly tree?: string | number;
  /** true takes a tree that is tagged [&U], unrooted, as rooted where it is written; default false, an error */
  readonly rooted?: boolean;
}

const OPTIONS: OptionKinds<ReadTreeOptions> = { tree: "any", rooted: "flag" };

/**
 * Reads a tree in Newick's notation or from a Nexus file (BEAST, MrBayes, Mesquite, PAUP, R's ape), whose TRANSLATE block and numbers of
 * taxa are turned into names. Comments and annotations, as in [&rate=0.1], are passed over; labels are bare or in quotes; edges may lack
 * lengths. A tree without a tag [&R] or [&U] is taken as rooted where it is written.
 *
 * @param text the text of the file
 * @returns the tree as plain, frozen data, for `trees` of drm(): `{ trees: { tree: readTree(text) } }`
 * @throws DrmError "bad_structure" saying where, for what is no tree; for several trees of which none is chosen; for an unrooted one
 */
export function readTree(text: string, options: ReadTreeOptions = {}): Tree {
  checkArgument("readTree", "text", text, "text");
  checkOptions("readTree", options, OPTIONS);
  const { tree: wanted, rooted = false } = options;
  const one = chosen(writtenTrees(text), wanted);
  const what = one.name === null ? "the tree" : `tree '${one.name}'`;
  const { tree, isUnrooted } = newickAt(text, one.start, what);
  if ((isUnrooted || one.isUnrooted) && !rooted) throw unrooted(what);
  const { translate } = one;
  if (translate.size === 0) return tree;
  // a number of an inner node is its support
  const below = childCounts(tree.parents);
  const labels = tree.labels.map((label, node) => (below[node] === 0 ? translate.get(label) : null) ?? label);
  return frozenTree({ ...tree, labels });
}

function chosen(trees: readonly WrittenTree[], wanted: string | number | undefined): WrittenTree {
  const names = trees.flatMap(({ name }) => (name === null ? [] : [name]));
  const seen = `the text has ${count(trees.length, "tree")}${listed(names)}`;
  if (wanted === undefined) {
    if (trees.length === 1) return trees[0]!;
    const how = names.length > 0 ? `'${names[0]}'` : "1";
    throw new DrmError("bad_structure", `${seen}: choose one, as in { tree: ${how} }`);
  }
  if (typeof wanted === "number") {
    const tree = trees[wanted - 1];
    if (tree === undefined)
      throw new DrmError("bad_structure", `${seen}: there is no tree ${wanted}; they count from 1`);
    return tree;
  }
  if (typeof wanted !== "string")
    throw new DrmError("bad_option", `readTree(): tree is ${shown(wanted)}; wanted a name or a number`);
  const found = trees.filter(({ name }) => name === wanted);
  if (found.length === 1) return found[0]!;
  if (found.length > 1)
    throw new DrmError("bad_structure", `${seen}: several are called '${wanted}', choose one by its number`);
  throw new DrmError("bad_structure", `${seen}: none is called '${wanted}'${didYouMean(wanted, names)}`);
}
