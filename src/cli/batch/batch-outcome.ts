import { fitJobLines } from "../../batch/lines";
import { drmFormula } from "../../index";
import type { CliIo, Outcome } from "../io";
import { style } from "../style";
import { type BatchOptions, modelDefaults } from "./batch-options";
import { type JobSource, openJobs } from "./job-source";
import { ReaderGone } from "./output";
import { progressBar } from "./progress-bar";
import { openSink } from "./sink";

/** As shells count: 128 + SIGINT. */
const INTERRUPTED = 130;

/**
 * Fits the jobs and writes their results as they come, in order. Throws DrmError when the jobs cannot be read or the
 * results cannot be written; the fault of a single job is a result.
 */
export async function batchOutcome(path: string, options: BatchOptions, io: CliIo): Promise<Outcome> {
  // an error in these is not one of a job
  if (options.formula !== undefined) drmFormula(...options.formula);
  const source = await openJobs(path, options.by, modelDefaults(options), io);
  try {
    return await fitAll(path, source, options, io);
  } finally {
    source.close();
  }
}

async function fitAll(path: string, source: JobSource, options: BatchOptions, io: CliIo): Promise<Outcome> {
  const sink = await openSink(options, options.by ?? "id", io);
  const { tally, take } = sink.finished;
  const before = tally.total();
  const bar = progressBar(io.stderr, before);
  const interrupt = new AbortController();
  const onInterrupt = () => interrupt.abort(new Interrupted());
  process.once("SIGINT", onInterrupt);

  const note = (text: string) => `${style(io.stderr, "yellow", "drmeta:")} ${text}\n`;
  const settings = { defaults: modelDefaults(options), level: options.conf, fitted: options.fitted === true };
  const results = fitJobLines(source.jobs(take), settings, {
    workers: options.workers,
    signal: interrupt.signal,
  });
  try {
    for await (const some of results) {
      const lines = [...some];
      for (const { outcome } of lines) tally.add(outcome);
      await sink.write(lines);
      bar.show(tally.total(), source.total());
    }
  } catch (error) {
    if (error instanceof ReaderGone) return { exitCode: tally.exitCode(), stdout: "", stderr: "" };
    if (!(error instanceof Interrupted)) throw error;
    const advice = options.output === undefined ? "" : "; --resume goes on from there";
    return { exitCode: INTERRUPTED, stdout: "", stderr: note(`interrupted${advice}`) };
  } finally {
    bar.clear();
    process.removeListener("SIGINT", onInterrupt);
    await sink.end();
  }
  const notes: string[] = [];
  const strangers = sink.finished.left();
  if (strangers > 0) notes.push(`${strangers} results in ${options.output} belong to no job of ${path}`);
  if (tally.exitCode() !== 0 || io.stderr.isTTY) notes.push(tally.text());
  return { exitCode: tally.exitCode(), stdout: "", stderr: notes.map(note).join("") };
}

class Interrupted extends Error {}
