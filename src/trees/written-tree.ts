import { skipBlank } from "../data/newick";
import { DrmError } from "../errors";
import { behindSemicolon } from "./behind-semicolon";
import { nexusTrees, type WrittenTree } from "./nexus";

/** The trees of a text in either notation, at least one. */
export function writtenTrees(text: string): readonly WrittenTree[] {
  if (/^\s*</.test(text)) {
    throw new DrmError("bad_structure", "the tree is XML (PhyloXML, NeXML): save it as Newick or Nexus");
  }
  const trees = /^\s*#nexus/i.test(text) ? nexusTrees(text) : newickTrees(text);
  if (trees.length === 0)
    throw new DrmError("bad_structure", "the Nexus file has no TREES block with a tree");
  return trees;
}

function newickTrees(text: string): WrittenTree[] {
  const trees: WrittenTree[] = [];
  let at = 0;
  do {
    trees.push({ name: null, start: at, isUnrooted: false, translate: new Map() });
    at = skipBlank(text, behindSemicolon(text, at));
  } while (at < text.length);
  return trees;
}
