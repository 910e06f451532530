import { fitJobLines } from "../../batch/lines";
import type { JobLine, LinesMessage } from "../../batch/messages";
import { drmFormula } from "../../index";
import { fileArguments } from "../file-arguments";
import type { CliIo, Outcome } from "../io";
import { style } from "../style";
import { type BatchOptions, modelDefaults } from "./batch-options";
import { type JobSource, openJobs } from "./job-source";
import { ReaderGone } from "./output";
import { progressBar } from "./progress-bar";
import { checkedResults } from "./same-model";
import { openSink, type Sink } from "./sink";

/** As shells count: 128 + SIGINT. */
const INTERRUPTED = 130;

/**
 * Fits the jobs and writes their results as they come, in order. Throws DrmError when the jobs cannot be read or the
 * results cannot be written; the fault of a single job is a result.
 */
export async function batchOutcome(path: string, options: BatchOptions, io: CliIo): Promise<Outcome> {
  // an error in these is not one of a job
  if (options.formula !== undefined) drmFormula(...options.formula);
  const notes: string[] = [];
  const source = await openJobs(path, options.by, modelDefaults(options), fileArguments(options), io, notes);
  const sink = await openSink(options, options.by ?? "id", io);
  const { tally } = sink.finished;
  const before = tally.total();
  const bar = progressBar(io.stderr, before);
  const interrupt = new AbortController();
  const onInterrupt = () => interrupt.abort(new Interrupted());
  process.once("SIGINT", onInterrupt);

  const note = (text: string) => `${style(io.stderr, "yellow", "drmeta:")} ${text}\n`;
  const settings = { defaults: modelDefaults(options), level: options.conf, fitted: options.fitted === true };
  try {
    const results = fitJobLines(unfinishedJobs(source, sink, settings), settings, {
      workers: options.workers,
      signal: interrupt.signal,
    });
    for await (const some of results) {
      const lines = [...some];
      for (const { outcome } of lines) tally.add(outcome);
      await sink.write(lines);
      bar.show(tally.total(), source.total());
    }
    bar.clear();
    await sink.end();
  } catch (error) {
    await sink.leave().catch(() => {});
    if (error instanceof ReaderGone) return { exitCode: tally.exitCode(), stdout: "", stderr: "" };
    if (!(error instanceof Interrupted)) throw error;
    const goesOn = options.retryFailed ? "--retry-failed" : "--resume";
    const advice = sink.source === "" ? "" : `; ${goesOn} goes on from there`;
    return { exitCode: INTERRUPTED, stdout: "", stderr: note(`interrupted${advice}`) };
  } finally {
    bar.clear();
    process.removeListener("SIGINT", onInterrupt);
  }
  const strangers = sink.finished.left();
  if (strangers > 0) notes.push(`${strangers} results in ${options.output} belong to no job of ${path}`);
  if (tally.exitCode() !== 0 || io.stderr.isTTY) notes.push(tally.text());
  return { exitCode: tally.exitCode(), stdout: "", stderr: notes.map(note).join("") };
}

/** The jobs without a result. Before the first of them all others are held against theirs, where that can be done. */
async function* unfinishedJobs(
  source: JobSource,
  sink: Sink,
  settings: Omit<LinesMessage, "lines">,
): AsyncGenerator<JobLine, void, undefined> {
  const { finished } = sink;
  const { take, check } = checkedResults(finished, sink.source, settings);
  let seen = 0;
  let isChecked = !source.isRepeatable;
  for await (const job of source.jobs()) {
    seen++;
    const result = finished.left() > 0 ? await take(job) : null;
    sink.pass(result?.place ?? -1);
    if (result !== null) continue;
    if (!isChecked && finished.left() > 0) {
      let number = 0;
      for await (const other of source.jobs()) if (++number > seen) await check(other);
    }
    isChecked = true;
    yield await job.line();
  }
}

class Interrupted extends Error {}
