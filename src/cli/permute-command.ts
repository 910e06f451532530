import { Command, Option } from "commander";
import { permutationJson, permutationTest } from "../diagnostics/permutation-test";
import type { TestStatistic } from "../inference/test-basis";
import { notesText } from "./fit-outcome";
import type { CliIo, Outcome } from "./io";
import { checkModelArguments, takesModel } from "./model-arguments";
import { parseWhole } from "./option-values";
import { type ModelOptions, readFit } from "./read-fit";

const EXAMPLES = `
How often statistics are at least as extreme as the data's when signs of effects are flipped (a mean without moderators) or moderators
are exchanged among rows, or among whole clusters of dependent rows.

Examples:
  $ drmeta permute data.csv 'yi ~ 1 + meta_V(V = vi)' --method DL
  $ drmeta permute data.csv 'yi ~ x + meta_V(V = vi)' --method REML --test knha --iterations 10000 --seed 1
  $ drmeta permute data.csv 'yi ~ x + meta_V(V = vi)' --exact --json | jq .QM.p_value

Exit codes: 0 done, 1 the data or the model is at fault, 2 usage.`;

interface PermuteCommandOptions extends ModelOptions {
  readonly test?: TestStatistic;
  readonly exact?: boolean;
  readonly iterations?: number;
  readonly seed?: number;
  readonly json?: boolean;
}

/** `drmeta permute DATA.csv FORMULA...`: permutation tests of a model's coefficients. */
export function permuteCommand(io: CliIo, done: (outcome: Outcome) => void): Command {
  const command = new Command("permute").description("permutation tests of a model's coefficients");
  return takesModel(command)
    .addOption(
      new Option("--test <statistic>", "the statistics compared")
        .choices(["z", "t", "knha", "adhoc"])
        .default("z"),
    )
    .option("--exact", "all arrangements (default where they are 10,000 at most)")
    .option("--iterations <n>", "arrangements of a random sample, default 1000", parseWhole)
    .option("--seed <n>", "of the random sample, default 1", parseWhole)
    .option("--json", "print one JSON object and nothing else")
    .addHelpText("after", EXAMPLES)
    .action(async (data: string, formulas: string[], options: PermuteCommandOptions, own: Command) => {
      checkModelArguments(own, data, formulas, options);
      const { fit, notes } = await readFit(data, formulas, options, io);
      const { test, exact, iterations, seed, json } = options;
      const found = permutationTest(fit, {
        ...(test !== undefined && { test }),
        ...(exact !== undefined && { exact }),
        ...(iterations !== undefined && { iterations }),
        ...(seed !== undefined && { seed }),
      });
      done({
        exitCode: 0,
        stdout: json ? `${JSON.stringify(permutationJson(found))}\n` : `${found}\n`,
        stderr: notesText(notes, io),
      });
    });
}
