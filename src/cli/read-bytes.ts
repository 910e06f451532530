import { open, readFile } from "node:fs/promises";
import { DrmError } from "../errors";
import type { CliIo } from "./io";
import { MAX_TEXT_BYTES, tooLarge } from "./text-limit";

/**
 * The bytes of a file, or of standard input for `-`.
 *
 * @throws DrmError "bad_data" for what cannot be read, "too_large" for more than `longest` bytes
 */
export function readBytes(
  path: string,
  io: Pick<CliIo, "stdin">,
  longest = MAX_TEXT_BYTES,
): Promise<Uint8Array> {
  return path === "-" ? readAll(path, io.stdin, longest) : readFileBytes(path, longest);
}

/** How messages call the source of data. */
export function label(path: string): string {
  return path === "-" ? "standard input" : path;
}

async function readFileBytes(path: string, longest: number): Promise<Uint8Array> {
  try {
    const file = await open(path);
    try {
      const stats = await file.stat();
      if (stats.size > longest) throw tooLarge(path, stats.size);
      // a pipe or a device tells no size
      return stats.isFile() ? await readFile(file) : await readAll(path, file.createReadStream(), longest);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof DrmError) throw error;
    throw new DrmError("bad_data", `cannot read ${path}: ${reason(error as NodeJS.ErrnoException)}`);
  }
}

async function readAll(path: string, source: CliIo["stdin"], longest: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const data of source) {
    const chunk = typeof data === "string" ? Buffer.from(data) : data;
    length += chunk.length;
    if (length > longest) throw tooLarge(label(path), null);
    chunks.push(chunk);
  }
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
