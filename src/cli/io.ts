import { writeFile } from "node:fs/promises";
import { DrmError } from "../errors";

/** The streams that a command reads and writes: those of the process, or those of a test. */
export interface CliIo {
  readonly stdin: AsyncIterable<Uint8Array | string>;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}

export interface OutputStream {
  write(data: string | Uint8Array, done: (error?: Error | null) => void): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** What a command has to say: written at the end, all at once, so that a failure leaves no half of a result. */
export interface Outcome {
  /** 130: interrupted at the keyboard */
  readonly exitCode: 0 | 1 | 2 | 3 | 130;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Writes all of the text and waits until it is gone. A reader that has left (`| head`) is no error.
 *
 * @throws DrmError "bad_data" when it cannot be written: the disk that it is sent to is full
 */
export function writeAll(stream: OutputStream, text: string): Promise<void> {
  if (text === "") return Promise.resolve();
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      const code = (error as NodeJS.ErrnoException | null | undefined)?.code;
      if (error && code !== "EPIPE") reject(cannotWrite("standard output", error));
      else resolve();
    });
  });
}

/**
 * The file of -o.
 *
 * @throws DrmError "bad_option" when it cannot be written
 */
export async function writeOutput(file: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(file, content);
  } catch (error) {
    throw new DrmError("bad_option", `cannot write ${file}: ${(error as Error).message}`);
  }
}

/** What went wrong with an output; `advice` says how to go on when it is full. */
export function cannotWrite(label: string, error: NodeJS.ErrnoException, advice = ""): DrmError {
  const { code = "", message } = error;
  const isFull = Object.hasOwn(FULL, code);
  const words = isFull ? FULL[code] : (REASONS[code] ?? message);
  return new DrmError(
    "bad_data",
    `cannot write ${label}: ${words}${isFull && advice !== "" ? `; ${advice}` : ""}`,
  );
}

/** What making room helps with. */
const FULL: Readonly<Record<string, string>> = {
  ENOSPC: "no space is left on the disk",
  EDQUOT: "the disk quota is used up",
  EFBIG: "files may not grow larger here",
};

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such folder",
  EEXIST: "something of this name is there already",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the disk is read-only",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is no folder",
  ENAMETOOLONG: "its name is too long",
};
