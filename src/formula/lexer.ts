import { caretError, unexpected } from "./caret";

export type TokenKind = "number" | "string" | "name" | "op" | "end";

export interface Token {
  readonly kind: TokenKind;
  /** The operator, the unquoted name or string, or the digits. */
  readonly text: string;
  /** A name in backticks is never a keyword such as TRUE or `.`. */
  readonly quoted: boolean;
  readonly at: number;
}

// one sticky alternation; the order matters: numbers before names because of `.5`, long operators before short ones
const TOKEN =
  /(?<space>\s+)|(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?L?)|(?<name>[\p{L}.][\p{L}\p{N}._]*)|`(?<backtick>[^`]*)`|"(?<double>(?:[^"\\]|\\.)*)"|'(?<single>(?:[^'\\]|\\.)*)'|(?<op>%[^%\s]*%|\*\*|<=|>=|==|!=|&&|\|\||[-+*/^:~()|,=<>!&])/uy;

const QUOTING = "a column whose name has such a character stands in backticks, as in `a b`";

const ALONE = "columns stand without the name of the data, as in yi ~ x";

/** Splits a formula into tokens; the last one is always `end`. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) throw badCharacter(text, at);
    const { number, name, backtick, double, single, op } = match.groups as Record<string, string | undefined>;
    if (number !== undefined) tokens.push({ kind: "number", text: number, quoted: false, at });
    else if (name !== undefined) tokens.push({ kind: "name", text: name, quoted: false, at });
    else if (backtick !== undefined) {
      if (backtick === "") throw caretError("an empty name between backticks", text, at);
      tokens.push({ kind: "name", text: backtick, quoted: true, at });
    } else if (op !== undefined) {
      // R reads ** as ^
      tokens.push({ kind: "op", text: op === "**" ? "^" : op, quoted: false, at });
    } else if (double !== undefined || single !== undefined) {
      const value = (double ?? single ?? "").replace(/\\(.)/g, "$1");
      tokens.push({ kind: "string", text: value, quoted: true, at });
    }
    at += match[0].length;
  }
  tokens.push({ kind: "end", text: "", quoted: false, at: text.length });
  return tokens;
}

function badCharacter(text: string, at: number): Error {
  const character = String.fromCodePoint(text.codePointAt(at)!);
  if (character === "`" || character === '"' || character === "'") {
    return caretError(`a ${character} at character ${at + 1} is never closed: ${text}`, text, at);
  }
  return unexpected(`'${character}'`, text, at, character === "$" ? ALONE : QUOTING);
}
