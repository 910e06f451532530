import { Command, InvalidArgumentError, Option } from "commander";
import {
  type Alternative,
  bias,
  biasJson,
  type SelectionType,
  selection,
  selectionJson,
} from "../bias/index";
import type { TestStatistic } from "../inference/test-basis";
import { notesText } from "./fit-outcome";
import type { CliIo, Outcome } from "./io";
import { checkModelArguments, takesErrors, takesModel } from "./model-arguments";
import { parseLevel } from "./option-values";
import { type ModelOptions, readFit } from "./read-fit";

const EXAMPLES = `
Each method with what it assumes: Egger's test, PET and PEESE as refits of the model itself and by weighted least squares,
rank correlation, trim and fill, Henmi and Copas, the adequately powered, fail-safe N, excess significance. Methods for one
mean of independent effect sizes are left out, with the reason, where the model is another.

Examples:
  $ drmeta bias data.csv 'yi ~ 1 + meta_V(V = vi)' --method REML --test knha
  $ drmeta bias data.csv 'yi ~ x + (1 | study) + meta_V(V = vi)' --robust study
  $ drmeta bias data.csv 'yi ~ 1 + meta_V(V = vi)' --selection stepfun --steps 0.025,0.5
  $ drmeta bias data.csv 'yi ~ 1 + meta_V(V = vi)' --json | jq .trimfill.L0

Exit codes: 0 done, 1 the data or the model is at fault, 2 usage, 3 written but the model did not converge.`;

interface BiasCommandOptions extends ModelOptions {
  readonly conf: number;
  readonly test?: TestStatistic;
  readonly json?: boolean;
  readonly selection?: SelectionType;
  readonly steps?: number[];
  readonly alternative: Alternative;
}

function parseSteps(text: string): number[] {
  const steps = text.split(",").map(Number);
  if (steps.some(Number.isNaN))
    throw new InvalidArgumentError(`wanted p-values such as 0.025,0.5, not '${text}'`);
  return steps;
}

/** `drmeta bias DATA.csv FORMULA...`: the table of methods for publication bias. */
export function biasCommand(io: CliIo, done: (outcome: Outcome) => void): Command {
  const command = new Command("bias").description(
    "small-study effects and publication bias of a fit, by every method that suits it",
  );
  return takesErrors(takesModel(command))
    .addOption(new Option("--conf <level>", "confidence level").argParser(parseLevel).default(0.95))
    .addOption(
      new Option("--selection <type>", "fit a selection model, too").choices([
        "stepfun",
        "beta",
        "halfnorm",
        "negexp",
        "logistic",
        "power",
      ]),
    )
    .option("--steps <p,...>", "p-values at which the weight of a step function changes", parseSteps)
    .addOption(
      new Option("--alternative <side>", "which effects count as significant, for --selection")
        .choices(["greater", "less", "two.sided"])
        .default("greater"),
    )
    .option("--json", "print one JSON object and nothing else")
    .addHelpText("after", EXAMPLES)
    .action(async (data: string, formulas: string[], options: BiasCommandOptions, own: Command) => {
      checkModelArguments(own, data, formulas, options);
      if (options.steps !== undefined && options.selection !== "stepfun") {
        own.error("error: --steps are those of --selection stepfun");
      }
      const { fit, notes } = await readFit(data, formulas, options, io);
      const { conf, test, json, selection: type, steps, alternative } = options;
      const found = bias(fit, { level: conf, ...(test !== undefined && { test }) });
      const selected =
        type === undefined
          ? []
          : [selection(fit, { type, alternative, level: conf, ...(steps && { steps }) })];
      done({
        exitCode: fit.optim.code === 0 ? 0 : 3,
        stdout: json
          ? `${JSON.stringify({ ...biasJson(found), selection: selected.map(selectionJson) })}\n`
          : `${[found, ...selected].map(String).join("\n\n")}\n`,
        stderr: notesText(notes, io),
      });
    });
}
