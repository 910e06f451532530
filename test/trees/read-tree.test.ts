import { expect, test } from "vitest";
import { readTree } from "../../src/trees/index";
import { messageOf } from "../message-of";

const NEWICK = "((a:1,b:1):1,c:2);";

/** As BEAST and MrBayes write: other blocks, comments, a translation, annotations. */
const NEXUS = `#NEXUS
[ a comment; with a semicolon ]
Begin data;
  Dimensions ntax=3 nchar=2;
  matrix a AC b 'A;' c GT;
end;
BEGIN TREES;
  Title 'begin trees; tree x = (y);';
  TRANSLATE
    1 Homo_sapiens,
    2 'Pan ''troglodytes''',
    3 [third] Gorilla-gorilla.1
  ;
  tree * first = [&R] [&lnP=-1.0] ((1[&rate=0.1]:1,2:1)1[&prob=1.0]:1,3:2);
  TREE 'the second' = [&r]((1:1,3:1):1,2:2)[%all];
  tree unrooted=[&U](1:1,2:1,3:2);
  utree tagless = (1:1,2:1,3:2);
END;
begin notes; tree fake = (x,y); end;
`;

test("Newick is read as it is", () => {
  expect(readTree(NEWICK).labels).toEqual(["", "", "a", "b", "c"]);
  expect(readTree(`\uFEFF[&R]${NEWICK}\n`)).toEqual(readTree(NEWICK));
});

test("of a Nexus file the tips have the names that their tokens stand for", () => {
  expect(readTree(NEXUS, { tree: "first" })).toEqual({
    parents: [-1, 0, 1, 1, 0],
    lengths: [null, 1, 1, 1, 2],
    // the 1 of an inner node is its support
    labels: ["", "1", "Homo_sapiens", "Pan 'troglodytes'", "Gorilla-gorilla.1"],
  });
  const second = readTree(NEXUS, { tree: 2 });
  expect(second).toEqual(readTree(NEXUS, { tree: "the second" }));
  expect(second.labels).toEqual(["", "", "Homo_sapiens", "Gorilla-gorilla.1", "Pan 'troglodytes'"]);
});

test("a file with one tree needs no choice; taxa may be numbers of TAXLABELS", () => {
  const taxa = "begin taxa; dimensions ntax=3; taxlabels x 'y z' w; end;";
  const one = (newick: string) => readTree(`#nexus ;; ${taxa} begin trees; tree t = ${newick} end;`).labels;
  expect(one("((1,2),3);")).toEqual(["", "", "x", "y z", "w"]);
  expect(one("((x,w),'y z');")).toEqual(["", "", "x", "w", "y z"]);
  expect(readTree("#NEXUS begin trees; tree t = (a,b); end;").labels).toEqual(["", "a", "b"]);
});

test("of several trees one is chosen", () => {
  const refused = (text: string, options?: Parameters<typeof readTree>[1]) =>
    messageOf(() => readTree(text, options));
  expect(refused(NEXUS)).toBe(
    "bad_structure: the text has 4 trees (first, the second, unrooted, tagless): choose one, as in { tree: 'first' }",
  );
  expect(refused(NEXUS, { tree: "frist" })).toContain("none is called 'frist'; did you mean 'first'?");
  expect(refused(NEXUS, { tree: 5 })).toContain("there is no tree 5; they count from 1");
  expect(refused("(a,b);(c,d);")).toBe("bad_structure: the text has 2 trees: choose one, as in { tree: 1 }");
  expect(readTree("(a,b);\n(c,d); [end]\n", { tree: 2 }).labels).toEqual(["", "c", "d"]);
  expect(refused("#nexus begin trees; tree t = (a,b); tree t = (c,d); end;", { tree: "t" })).toContain(
    "several are called 't', choose one by its number",
  );
});

test("an unrooted tree is an error, unless it is taken as rooted where it is written", () => {
  for (const tree of ["unrooted", "tagless"]) {
    expect(messageOf(() => readTree(NEXUS, { tree }))).toContain(`tree '${tree}' is tagged [&U], unrooted`);
    expect(readTree(NEXUS, { tree, rooted: true }).labels.length).toBe(4);
  }
  expect(messageOf(() => readTree(`[&U]${NEWICK}`))).toContain("is tagged [&U]");
});

test.each([
  ["", "there is no tree"],
  ["((a,b);", "';' before the last ')'"],
  ["#NEXUS begin trees; end;", "the Nexus file has no TREES block with a tree"],
  ["#NEXUS begin trees; tree t (a,b); end;", "tree 't' of the Nexus file: wanted TREE name = (...);"],
  ["#NEXUS begin trees; translate 1 a, 1 b; tree t = (1,2); end;", "has the token '1' twice"],
  ["#NEXUS begin trees; translate 1 a 2 b; tree t = (1,2); end;", "'1 a 2 b'; wanted a token and a name"],
  ["#NEXUS begin trees; tree t = (a,b", "the text ends before the last ')'"],
  ["#NEXUS begin trees; tree t = (a,'b", "a quote that is never closed"],
  ["#NEXUS [", "the Nexus file has no TREES block"],
  ['<?xml version="1.0"?><phyloxml/>', "the tree is XML"],
])("%j is refused", (text, words) => {
  expect(messageOf(() => readTree(text))).toContain(words);
});
