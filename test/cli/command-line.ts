import { run } from "../../src/cli/main";

async function* nothing(): AsyncGenerator<string> {}

/** Runs a command line on streams that only remember; `onOutput` is called at each write to standard output. */
export async function commandLine(
  argv: readonly string[],
  stdin: AsyncIterable<string | Uint8Array> = nothing(),
  onOutput: () => void = () => {},
) {
  const written = { stdout: "", stderr: "" };
  const stream = (name: "stdout" | "stderr") => ({
    write(data: string | Uint8Array, done: () => void) {
      written[name] += String(data);
      if (name === "stdout") onOutput();
      done();
    },
  });
  const exitCode = await run(argv, { stdin, stdout: stream("stdout"), stderr: stream("stderr") });
  return { exitCode, ...written };
}
