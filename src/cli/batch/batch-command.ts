import { Command, InvalidArgumentError, Option } from "commander";
import { METHOD_NAMES } from "../../method";
import { takesFile } from "../file-arguments";
import type { CliIo, Outcome } from "../io";
import { parseFix, parseLevel, parseLevels } from "../option-values";
import type { BatchOptions } from "./batch-options";
import { batchOutcome } from "./batch-outcome";

const EXAMPLES = `
A job is one line of JSON, and so is its result, in the same order:
  { "id": "trial-17", "formulas": ["yi ~ x + meta_V(V = vi)", "sigma ~ x"], "data": { "yi": [...], "vi": [...], "x": [...] } }
  { "id": "trial-17", "formulas": ["yi ~ 1 + meta_V(V = vi)"], "path": "trial-17.csv" }
A job may also have factors, ordered, matrices, trees, weights, fixed, method and starts. A path is relative to the job file.

Examples:
  All jobs of a file on all cores; the same again after an interruption:
    $ drmeta batch jobs.ndjson -o results.ndjson
    $ drmeta batch jobs.ndjson -o results.ndjson --resume

  The jobs that failed once more, after what was wrong with them has been put right:
    $ drmeta batch jobs.ndjson -o results.ndjson --retry-failed

  One model for all jobs, in a pipe:
    $ make-jobs | drmeta batch - --formula 'yi ~ 1 + meta_V(V = vi)' | jq -c '[.id, .logLik]'

  One table of many data sets, each named by a column:
    $ drmeta batch genes.csv --by gene --formula 'yi ~ 1 + meta_V(V = vi)' -o results.csv

Exit codes: 0 every job was fitted and converged; 1 the jobs cannot be read or the results not written; 2 usage;
3 all results were written, but some job failed or did not converge.`;

/** `drmeta batch JOBS`: reads the command line and hands the outcome to `done`. */
export function batchCommand(io: CliIo, done: (outcome: Outcome) => void): Command {
  return takesFile(new Command("batch"))
    .description("fit many data sets on all cores: a job a line in, a result a line out")
    .argument(
      "<jobs>",
      "file with one job a line, or - for standard input; with --by a table: CSV, .xlsx, .ods or Parquet",
    )
    .option(
      "-o, --output <file>",
      "results; .csv and .parquet have a row a coefficient (default: standard output)",
    )
    .addOption(new Option("--format <format>", "of the results").choices(["ndjson", "csv", "parquet"]))
    .option("--resume", "go on with an output that was left unfinished: no result is lost or written twice")
    .option("--retry-failed", "go on, and run the jobs again that failed or did not converge")
    .option("--workers <n>", "how many threads (default: as many as there are cores)", parseCount)
    .option("--by <column>", "the jobs are the data sets that this column of a table names")
    .option("--formula <formula>", "for jobs that have none (repeatable: one for each parameter)", collect)
    .addOption(new Option("--method <method>", "for jobs that name none").choices(METHOD_NAMES))
    .option(
      "--levels <col=a,b,...>",
      "levels of a factor, reference first; a<b<c = ordered (repeatable)",
      parseLevels,
    )
    .option("--weights <col>", "likelihood weights; not 1/vi, which meta_V sees to")
    .option("--fix <dpar=value>", "hold a parameter at a value, such as sigma=0 (repeatable)", parseFix)
    .option("--starts <n>", "searches at most; 1 is fastest and looks for no second maximum", parseCount)
    .addOption(new Option("--conf <level>", "confidence level").argParser(parseLevel).default(0.95))
    .option("--fitted", "write the fitted values too")
    .addHelpText("after", EXAMPLES)
    .action(async (jobs: string, options: BatchOptions, command: Command) => {
      const fault = faultOf(options);
      if (fault !== null) command.error(`error: ${fault}`);
      done(await batchOutcome(jobs, options, io));
    });
}

function faultOf(options: BatchOptions): string | null {
  const { resume, retryFailed, output, by, formula } = options;
  if (resume && output === undefined) return "--resume needs -o: the file to go on with";
  if (retryFailed && output === undefined) return "--retry-failed needs -o: the file with the failed jobs";
  if (by !== undefined && formula === undefined)
    return "--by needs --formula: a table has no formulas of its own";
  return null;
}

function parseCount(value: string): number {
  const count = Number(value);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new InvalidArgumentError("Wanted a whole number of at least 1.");
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
