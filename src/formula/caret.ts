import { DrmError, type ErrorCode } from "../errors";

/** Characters of a formula that are shown around a place. */
const SHOWN = 160;

/** The formula on one line, cut where it is long, and how far the place lies from its start. */
function around(text: string, at: number): { line: string; column: number } {
  // a line break inside a formula would put the caret on the wrong line
  const line = text.replace(/\s/g, " ");
  if (line.length <= SHOWN) return { line, column: at };
  const from = Math.max(0, Math.min(at - SHOWN / 2, line.length - SHOWN));
  const start = from === 0 ? "" : "... ";
  const end = from + SHOWN >= line.length ? "" : " ...";
  return { line: start + line.slice(from, from + SHOWN) + end, column: start.length + at - from };
}

/** An error about a place in a formula: the sentence, then the formula with a caret under that place. */
export function caretError(
  sentence: string,
  text: string,
  at: number,
  code: ErrorCode = "bad_formula",
): DrmError {
  const { line, column } = around(text, at);
  return new DrmError(code, `${sentence}\n  ${line}\n  ${" ".repeat(column)}^`);
}

/** A syntax error: what stood there, and where, counted from 1; `hint` is what to do. */
export function unexpected(what: string, text: string, at: number, hint = ""): DrmError {
  const seen = `unexpected ${what} at character ${at + 1}`;
  return caretError(hint === "" ? `${seen}: ${around(text, at).line}` : `${seen}: ${hint}`, text, at);
}
