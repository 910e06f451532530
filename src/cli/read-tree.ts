import { decodeText } from "../data/decode";
import type { Tree } from "../data/tree";
import { DrmError } from "../errors";
import { readTree } from "../trees/read-tree";
import { writtenTrees } from "../trees/written-tree";
import { listed } from "../words";
import type { FileArguments } from "./file-arguments";
import type { CliIo } from "./io";
import { readBytes } from "./read-bytes";
import { inFile } from "./read-data";

/**
 * The tree in a Newick or Nexus file, or on standard input. Of several trees it is the one that is called as the model calls it: NAME in
 * `--tree NAME=FILE`.
 *
 * @throws DrmError "bad_structure", naming the file
 */
export async function readTreeFile(
  name: string,
  path: string,
  { encoding }: Pick<FileArguments, "encoding">,
  io: Pick<CliIo, "stdin">,
): Promise<Tree> {
  const bytes = await readBytes(path, io);
  return inFile(path, () => {
    const { text } = decodeText(bytes, encoding);
    const trees = writtenTrees(text);
    if (trees.length < 2) return readTree(text);
    const own = trees.findIndex((tree) => tree.name === name);
    if (own >= 0) return readTree(text, { tree: own + 1 });
    const names = trees.flatMap((tree) => tree.name ?? []);
    const how =
      names.length === 0
        ? "keep one of them in the file"
        : `name one, as in --tree ${names[0]}=FILE and phylo(1 | group, tree = ${names[0]})`;
    throw new DrmError(
      "bad_structure",
      `there are ${trees.length} trees${listed(names)} and none is called '${name}': ${how}`,
    );
  });
}
