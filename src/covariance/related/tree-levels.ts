import { readNewick } from "../../data/newick";
import { checkTree, childCounts, type Tree } from "../../data/tree";
import { DrmError } from "../../errors";
import { count } from "../../words";
import type { Relate } from "../structure";
import { grafenDepths } from "./grafen";
import { findLevels, nameIndex } from "./level-names";
import { rootedLevels } from "./rooted-levels";

/** A tree as users give it: Newick text, or what readTree() of drmeta/trees made of a text. */
export type TreeInput = string | Tree;

export interface TreeOptions {
  /** the name of the tree, in messages */
  readonly name: string;
  /** the column of the levels, in messages */
  readonly group: string;
  /** whether effects have variance 1 at every tip, so that K is a correlation; false: that of a tip is its depth */
  readonly scale: boolean;
  /** "grafen": depths from the numbers of tips, whatever lengths there are; null: those of the tree */
  readonly branch: "grafen" | null;
}

/**
 * The structure of levels that are tips of a tree: K_ab is the depth at which their paths part, from the root as the text writes it (an
 * edge above it is ignored), divided with `scale` by the square roots of their own depths, so that a tree that is not ultrametric has a
 * correlation, too. Inner nodes are on the scale of the deepest tip.
 *
 * Tips without rows are left out of the fit, which changes nothing.
 *
 * @throws DrmError "bad_structure", also where the levels are not the tree's
 */
export function treeLevels(input: TreeInput, { name, group, scale, branch }: TreeOptions): Relate {
  const what = `tree '${name}'`;
  const tree = treeOf(input, what);
  const { parents, labels } = tree;
  const below = childCounts(parents);
  const depths = branch === "grafen" ? grafenDepths(parents) : writtenDepths(tree, what);
  const tips = nameIndex(labels, (node) => below[node] === 0);
  const named = nameIndex(labels, (node) => labels[node] !== "");
  refuseTwins(labels, below, what);

  let height = 0;
  for (const depth of depths) height = Math.max(height, depth);
  const sds = depths.map((depth, node) => {
    if (!scale) return Math.sqrt(depth);
    return below[node] === 0 ? 1 : Math.sqrt(depth / (height || 1));
  });
  return (levels) => {
    const nodes = tipsOf(levels);
    if (scale) {
      const atRoot = nodes.findIndex((node) => depths[node] === 0);
      if (atRoot >= 0) throw tipAtRoot(levels[atRoot]!);
    }
    const used = new Set(nodes);
    return rootedLevels({
      parents,
      depths,
      levels,
      nodes,
      sds,
      what,
      others: labels.filter((label, node) => label !== "" && !used.has(node) && named(label) === node),
      nodeOf: (label) => {
        const tip = tips(label);
        return tip >= 0 ? tip : named(label);
      },
    });
  };

  function tipAtRoot(level: string): DrmError {
    return new DrmError(
      "bad_structure",
      `level '${level}' of ${group} is at the root of the ${what}: its effect is 0 and has no correlations; give its edge a ` +
        "length, or say scale = FALSE",
    );
  }

  function tipsOf(wanted: readonly string[]): Int32Array {
    const inner = nameIndex(labels, (node) => below[node]! > 0);
    const nested = wanted.find((level) => tips(level) === -1 && level !== "" && inner(level) !== -1);
    if (nested !== undefined) {
      throw new DrmError(
        "bad_structure",
        `level '${nested}' of ${group} is an inner node of the ${what}: rows belong to tips`,
      );
    }
    const names = labels.map((label, node) => (below[node] === 0 ? label : ""));
    return findLevels(wanted, tips, names, { what, noun: "tip", group });
  }
}

function treeOf(input: TreeInput, what: string): Tree {
  if (typeof input === "string") return readNewick(input, `the ${what}`);
  if (typeof input !== "object" || input === null) {
    throw new DrmError(
      "bad_structure",
      `the ${what} is ${String(input)}: wanted Newick text, or what readTree() gives`,
    );
  }
  checkTree(input, `the ${what}`);
  return input;
}

/** By node, the sum of the edges above it. */
function writtenDepths({ parents, lengths, labels }: Tree, what: string): Float64Array {
  const depths = new Float64Array(parents.length);
  const missing: number[] = [];
  for (let node = 1; node < parents.length; node++) {
    const length = lengths[node]!;
    if (length === null) {
      missing.push(node);
      continue;
    }
    if (!(length >= 0)) {
      throw new DrmError(
        "bad_structure",
        `the edge above ${nodeName(node)} of the ${what} is ${length}: lengths of edges are 0 or more`,
      );
    }
    depths[node] = depths[parents[node]!]! + length;
    if (depths[node] === Number.POSITIVE_INFINITY)
      throw new DrmError(
        "bad_structure",
        `the depth of ${nodeName(node)} of the ${what} is beyond all numbers`,
      );
  }
  if (missing.length > 0) {
    const seen =
      missing.length === parents.length - 1
        ? "no edge lengths"
        : `${count(missing.length, "edge")} without a length, the first above ${nodeName(missing[0]!)}`;
    throw new DrmError(
      "bad_structure",
      `the ${what} has ${seen}: give every edge one, or say branch = "grafen" for depths from the numbers of tips (Grafen 1989)`,
    );
  }
  return depths;

  function nodeName(node: number): string {
    if (labels[node] !== "") return `'${labels[node]}'`;
    let tip = node;
    while (labels[tip] === "") tip = parents.indexOf(tip);
    return `the node over '${labels[tip]}'`;
  }
}

/** Two tips of one name: which of them a level means cannot be told. */
function refuseTwins(labels: readonly string[], below: Int32Array, what: string): void {
  const seen = new Set<string>();
  labels.forEach((label, node) => {
    if (below[node]! > 0) return;
    if (seen.has(label))
      throw new DrmError(
        "bad_structure",
        `the ${what} has the tip '${label}' twice: names of tips are different`,
      );
    seen.add(label);
  });
}
