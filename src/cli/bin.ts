#!/usr/bin/env node
import { run } from "./main";

// a reader that has left (`| head`) is no error; the exit code is set, not forced, so that pipes are flushed
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}
process.exitCode = await run(process.argv.slice(2), process);
