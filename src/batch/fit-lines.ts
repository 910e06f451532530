import { withHeader } from "../data/header";
import { textTable } from "../data/text-table";
import { rowsOf } from "../data/unpacked";
import type { DrmOptions } from "../drm";
import { DrmError } from "../errors";
import { toJSON } from "../report/json/to-json";
import { compiled } from "./compiled";
import type { ModelOptions } from "./job";
import { jobError } from "./job-error";
import { failedLine, idOfLine, NOT_CONVERGED, type ParsedJob, parseJob } from "./job-line";
import type { JobLine, LinesMessage, ResultLine } from "./messages";

/**
 * Fits the jobs of some lines: the JSON of each fit, or of its error, behind the job's id. A fit that did not converge
 * has both.
 */
export function fitLines(message: LinesMessage): { answer: ResultLine[] } {
  return { answer: message.lines.map((line) => fitLine(line, message)) };
}

function fitLine(line: JobLine, { defaults, level, fitted }: LinesMessage): ResultLine {
  try {
    if (line.problem !== undefined) throw new DrmError("bad_job", line.problem);
    const job = parseJob(line.text, line.number);
    const notes: string[] = [];
    const fit = fitJob(job, line, { ...defaults, ...job.model }, notes);
    const { code, message } = fit.optim;
    const read = notes.length > 0 && { notes };
    const result = { id: job.id, ...read, ...toJSON(fit, { level, fitted }) };
    if (code === 0) return { text: JSON.stringify(result), outcome: "converged" };
    // the numbers may tell why, but nobody must take them for a result
    const error = { code: NOT_CONVERGED, message };
    return { text: JSON.stringify({ ...result, error }), outcome: "not converged" };
  } catch (error) {
    return failedLine(idOfLine(line.text, line.number), jobError(error));
  }
}

/** `notes` are what was decided in reading the job's file. */
function fitJob({ data, path }: ParsedJob, { file }: JobLine, model: ModelOptions, notes: string[]) {
  if (path === undefined) return compiled(model).fit(data as DrmOptions["data"]);
  if (file === undefined) throw new DrmError("bad_data", `${path} has not been read`);
  if ("error" in file) throw new DrmError("bad_data", file.error);
  if ("columns" in file) return compiled(model).fit(file.columns as DrmOptions["data"]);
  const { factors, ordered, ...rest } = model;
  const texts = withHeader(rowsOf(file.table, file.cells.delimiter));
  const levels = { ...(factors && { factors }), ...(ordered && { ordered: new Set(ordered) }) };
  for (const note of file.notes) notes.push(note);
  const cells = { ...file.cells, warn: (note: string) => notes.push(note) };
  return compiled(rest).fit(textTable(texts, cells, levels));
}
