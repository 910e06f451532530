import { type InOrderOptions, inOrder, type Source, type Task } from "./in-order";
import { crashError } from "./job-error";
import { failedLine, idOfLine } from "./job-line";
import type { JobLine, LinesMessage, ResultLine } from "./messages";
import type { METHODS } from "./methods";
import { type PoolOptions, startPool } from "./pool";

/** Fits the lines of a job file on all cores: lines of results, in order. Workers read the JSON and write it. */
export function fitJobLines(
  lines: Source<JobLine>,
  settings: Omit<LinesMessage, "lines">,
  options: PoolOptions & InOrderOptions<ResultLine>,
): AsyncGenerator<ResultLine, void, undefined> {
  return inOrder(lines, linesTask(settings), startPool(options), options);
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
