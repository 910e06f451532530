#!/usr/bin/env node
import { run } from "./main";

// who writes is told of the error too, and says so; the exit code is set, not forced, so that pipes are flushed
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
process.exitCode = await run(process.argv.slice(2), process);
