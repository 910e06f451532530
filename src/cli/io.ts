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

/** Writes all of the text and waits until it is gone. A reader that has left (`| head`) is no error. */
export function writeAll(stream: OutputStream, text: string): Promise<void> {
  if (text === "") return Promise.resolve();
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (error && (error as NodeJS.ErrnoException).code !== "EPIPE") reject(error);
      else resolve();
    });
  });
}
