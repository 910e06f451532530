import { fitLines } from "../../batch/fit-lines";
import type { ModelOptions } from "../../batch/job";
import type { JobLine, LinesMessage } from "../../batch/messages";
import { DrmError } from "../../errors";
import { difference } from "./difference";
import type { Finished, FinishedResult } from "./finished";
import type { ResultJson } from "./result-rows";

/** A job, of which no more is read than is asked for. */
export interface JobHead {
  readonly id: string | number;
  /** what it says of its model; throws where it says nothing of sense */
  model(): ModelOptions;
  line(): JobLine | Promise<JobLine>;
}

/** Errors that tell of the machine, not of the model: they may be gone another time. */
const CHANCE: ReadonlySet<string> = new Set(["worker_crashed", "unexpected", "too_large"]);

/** "yi ~ x; sigma ~ x, ML": what a result says of its model, or what a job's will say. Null for an error. */
export function statementOf({
  formulas,
  method = "ML",
}: Pick<ModelOptions, "formulas" | "method">): string | null {
  if (formulas === undefined) return null;
  return `${[...[formulas].flat()].sort().join("; ")}, ${method}`;
}

/**
 * Takes the finished results of jobs, each of them held against its job: results of other options must not come to stand
 * beside these. What a result says of its formulas and method decides; of each kind of model one more is fitted again, as is
 * the last, and its numbers decide, since levels, fixed values, starts and the confidence level are in them.
 */
export function checkedResults(
  finished: Finished,
  output: string,
  settings: Omit<LinesMessage, "lines">,
): {
  /** The result of the job, which then answers for no other. Throws DrmError("usage") when it is not of this model. */
  take(job: JobHead): Promise<FinishedResult | null>;
  /** Throws as take() does, and takes nothing. */
  check(job: JobHead): Promise<void>;
} {
  const checked = new Set<number>();

  const wanted = ({ model }: JobHead): string | null => {
    try {
      return statementOf({ ...settings.defaults, ...model() });
    } catch {
      return null;
    }
  };
  const holds = async (job: JobHead, { place, statement, sample }: FinishedResult) => {
    if (statement !== null && !isSame(statement, wanted(job))) {
      throw otherOptions(
        output,
        job,
        `its result is of ${statement}, and now it would be of ${wanted(job) ?? "no formula"}`,
      );
    }
    if (sample === null || checked.has(place)) return;
    checked.add(place);
    const before = JSON.parse(sample) as ResultJson;
    const line = await job.line();
    if (before.error !== undefined && (CHANCE.has(before.error.code) || line.file !== undefined)) return;
    const [now] = fitLines({ ...settings, lines: [line] }).answer;
    const found = difference(before, JSON.parse(now!.text) as ResultJson);
    if (found !== null) throw otherOptions(output, job, found);
  };
  const isIts = (job: JobHead) => {
    let mine: string | null | undefined;
    return ({ statement }: FinishedResult) => {
      if (statement === null) return true;
      if (mine === undefined) mine = wanted(job);
      return isSame(statement, mine);
    };
  };
  return {
    async take(job) {
      const result = finished.take(job.id, isIts(job));
      if (result !== null) await holds(job, result);
      return result;
    },
    async check(job) {
      const result = finished.look(job.id, isIts(job));
      if (result !== null) await holds(job, result);
    },
  };
}

/** Spaces are nobody's model. */
function isSame(a: string, b: string | null): boolean {
  return b !== null && a.replaceAll(/\s+/g, "") === b.replaceAll(/\s+/g, "");
}

function otherOptions(output: string, { id }: JobHead, what: string): DrmError {
  return new DrmError(
    "usage",
    `${output} holds results of other options or data, which must not be mixed with these: job ${JSON.stringify(id)}: ` +
      `${what}; give the options of the first run, or another output`,
  );
}
