import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readNewick } from "../../src/data/newick";
import type { Tree } from "../../src/data/tree";
import { messageOf } from "../message-of";

const read = (text: string) => readNewick(text, "the tree 'tree'");
const refused = (text: string) => messageOf(() => read(text));

describe("readNewick()", () => {
  test("numbers nodes from the root, each behind the one above it", () => {
    expect(read("((a:1,b:2.5e-1)ab:3,c:.5)all:9;")).toEqual({
      parents: [-1, 0, 1, 1, 0],
      lengths: [9, 3, 1, 0.25, 0.5],
      labels: ["all", "ab", "a", "b", "c"],
    });
  });

  test("takes what stands around and between: comments, tags, blanks, a mark of byte order, no semicolon", () => {
    const wanted = read("((a:1,b:2):1,c:3);");
    for (const text of [
      "[&R] ((a[&rate=0.1,range={1,2}]:1,b:[x]2)[&posterior=1]:1[[nested]],c:3)[it ends];[here]\n",
      "\uFEFF ( ( a : 1 ,\r\n b : 2 ) : 1 , c : 3 )",
      "((a:1,b:2):+1.0,c:3e0);\n\n",
    ])
      expect(read(text)).toEqual(wanted);
  });

  test("labels are bare or in quotes", () => {
    const { labels } = read(
      `('it''s':1,"a ""b""":1,O'Brien_x.y/z-1|2:1,Homo  sapiens :1,'(,:;[':1,\u03b1\u03b2:1,1:1)0.98:1;`,
    );
    expect(labels).toEqual([
      "0.98",
      "it's",
      'a "b"',
      "O'Brien_x.y/z-1|2",
      "Homo sapiens",
      "(,:;[",
      "\u03b1\u03b2",
      "1",
    ]);
  });

  test("lengths may be missing or negative: what that means, the fit says", () => {
    expect(read("(a,b:-1,c:0);").lengths).toEqual([null, null, -1, 0]);
  });

  test("one tip, one child, empty inner names", () => {
    expect(read("a;").parents).toEqual([-1]);
    expect(read("((a:1):2);").parents).toEqual([-1, 0, 1]);
  });

  test("is frozen through", () => {
    const tree = read("(a,b);");
    expect([tree, tree.parents, tree.lengths, tree.labels].every(Object.isFrozen)).toBe(true);
    expect(structuredClone(tree)).toEqual(tree);
    expect(JSON.parse(JSON.stringify(tree))).toEqual(tree);
  });

  test.each([
    ["", "there is no tree"],
    [" ;", "no tree before ';'"],
    ["(a,b", "the text ends before the last ')'"],
    ["(a,(b,c);", "';' before the last ')'"],
    ["(a,b));", "')' without a '(' before it"],
    ["a,b;", "',' without a '(' before it"],
    ["(a,,b);", "a tip without a name before ','"],
    ["(a,b,);", "a tip without a name before ')'"],
    ["();", "a tip without a name before ')'"],
    ["(a,:1);", "a tip without a name before ')'"],
    ["('',b);", "a tip without a name before ','"],
    ["(a:1.5.2,b:1);", "no branch length behind ':'"],
    ["(a:x,b:1);", "no branch length behind ':'"],
    ["(a:,b:1);", "no branch length behind ':'"],
    ["(a:NaN,b:1);", "no branch length behind ':'"],
    ["(a:0x10,b:1);", "no branch length behind ':'"],
    ["(a:1e999,b:1);", "a branch length beyond all numbers"],
    ["(a:1:2,b:1);", "a second length of one edge"],
    ["(a'b':1 c,d);", "a second name of one node"],
    ["('a'b:1,d);", "a second name of one node"],
    ["(a 'b',c);", "a second name of one node"],
    ["(a(b,c));", "'(' where a node ends"],
    ["(a,b)(c,d);", "'(' where a node ends"],
    ["('a,b);", "a quote that is never closed"],
    ["(a[comment,b);", "a comment that no ']' ends"],
    ["(a],b);", "']' without a '[' before it"],
    ["(a,b);(c,d);", "has more text after its first tree, '(a,b);(c,d);'"],
    ["(a,b); x", "has more text after its first tree"],
    ["#NEXUS\nbegin trees;", "is a Nexus file: readTree() of drmeta/trees reads it"],
    ["[&U](a,b);", "is tagged [&U], unrooted"],
  ])("refuses %j", (text, words) => {
    expect(refused(text)).toContain(`bad_structure: the tree 'tree'`);
    expect(refused(text)).toContain(words);
  });

  test("says where", () => {
    expect(refused(`(${"abcdefgh:1,".repeat(5)},x);`)).toBe(
      "bad_structure: the tree 'tree', character 57, '...bcdefgh:1,,x);': a tip without a name before ','; wanted Newick such as " +
        "((a:1,b:1):2,c:3);",
    );
  });

  test("a ladder of 100,000 nodes is no trouble", () => {
    const n = 100_000;
    const { parents } = read(`${"(".repeat(n)}a:1${",b:1):1".repeat(n)};`);
    expect(parents.length).toBe(2 * n + 1);
  });

  test("any tree is what was written", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(1000), anyLength, fc.string()), { minLength: 1, maxLength: 60 }),
        (grown) => {
          const tree = grow(grown);
          expect(canonical(read(written(tree)))).toEqual(canonical(tree));
        },
      ),
    );
  });

  test("any text is a tree or an error of ours", () => {
    const pieces = fc.constantFrom(
      "(",
      ")",
      ",",
      ":",
      ";",
      "[",
      "]",
      "'",
      '"',
      "a",
      "b c",
      "1.5",
      "-",
      "e",
      " ",
      "&U",
      "\n",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 25 }), (parts) => {
        let tree: Tree | null = null;
        try {
          tree = read(parts.join(""));
        } catch (error) {
          expect((error as { code?: string }).code).toBe("bad_structure");
        }
        if (tree !== null) expect(canonical(read(written(tree)))).toEqual(canonical(tree));
      }),
      { numRuns: 2000 },
    );
  });
});

const anyLength = fc.option(fc.double({ min: -5, max: 5, noNaN: true }), { nil: null });

function grow(grown: readonly (readonly [number, number | null, string])[]): Tree {
  return {
    parents: [-1, ...grown.map(([choice], k) => choice % (k + 1))],
    lengths: [null, ...grown.map(([, length]) => (Object.is(length, -0) ? 0 : length))],
    labels: ["", ...grown.map(([, , label], k) => `${label}${k}`)],
  };
}

function written({ parents, lengths, labels }: Tree): string {
  const write = (node: number): string => {
    const below = parents.flatMap((parent, child) => (parent === node ? [write(child)] : []));
    const label = labels[node] === "" ? "" : `'${labels[node]!.replaceAll("'", "''")}'`;
    return `${below.length > 0 ? `(${below})` : ""}${label}${lengths[node] === null ? "" : `:${lengths[node]}`}`;
  };
  return `${write(0)};`;
}

/** Without the numbers of nodes: from tips and inner nodes up, what is right above them. */
function canonical({ parents, lengths, labels }: Tree): unknown {
  const show = (node: number): unknown => [
    labels[node],
    lengths[node],
    parents.flatMap((parent, child) => (parent === node ? [show(child)] : [])),
  ];
  return show(0);
}
