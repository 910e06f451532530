import { rm } from "node:fs/promises";
import type { ResultLine } from "../../batch/messages";
import { DrmError } from "../../errors";
import type { CliIo } from "../io";
import { type BatchOptions, formatOf } from "./batch-options";
import { type Finished, nothingFinished } from "./finished";
import { deviceOutput, fileOutput, type Output, streamOutput } from "./output";
import { finishedLines, finishedRows } from "./read-results";
import { csvCell } from "./result-rows";
import { lineWriter, parquetWriter, type ResultWriter } from "./result-writer";
import { emptySpool, fillSpool, spoolOf } from "./spool";
import { isThere, type Target, targetOf } from "./target";

/** Takes results in order and writes them as they are asked to be. */
export interface Sink {
  /** of an earlier run, which are there already */
  readonly finished: Finished;
  /** where these are */
  readonly source: string;
  /** The next job has this place among the finished results, or -1: its result will be written. */
  pass(place: number): void;
  write(results: readonly ResultLine[]): Promise<void>;
  /** All results have been written: makes of them what is wanted. */
  end(): Promise<void>;
  /** Lets go: what is there can be gone on with. */
  leave(): Promise<void>;
}

/** `idName` heads the column of ids in a table. Throws DrmError when the output cannot or must not be written. */
export async function openSink(options: BatchOptions, idName: string, io: CliIo): Promise<Sink> {
  const format = formatOf(options);
  const target = await targetOf(options.output);
  const goesOn = options.resume === true || options.retryFailed === true;
  if (target.kind !== "file") {
    if (goesOn) throw new DrmError("usage", `${options.output} keeps no results that one could go on with`);
    return streamSink(target, format, idName, io);
  }
  const { path } = target;
  const spool = spoolOf(path);
  const isSpooled = await isThere(spool);
  if (!goesOn && (target.isThere || isSpooled)) {
    const advice = "go on with --resume, choose another name, or remove it";
    const what = isSpooled
      ? `${spool} is there, with results of a run that did not end`
      : `${path} is there already`;
    throw new DrmError("usage", `${what}: ${advice}`);
  }
  const file = { path, format, idName, isThere: target.isThere, isSpooled };
  const waits = format === "parquet" || options.retryFailed === true || isSpooled;
  return waits ? spoolSink(file, spool, options.retryFailed === true) : fileSink(file);
}

/** Standard output, a device or a pipe. */
async function streamSink(
  target: Exclude<Target, { kind: "file" }>,
  format: ReturnType<typeof formatOf>,
  idName: string,
  io: CliIo,
): Promise<Sink> {
  const output = target.kind === "stdout" ? streamOutput(io.stdout) : await deviceOutput(target.path);
  const writer =
    format === "parquet" ? await parquetWriter(output, idName) : lineWriter(format, output, idName, true);
  return sink(nothingFinished(), "", writer, output);
}

interface OutputFile {
  readonly path: string;
  readonly format: ReturnType<typeof formatOf>;
  readonly idName: string;
  readonly isThere: boolean;
  readonly isSpooled: boolean;
}

const RESUME = "make room and run the same again with --resume: what is written stays";

/** Lines or rows, added to the file as they come. */
async function fileSink({ path, format, idName, isThere }: OutputFile): Promise<Sink> {
  const finished = !isThere
    ? nothingFinished()
    : format === "csv"
      ? await finishedRows(path, idName)
      : await finishedLines(path, JSON.stringify);
  const output = await fileOutput(path, isThere ? "r+" : "wx", RESUME, finished.bytes);
  const writer = lineWriter(format === "csv" ? "csv" : "ndjson", output, idName, finished.bytes === 0);
  let isEmpty = !isThere;
  const ours = sink(finished, path, writer, output);
  return {
    ...ours,
    write(results) {
      isEmpty = false;
      return ours.write(results);
    },
    async leave() {
      await output.close();
      // without anything in it the file would only be in the way
      if (isEmpty) await rm(path);
    },
  };
}

/** By way of a spool: see there. */
async function spoolSink(file: OutputFile, spool: string, retryFailed: boolean): Promise<Sink> {
  const advice = `make room and run the same again with ${retryFailed ? "--retry-failed" : "--resume"}: no result is lost`;
  const isMade = !file.isSpooled && file.isThere;
  const from = isMade ? file : { path: spool, format: "ndjson" as const, idName: file.idName };
  const dropped =
    isMade || (file.isSpooled && retryFailed) ? await fillSpool(spool, from, retryFailed, advice) : 0;
  const hasSpool = isMade || file.isSpooled;
  const finished = hasSpool
    ? await finishedLines(spool, file.format === "ndjson" ? JSON.stringify : csvCell)
    : nothingFinished();
  const output = await fileOutput(spool, hasSpool ? "r+" : "wx", advice, finished.bytes);
  const writer = lineWriter("ndjson", output, file.idName, true);
  const order: number[] = [];
  const added: number[] = [];
  let end = finished.bytes;
  return {
    ...sink(finished, file.isThere ? file.path : spool, writer, output),
    pass: (place) => order.push(place),
    async write(results) {
      for (const { text } of results) {
        end += Buffer.byteLength(text) + 1;
        added.push(end);
      }
      await writer.write(results.map(({ text }) => text));
    },
    async end() {
      await output.close();
      // a file that says all this already stays as it is
      if (isMade && dropped === 0 && added.length === 0) await rm(spool);
      else await emptySpool({ path: spool, finished, added, order }, file, advice);
    },
    async leave() {
      await output.close();
      // the file itself has all that is in it, or nothing is
      if (added.length === 0 && (isMade || !hasSpool)) await rm(spool);
    },
  };
}

function sink(finished: Finished, source: string, writer: ResultWriter, output: Output): Sink {
  return {
    finished,
    source,
    pass: () => {},
    write: (results) => writer.write(results.map(({ text }) => text)),
    async end() {
      await writer.end();
      // cuts off what was torn, when nothing has come in its place
      await output.write("");
      await output.close();
    },
    leave: () => output.close(),
  };
}
