import { type FileHandle, open, stat } from "node:fs/promises";
import { DrmError } from "../../errors";
import type { OutputStream } from "../io";

/** Where results go, in order. */
export interface Output {
  write(data: string | Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Standard output. Throws ReaderGone when nobody reads it any more. */
export function streamOutput(stream: OutputStream): Output {
  return {
    write: (data) =>
      new Promise((resolve, reject) => {
        stream.write(data, (error) => {
          if (!error) resolve();
          else reject((error as NodeJS.ErrnoException).code === "EPIPE" ? new ReaderGone() : error);
        });
      }),
    close: async () => {},
  };
}

/** `| head` has what it wanted. */
export class ReaderGone extends Error {}

/** A new file; one that is there already is never overwritten. */
export async function newFile(path: string): Promise<Output> {
  return fileOutput(await opened(path, "wx"));
}

/** A file of results from an earlier run, of which the first `keep` bytes are kept. */
export async function continuedFile(path: string, keep: number): Promise<Output> {
  const file = await opened(path, "r+");
  await file.truncate(keep);
  return fileOutput(file, keep);
}

function fileOutput(file: FileHandle, start = 0): Output {
  let position = start;
  return {
    async write(data) {
      const bytes = typeof data === "string" ? Buffer.from(data) : data;
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position);
        done += bytesWritten;
        position += bytesWritten;
      }
    },
    close: () => file.close(),
  };
}

export async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

async function opened(path: string, flags: string): Promise<FileHandle> {
  try {
    return await open(path, flags);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") {
      const advice = "go on with --resume, choose another name, or remove it";
      throw new DrmError("usage", `${path} is there already: ${advice}`);
    }
    throw new DrmError("bad_data", `cannot write ${path}: ${message}`);
  }
}
