import { Command, CommanderError } from "commander";
import { DrmError } from "../errors";
import { answerToRArgument, answerToRMethod } from "../formula/r-arguments";
import { version } from "../version";
import { batchCommand } from "./batch/batch-command";
import { biasCommand } from "./bias-command";
import { escalcCommand } from "./escalc-command";
import { exampleCommand } from "./example-command";
import { fitCommand } from "./fit-command";
import { type CliIo, type Outcome, writeAll } from "./io";
import { permuteCommand } from "./permute-command";
import { plotCommand } from "./plot-command";
import { serveCommand } from "./serve-command";
import { style } from "./style";

const EXAMPLES = `
Start here:
  $ drmeta example
  $ drmeta serve
  $ drmeta fit data.csv 'yi ~ 1 + meta_V(V = vi)'
  $ drmeta fit data.csv 'yi ~ x + meta_V(V = vi)' 'sigma ~ x' --check
  $ drmeta plot forest data.csv 'yi ~ 1 + meta_V(V = vi)' -o forest.svg
  $ drmeta escalc RR data.csv --ai tpos --bi tneg --ci cpos --di cneg -o effects.csv
  $ drmeta bias data.csv 'yi ~ 1 + meta_V(V = vi)'
  $ drmeta fit --help`;

/**
 * Runs one command line (without `node` and the script) and returns the exit code: 0 done, 1 the data or the model is
 * at fault, 2 usage, 3 a result was written but did not converge.
 */
export async function run(argv: readonly string[], io: CliIo): Promise<number> {
  const outcome = await outcomeOf(argv, io);
  let { stderr, exitCode } = outcome;
  try {
    await writeAll(io.stdout, outcome.stdout);
  } catch (error) {
    stderr += `${prefix(io)}${messageOf(error)}\n`;
    exitCode = 1;
  }
  // where nothing can be told any more the exit code tells it
  await writeAll(io.stderr, stderr).catch(() => {});
  return exitCode;
}

async function outcomeOf(argv: readonly string[], io: CliIo): Promise<Outcome> {
  let outcome: Outcome | undefined;
  let stdout = "";
  let stderr = "";
  const done = (result: Outcome) => {
    outcome = result;
  };
  const program = new Command("drmeta")
    .description("Meta-analysis with moderators for the mean and for the heterogeneity.")
    .version(version, "-v, --version", "print the version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        stdout += text;
      },
      writeErr: (text) => {
        stderr += text;
      },
      outputError: (text, write) => write(`${prefix(io)}${answered(text.replace(/^error: /, ""))}`),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
    })
    .addHelpText("after", EXAMPLES);
  for (const command of [
    fitCommand(io, done),
    batchCommand(io, done),
    plotCommand(io, done),
    escalcCommand(io, done),
    biasCommand(io, done),
    permuteCommand(io, done),
    exampleCommand(io, done),
    serveCommand(io),
  ]) {
    program.addCommand(command.copyInheritedSettings(program).showHelpAfterError("See drmeta --help."));
  }
  try {
    await program.parseAsync([...argv], { from: "user" });
    return outcome ?? { exitCode: 0, stdout, stderr };
  } catch (error) {
    // help and version end this way too
    if (error instanceof CommanderError) {
      return { exitCode: error.exitCode === 0 ? 0 : 2, stdout, stderr };
    }
    return { exitCode: 1, stdout: "", stderr: `${prefix(io)}${messageOf(error)}\n` };
  }
}

/** The parser's sentence; where it is about an argument of R's, with the answer in the place of its guess. */
function answered(text: string): string {
  const option = /^unknown option '--?([\w.]+)/.exec(text)?.[1];
  const method = /^option '--method <method>' argument '([^']*)'/.exec(text)?.[1];
  const answer =
    option !== undefined
      ? answerToRArgument(option, "command")
      : method !== undefined
        ? answerToRMethod(method)
        : null;
  if (answer === null) return text;
  return `${text.split("\n")[0]}\n(${answer})\n`;
}

function prefix(io: CliIo): string {
  return `${style(io.stderr, "red", "drmeta:")} `;
}

/** A fault of the data or the model is told in one sentence; our own faults keep a stack for those who ask. */
function messageOf(error: unknown): string {
  if (error instanceof DrmError) return error.message;
  if (!(error instanceof Error)) return `unexpected error: ${String(error)}`;
  if (process.env.DRMETA_DEBUG) return `unexpected error: ${error.stack ?? error.message}`;
  return `unexpected error: ${error.message} (set DRMETA_DEBUG=1 for the stack)`;
}
