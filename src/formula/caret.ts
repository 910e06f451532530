import { DrmError, type ErrorCode } from "../errors";

/** An error about a place in a formula: the sentence, then the formula with a caret under that place. */
export function caretError(
  sentence: string,
  text: string,
  at: number,
  code: ErrorCode = "bad_formula",
): DrmError {
  // a line break inside a formula would put the caret on the wrong line
  const line = text.replace(/\s/g, " ");
  return new DrmError(code, `${sentence}\n  ${line}\n  ${" ".repeat(at)}^`);
}

/** A syntax error: what stood there, and where, counted from 1; `hint` is what to do. */
export function unexpected(what: string, text: string, at: number, hint = ""): DrmError {
  const seen = `unexpected ${what} at character ${at + 1}`;
  return caretError(hint === "" ? `${seen}: ${text.replace(/\s/g, " ")}` : `${seen}: ${hint}`, text, at);
}
