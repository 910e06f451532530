import { labelAt, skipBlank } from "../data/newick";
import { DrmError } from "../errors";
import { behindSemicolon } from "./behind-semicolon";

/*
 * The parts of a Nexus file (Maddison, Swofford & Maddison 1997, Syst Biol 46:590) that say what its trees are. Commands end in
 * semicolons; BEGIN TREES; has TRANSLATE token name, ...; and TREE name = [&R] (...);, BEGIN TAXA; has TAXLABELS, which trees without a
 * TRANSLATE may number. All else is passed over.
 */

/** A tree in a text, not read yet. */
export interface WrittenTree {
  /** null in Newick files, which have none */
  readonly name: string | null;
  /** where its notation begins */
  readonly start: number;
  readonly isUnrooted: boolean;
  /** what its labels stand for; labels that are not here are names */
  readonly translate: ReadonlyMap<string, string>;
}

/** The trees of a file, in its order. */
export function nexusTrees(text: string): WrittenTree[] {
  const trees: WrittenTree[] = [];
  let taxa: ReadonlyMap<string, string> = new Map();
  let translate = taxa;
  let block = "";
  let at = /^\s*#nexus/i.exec(text)![0].length;
  for (;;) {
    const command = wordAt(text, at);
    if (command === null) return trees;
    at = command.end;
    if (command.word === ";") continue;
    const keyword = command.word.toLowerCase();
    if (keyword === "begin") {
      block = (wordAt(text, at)?.word ?? "").toLowerCase();
      translate = taxa;
    } else if (keyword === "taxlabels") {
      taxa = numbered(wordsTo(text, at));
    } else if (block === "trees" && keyword === "translate") {
      translate = pairs(wordsTo(text, at));
    } else if (block === "trees" && (keyword === "tree" || keyword === "utree")) {
      const { name, start } = headOf(text, at);
      trees.push({ name, start, isUnrooted: keyword === "utree", translate });
      at = start;
    }
    at = behindSemicolon(text, at);
  }
}

interface Word {
  readonly word: string;
  readonly isQuoted: boolean;
  readonly end: number;
}

const WORD = /[^\s[\];,=]+/y;

/** The next word, quoted or not, or sign; null at the end of the text. */
function wordAt(text: string, start: number): Word | null {
  const at = skipBlank(text, start);
  if (at >= text.length) return null;
  const sign = text[at]!;
  if (sign === "'" || sign === '"') {
    const { label, end } = labelAt(text, at);
    return { word: label, isQuoted: true, end: end < 0 ? text.length : end };
  }
  WORD.lastIndex = at;
  const word = WORD.exec(text)?.[0] ?? sign;
  return { word, isQuoted: false, end: at + word.length };
}

/** The words of a command up to its semicolon, in groups between commas. */
function wordsTo(text: string, start: number): string[][] {
  const groups: string[][] = [[]];
  let at = start;
  for (;;) {
    const next = wordAt(text, at);
    if (next === null) return groups;
    at = next.end;
    if (!next.isQuoted && next.word === ";") return groups;
    if (!next.isQuoted && next.word === ",") groups.push([]);
    else groups.at(-1)!.push(next.word);
  }
}

function numbered(groups: readonly (readonly string[])[]): ReadonlyMap<string, string> {
  const names = groups.flat();
  const known = new Set(names);
  return new Map(
    names.map((name, i) => [String(i + 1), name] as const).filter(([number]) => !known.has(number)),
  );
}

function pairs(groups: readonly (readonly string[])[]): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (const [token, name, ...more] of groups) {
    if (token === undefined) continue;
    if (name === undefined || more.length > 0) {
      const seen = [token, name, ...more].filter((word) => word !== undefined).join(" ");
      throw new DrmError(
        "bad_structure",
        `TRANSLATE of the Nexus file: '${seen}'; wanted a token and a name, then a comma`,
      );
    }
    if (map.has(token))
      throw new DrmError("bad_structure", `TRANSLATE of the Nexus file has the token '${token}' twice`);
    map.set(token, name);
  }
  return map;
}

/** `* name =` */
function headOf(text: string, start: number): { readonly name: string; readonly start: number } {
  let word = wordAt(text, start);
  if (word?.word === "*") word = wordAt(text, word.end);
  const name = word?.word.replace(/^\*/, "") ?? "";
  const equals = word === null ? null : wordAt(text, word.end);
  if (equals?.word !== "=")
    throw new DrmError("bad_structure", `tree '${name}' of the Nexus file: wanted TREE name = (...);`);
  return { name, start: equals.end };
}
