import { DrmError } from "../errors";
import { frozenTree, type Tree } from "./tree";

/*
 * Trees in Newick's notation, (a:1,(b:1,c:1):2);, read in one pass without recursion: a ladder of any number of nodes is no trouble.
 * A label is bare or in quotes, in which '' is a quote; comments [...] may stand anywhere and may nest. A bare label may hold blanks,
 * which the notation forbids and people write. Nothing is guessed: what is no tree is an error that says where.
 */

/** A tree in a longer text. */
export interface NewickTree {
  readonly tree: Tree;
  /** the place behind it and its semicolon */
  readonly end: number;
  /** its tag is [&U]: the root is only where the writing begins */
  readonly isUnrooted: boolean;
}

/**
 * The only tree in a text.
 *
 * @param what messages call the text: "the tree 'tree'"
 * @throws DrmError "bad_structure"
 */
export function readNewick(text: string, what: string): Tree {
  if (/^\s*#nexus/i.test(text)) {
    throw new DrmError(
      "bad_structure",
      `${what} is a Nexus file: readTree() of drmeta/trees reads it, and the tree that it gives may stand here`,
    );
  }
  const { tree, end, isUnrooted } = newickAt(text, 0, what);
  if (skipBlank(text, end) < text.length) {
    throw new DrmError(
      "bad_structure",
      `${what} has more text after its first tree, '${excerpt(text, skipBlank(text, end))}': give one tree; readTree(text, { tree: 1 }) ` +
        "of drmeta/trees takes one of several",
    );
  }
  if (isUnrooted) throw unrooted(what);
  return tree;
}

/** A covariance among tips is a question to the root. */
export function unrooted(what: string): DrmError {
  return new DrmError(
    "bad_structure",
    `${what} is tagged [&U], unrooted: what tips share depends on the root. Root it in the program that made it, or take it as rooted ` +
      "where it is written: without the tag, or by readTree(text, { rooted: true }) of drmeta/trees",
  );
}

/** What a node has so far: nothing, those below it, a label, a length. */
const NEW = 0;
const CLOSED = 1;
const LABELLED = 2;
const MEASURED = 3;

/** The tree that begins at `start`, where only blanks and comments may come before it. */
export function newickAt(text: string, start: number, what: string): NewickTree {
  const parents = [-1];
  const lengths: (number | null)[] = [null];
  const labels = [""];
  let node = 0;
  let state = NEW;
  let isUnrooted = false;
  let at = start;

  const bad = (wrong: string, place = at) =>
    new DrmError(
      "bad_structure",
      `${what}, character ${place + 1}, '${excerpt(text, place)}': ${wrong}; wanted Newick such as ((a:1,b:1):2,c:3);`,
    );
  const below = (parent: number) => {
    parents.push(parent);
    lengths.push(null);
    labels.push("");
    node = parents.length - 1;
    state = NEW;
  };
  const isNothing = () => parents.length === 1 && labels[0] === "";
  /** Leaves a node that `,` or `)` ends, for the one above it. */
  const leave = (sign: string): number => {
    // a node that has others below it is not the last one made
    if (labels[node] === "" && node === parents.length - 1)
      throw bad(`a tip without a name before '${sign}'`);
    if (parents[node]! < 0) throw bad(`'${sign}' without a '(' before it`);
    return parents[node]!;
  };

  for (at = skipMark(text, start); at < text.length; ) {
    const sign = text[at]!;
    if (/\s/.test(sign)) {
      at++;
      continue;
    }
    switch (sign) {
      case "[": {
        const end = commentEnd(text, at);
        if (end < 0) throw bad("a comment that no ']' ends");
        // before the first bracket: [&R] and [&U] say whether the root is one
        if (parents.length === 1 && state === NEW) {
          const tag = text.slice(at, end).toLowerCase();
          if (tag === "[&u]") isUnrooted = true;
        }
        at = end;
        continue;
      }
      case "(":
        if (state !== NEW) throw bad("'(' where a node ends: is a ',' missing before it?");
        below(node);
        break;
      case ",":
        below(leave(sign));
        break;
      case ")":
        node = leave(sign);
        state = CLOSED;
        break;
      case ":": {
        if (state === MEASURED) throw bad("a second length of one edge");
        const place = skipBlank(text, at + 1);
        const number = numberAt(text, place);
        if (number === null) throw bad("no branch length behind ':'", place);
        lengths[node] = Number(number);
        if (!Number.isFinite(lengths[node])) throw bad("a branch length beyond all numbers", place);
        state = MEASURED;
        at = place + number.length;
        continue;
      }
      case ";":
        if (node !== 0) throw bad("';' before the last ')'");
        if (isNothing()) throw bad("no tree before ';'");
        return { tree: frozenTree({ parents, lengths, labels }), end: at + 1, isUnrooted };
      case "]":
        throw bad("']' without a '[' before it");
      default: {
        if (state >= LABELLED) throw bad("a second name of one node (is a ',' missing before it?)");
        const { label, end } = labelAt(text, at);
        if (end < 0) throw bad("a quote that is never closed");
        labels[node] = label;
        state = LABELLED;
        at = end;
        continue;
      }
    }
    at++;
  }
  if (node !== 0) throw bad("the text ends before the last ')'");
  if (isNothing()) throw bad("there is no tree");
  return { tree: frozenTree({ parents, lengths, labels }), end: at, isUnrooted };
}

/** The text at a place, for messages. */
function excerpt(text: string, at: number): string {
  const from = Math.max(0, at - 10);
  const shown = text.slice(from, at + 20).replace(/\s+/g, " ");
  return `${from > 0 ? "..." : ""}${shown}${at + 20 < text.length ? "..." : ""}`;
}

/** Behind a byte order mark. */
function skipMark(text: string, at: number): number {
  return at === 0 && text.charCodeAt(0) === 0xfeff ? 1 : at;
}

/** The next place from `at` on that is neither blank nor in a comment. */
export function skipBlank(text: string, at: number): number {
  let place = at;
  for (;;) {
    while (place < text.length && /\s/.test(text[place]!)) place++;
    if (text[place] !== "[") return place;
    const end = commentEnd(text, place);
    if (end < 0) return place;
    place = end;
  }
}

/** The place behind the comment that begins at `at`; -1 where it has no end. */
export function commentEnd(text: string, at: number): number {
  let depth = 0;
  for (let place = at; place < text.length; place++) {
    if (text[place] === "[") depth++;
    else if (text[place] === "]" && --depth === 0) return place + 1;
  }
  return -1;
}

const NUMBER = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?=[\s,():;[\]]|$)/y;

function numberAt(text: string, at: number): string | null {
  NUMBER.lastIndex = at;
  return NUMBER.exec(text)?.[0] ?? null;
}

/** Words with blanks between them, but not before a quote. */
const BARE = /(?:[^\s(),:;[\]]|\s+(?![\s'"(),:;[\]]))+/y;

/** The label that begins at `at`, without its quotes, and the place behind it, -1 where a quote is not closed. */
export function labelAt(text: string, at: number): { readonly label: string; readonly end: number } {
  const quote = text[at]!;
  if (quote !== "'" && quote !== '"') {
    BARE.lastIndex = at;
    const bare = BARE.exec(text)![0];
    return { label: bare.replace(/\s+/g, " "), end: at + bare.length };
  }
  let label = "";
  for (let place = at + 1; ; ) {
    const close = text.indexOf(quote, place);
    if (close < 0) return { label, end: -1 };
    label += text.slice(place, close);
    if (text[close + 1] !== quote) return { label, end: close + 1 };
    label += quote;
    place = close + 2;
  }
}
