import { readFile } from "node:fs/promises";
import { DrmError } from "../errors";
import type { CliIo } from "./io";

/** The text of a file, or of standard input for `-`. Must be UTF-8: a wrong encoding garbles levels without a word. */
export async function readText(path: string, io: Pick<CliIo, "stdin">): Promise<string> {
  const bytes = path === "-" ? await readAll(io.stdin) : await readBytes(path);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new DrmError("bad_data", `${label(path)} is not UTF-8 text; save it as CSV in UTF-8`);
  }
}

/** How messages call the source of data. */
export function label(path: string): string {
  return path === "-" ? "standard input" : path;
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new DrmError("bad_data", `cannot read ${path}: ${reason(error as NodeJS.ErrnoException)}`);
  }
}

async function readAll(stdin: CliIo["stdin"]): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin) chunks.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
  return Buffer.concat(chunks);
}

/** What is wrong with a file, in words. */
export function reason(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case "ENOENT":
      return "there is no such file";
    case "EISDIR":
      return "it is a folder";
    case "EACCES":
      return "permission denied";
    default:
      return error.message;
  }
}
