import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, expect, test } from "vitest";
import { readTreeFile } from "../../src/cli/read-tree";

const folder = mkdtempSync(join(tmpdir(), "drmeta-trees-"));
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const io = { stdin: Readable.from(["(from:1,stdin:1);"]) };
const read = (name: string, path: string) => readTreeFile(name, path, {}, io);
const SEVERAL = "#NEXUS\nbegin trees;\n tree con50 = (a:1,b:1);\n tree all = (c:1,d:1);\nend;\n";

test("Newick, Nexus, any encoding, standard input", async () => {
  expect((await read("tree", written("a.nwk", "(a:1,b:1);"))).labels).toEqual(["", "a", "b"]);
  expect(
    (await read("tree", written("b.nex", "#NEXUS begin trees; tree x = (a:1,b:1); end;"))).labels,
  ).toEqual(["", "a", "b"]);
  expect(
    (await read("tree", written("c.nwk", Buffer.from("\uFEFF(\u00e9:1,b:1);", "utf16le")))).labels,
  ).toEqual(["", "\u00e9", "b"]);
  expect((await read("tree", "-")).labels).toEqual(["", "from", "stdin"]);
});

test("of several trees that of the name", async () => {
  const path = written("several.nex", SEVERAL);
  expect((await read("all", path)).labels).toEqual(["", "c", "d"]);
  await expect(read("tree", path)).rejects.toThrow(
    `${path}: there are 2 trees (con50, all) and none is called 'tree': name one, as in --tree con50=FILE and ` +
      "phylo(1 | group, tree = con50)",
  );
  await expect(read("tree", written("two.nwk", "(a,b);(c,d);"))).rejects.toThrow(
    "there are 2 trees and none is called 'tree': keep one of them in the file",
  );
});

test("what is no tree names its file", async () => {
  const path = written("broken.nwk", "(a,b");
  await expect(read("tree", path)).rejects.toThrow(`${path}: the tree, character 5`);
  await expect(read("tree", join(folder, "none.nwk"))).rejects.toThrow("there is no such file");
});
