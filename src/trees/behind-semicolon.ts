import { commentEnd, labelAt, skipBlank } from "../data/newick";

/** The place behind the next semicolon that is neither in quotes nor in a comment; without one, the end of the text. */
export function behindSemicolon(text: string, start: number): number {
  let at = start;
  for (;;) {
    at = skipBlank(text, at);
    if (at >= text.length) return at;
    const sign = text[at]!;
    if (sign === ";") return at + 1;
    if (sign === "[" && commentEnd(text, at) < 0) return text.length;
    if (sign === "'" || sign === '"') {
      const { end } = labelAt(text, at);
      if (end < 0) return text.length;
      at = end;
    } else {
      WORD.lastIndex = at;
      at += WORD.exec(text)?.[0].length ?? 1;
    }
  }
}

const WORD = /[^\s(),:;[\]]+/y;
