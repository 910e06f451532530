import { Command, InvalidArgumentError, Option } from "commander";
import type { DataFile } from "../data/read-file";
import { type Escalc, measures } from "../escalc/index";
import { argumentsOf } from "../escalc/measure";
import { escalcArguments, escalcOf } from "./escalc-arguments";
import { type FileArguments, fileArguments, takesFile } from "./file-arguments";
import { notesText } from "./fit-outcome";
import { type CliIo, type Outcome, writeOutput } from "./io";
import { inFile, readData } from "./read-data";

const EXAMPLES = `
Measures, with the arguments of each:
${Object.entries(measures)
  .map(([name, measure]) => `  ${name.padEnd(8)}${measure.title} (${argumentsOf(measure).join(", ")})`)
  .join("\n")}

Arguments are --ai COLUMN, or ai=COLUMN; a number that is no column is one for all rows. Options may be written as add=0.5, too, as
--escalc of drmeta fit has them.

Examples:
  $ drmeta escalc RR bcg.csv --ai tpos --bi tneg --ci cpos --di cneg -o effects.csv
  $ drmeta escalc SMD trials.csv m1i=mt sd1i=st n1i=nt m2i=mc sd2i=sc n2i=nc --study author
  $ drmeta escalc ZCOR studies.csv ri=r ni=n names=z,vz > effects.csv
  $ drmeta fit bcg.csv --escalc 'RR ai=tpos bi=tneg ci=cpos di=cneg' 'yi ~ ablat + meta_V(V = vi)' 'sigma ~ ablat'

What was done beyond the formulas, row by row, goes to standard error.
Exit codes: 0 written, 1 the data are at fault, 2 usage.`;

interface EscalcCommandOptions extends FileArguments {
  readonly json?: boolean;
  readonly output?: string;
}

/** `drmeta escalc MEASURE DATA.csv --ARGUMENT COLUMN...`: the file with effect sizes and their variances as two more columns. */
export function escalcCommand(io: CliIo, done: (outcome: Outcome) => void): Command {
  const command = new Command("escalc");
  takesFile(command)
    .description("effect sizes and their variances from a table with the numbers that studies report")
    .argument("<measure>", "which effect size, see below")
    .argument("<data.csv>", "table with a header row: CSV, .xlsx, .ods or Parquet, or - for standard input")
    .argument("[argument=column...]", "what each argument of the measure is: ai=tpos, or ri=0.5 for all rows")
    .option("-o, --output <file>", "where to; standard output if not given")
    .option("--json", "print one JSON object and nothing else");
  for (const option of ownOptions()) command.addOption(option);
  return command
    .addHelpText("after", EXAMPLES)
    .action(async (measure: string, path: string, pairs: string[], options: EscalcCommandOptions) => {
      const { json, output } = options;
      const given = usage(command, () => escalcArguments(measure, pairs, flagsOf(options)));
      if (Object.keys(given.given).length === 0) {
        const example = argumentsOf(measures[measure]!).slice(0, 2);
        command.error(
          `error: ${measure} needs its columns: ${example.map((name) => `--${name} COLUMN`).join(" ")} ...`,
        );
      }
      const notes: string[] = [];
      const file = await readData(path, fileArguments(options), io, notes);
      const effects = await inFile(path, () => escalcOf(file.table({}), given));
      for (const { message } of effects.decisions) notes.push(message);
      const written = json ? `${JSON.stringify(jsonOf(effects))}\n` : withColumns(file, effects);
      if (output !== undefined) await writeOutput(output, written);
      done({
        exitCode: 0,
        stdout: output === undefined ? written : "",
        stderr: notesText(notes, io),
      });
    });
}

/** What was given of ownOptions(), as texts. */
function flagsOf(options: EscalcCommandOptions): Record<string, string> {
  const own = new Set(ownOptions().map((option) => option.attributeName()));
  const given = Object.entries(options).filter(([name]) => own.has(name));
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}

/** `--ai COLUMN` for every argument that a measure has, and an option for each of escalc()'s. */
function ownOptions(): Option[] {
  const names = [...new Set(Object.values(measures).flatMap(argumentsOf))];
  return [
    ...names.map((name) => new Option(`--${name} <column>`).hideHelp()),
    new Option("--add <number>", "what is added to counts"),
    new Option("--to <rows>", "where: only0, all, if0all or none"),
    new Option("--drop00", "leave out rows without events, or with events only, in both groups"),
    new Option("--vtype <type>", "which variance"),
    // the positive one first: without it the parser would give the negative one a default
    new Option("--correct", "make the correction for small samples, as is the default"),
    new Option("--no-correct", "do not make it"),
    new Option("--flip [column]", "turn the sign of all rows, or of those that a column says"),
    new Option("--study <column>", "names of the rows, for messages"),
    new Option("--names <yi,vi>", "names of the new columns"),
    new Option("--replace", "replace columns of these names, as is the default"),
    new Option("--no-replace", "fill only their missing cells"),
  ];
}

function usage<T>(command: Command, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidArgumentError) command.error(`error: ${error.message}`);
    throw error;
  }
}

function jsonOf({ measure, yi, vi, decisions }: Escalc) {
  const cells = (values: Float64Array) => Array.from(values, (x) => (Number.isNaN(x) ? null : x));
  return { measure, yi: cells(yi), vi: cells(vi), decisions };
}

/**
 * The file's own cells, untouched, and the new columns at the end, or in the place of those that they replace. Their numbers are
 * written as the file's are: with decimal commas it is a file with semicolons.
 */
function withColumns(file: DataFile, { data }: Escalc): string {
  const decimal = file.decimal();
  const delimiter = decimal === "," ? ";" : ",";
  const header = file.texts?.header.cells ?? file.names;
  const rows = file.texts?.rows ?? file.cells(0, file.nrow);
  const added = new Map(
    data.names.slice(-2).map((name) => [name, (data.column(name) as { values: Float64Array }).values]),
  );
  const kept = header.flatMap((name, j) => (added.has(name) ? [] : [j]));
  const lines = [[...kept.map((j) => header[j]!), ...added.keys()]];
  for (const [i, row] of rows.entries()) {
    const cells = [...added.values()].map((values) =>
      Number.isNaN(values[i]) ? "" : String(values[i]).replace(".", decimal),
    );
    lines.push([...kept.map((j) => row[j] ?? ""), ...cells]);
  }
  return `${lines.map((line) => line.map((cell) => quoted(cell, delimiter)).join(delimiter)).join("\n")}\n`;
}

function quoted(cell: string, delimiter: string): string {
  return cell.includes(delimiter) || /["\r\n]/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell;
}
