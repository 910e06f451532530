import { DrmError, type ErrorCode } from "../errors";

/** Of a longer formula the surroundings of the place are shown. */
const MOST_SHOWN = 500;
const AROUND = 80;

/** An error about a place in a formula: the sentence, then the formula with a caret under that place. */
export function caretError(
  sentence: string,
  text: string,
  at: number,
  code: ErrorCode = "bad_formula",
): DrmError {
  // a line break inside a formula would put the caret on the wrong line
  const line = text.replace(/\s/g, " ");
  if (line.length <= MOST_SHOWN) return new DrmError(code, `${sentence}\n  ${line}\n  ${" ".repeat(at)}^`);
  const from = Math.max(0, at - AROUND);
  const near = `${from > 0 ? "..." : ""}${line.slice(from, at + AROUND)}${at + AROUND < line.length ? "..." : ""}`;
  return new DrmError(code, `${sentence}\n  ${near}\n  ${" ".repeat(at - from + (from > 0 ? 3 : 0))}^`);
}

/** A syntax error: what stood there, and where, counted from 1. */
export function unexpected(what: string, text: string, at: number): DrmError {
  const where = `unexpected ${what} at character ${at + 1}`;
  const short = text.length <= MOST_SHOWN ? `: ${text.replace(/\s/g, " ")}` : "";
  return caretError(where + short, text, at);
}
