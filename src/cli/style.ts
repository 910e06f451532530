import * as util from "node:util";
import type { OutputStream } from "./io";

/** Colour for a person at a terminal, plain text for everything else. https://no-color.org */
export function style(stream: OutputStream, format: "red" | "yellow" | "bold", text: string): string {
  // Node 20 has had styleText only since 20.12
  if (!stream.isTTY || process.env.NO_COLOR || util.styleText === undefined) return text;
  return util.styleText(format, text);
}
