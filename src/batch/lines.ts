import type { Signal } from "../inference/signal";
import { inOrder, type Source, type Task } from "./in-order";
import { crashError } from "./job-error";
import { failedLine, idOfLine } from "./job-line";
import type { JobLine, LinesMessage, ResultLine } from "./messages";
import type { METHODS } from "./methods";
import { type PoolOptions, startPool } from "./pool";

/** Fits the lines of a job file on all cores: lines of results, in order, by chunk. Workers read the JSON and write it. */
export function fitJobLines(
  lines: Source<JobLine>,
  settings: Omit<LinesMessage, "lines">,
  { signal, ...options }: PoolOptions & { readonly signal: Signal },
): AsyncGenerator<Iterable<ResultLine>, void, undefined> {
  return inOrder(lines, linesTask(settings), startPool(options), signal);
}

function linesTask(
  settings: Omit<LinesMessage, "lines">,
): Task<JobLine, LinesMessage, readonly ResultLine[], ResultLine> {
  return {
    method: "fitLines" satisfies keyof typeof METHODS,
    open() {
      const lines: JobLine[] = [];
      return { add: (line) => lines.push(line), close: () => ({ ...settings, lines }) };
    },
    message: (chunk) => chunk,
    only: (chunk, i) => ({ ...chunk, lines: [chunk.lines[i]!] }),
    unpack: (answer) => answer,
    crashed: ({ lines: [line] }, why) => failedLine(idOfLine(line!.text, line!.number), crashError(why)),
  };
}
