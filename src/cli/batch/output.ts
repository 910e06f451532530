import { type FileHandle, open } from "node:fs/promises";
import { cannotWrite, type OutputStream } from "../io";

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
          if (error)
            reject(fault("standard output", error, "results in a file (-o) can be gone on with by --resume"));
          else resolve();
        });
      }),
    close: async () => {},
  };
}

/** `| head` has what it wanted. */
export class ReaderGone extends Error {}

/**
 * A new file, of the first `keep` bytes of one that is there; what was written stays whole when a write fails. `advice`
 * says how to go on then.
 */
export async function fileOutput(
  path: string,
  flags: "wx" | "w" | "r+",
  advice: string,
  keep = 0,
): Promise<Output> {
  const file = await opened(path, flags, advice);
  // not before there is something to write: a run that is refused changes nothing
  return writesAt(file, path, advice, keep, flags === "r+");
}

/** A device or a pipe, which has no places: it takes what comes. */
export async function deviceOutput(path: string): Promise<Output> {
  return writesAt(await opened(path, "a", ""), path, "", null);
}

function writesAt(
  file: FileHandle,
  path: string,
  advice: string,
  start: number | null,
  isTorn = false,
): Output {
  let position = start;
  return {
    async write(data) {
      const bytes = typeof data === "string" ? Buffer.from(data) : data;
      let done = 0;
      try {
        if (isTorn) await file.truncate(start ?? 0);
        isTorn = false;
        while (done < bytes.length) {
          const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position);
          done += bytesWritten;
          if (position !== null) position += bytesWritten;
        }
      } catch (error) {
        // no torn line is left behind; if that fails too, --resume sees to it
        const whole = bytes.subarray(0, done).lastIndexOf(NEWLINE) + 1;
        if (position !== null) await file.truncate(position - done + whole).catch(() => {});
        throw fault(path, error, advice);
      }
    },
    async close() {
      try {
        await file.close();
      } catch (error) {
        // a network disk may tell only now that it was full
        throw fault(path, error, advice);
      }
    },
  };
}

const NEWLINE = 10;

async function opened(path: string, flags: string, advice: string): Promise<FileHandle> {
  try {
    return await open(path, flags);
  } catch (error) {
    throw fault(path, error, advice);
  }
}

function fault(label: string, error: unknown, advice: string): Error {
  const { code } = error as NodeJS.ErrnoException;
  return code === "EPIPE" ? new ReaderGone() : cannotWrite(label, error as NodeJS.ErrnoException, advice);
}
