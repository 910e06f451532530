import { Command, Option } from "commander";
import { type FitOptions, fitOutcome } from "./fit-outcome";
import type { CliIo, Outcome } from "./io";
import { parseFix, parseLevel, parseLevels, parseMatrix } from "./option-values";

const EXAMPLES = `
Examples:
  Heterogeneity that differs between habitats; grassland is the reference level:
    $ drmeta fit data.csv 'yi ~ habitat + duration + meta_V(V = vi)' 'sigma ~ habitat' \\
        --levels habitat=grassland,forest --check

  A random-effects meta-analysis, and the common-effect model of the same data:
    $ drmeta fit data.csv 'yi ~ 1 + meta_V(V = vi)'
    $ drmeta fit data.csv 'yi ~ 1 + meta_V(V = vi)' --fix sigma=0

  Several effect sizes a study, their sampling covariances in a file:
    $ drmeta fit data.csv 'yi ~ x + (1 | study) + meta_V(V = V)' --matrix V=cov.csv

  Two outcomes a study, with the sampling correlation r of each, and a residual correlation by habitat:
    $ drmeta fit data.csv 'mu1 = y1 ~ habitat + meta_V(V = meta_vcov_bivariate(v1, v2, cor12 = r))' \\
        'mu2 = y2 ~ habitat' 'rho12 = ~ habitat'

  From a pipe, as JSON:
    $ cat data.csv | drmeta fit - 'yi ~ x + meta_V(V = se^2)' --json | jq .logLik

Exit codes: 0 fitted, 1 the data or the model is at fault, 2 usage, 3 written but not converged.`;

/** `drmeta fit DATA.csv FORMULA...`: reads the command line and hands the outcome of the fit to `done`. */
export function fitCommand(io: CliIo, done: (outcome: Outcome) => void): Command {
  return new Command("fit")
    .description("fit a model to a CSV file and print its summary")
    .argument("<data.csv>", "CSV file with a header row, or - for standard input")
    .argument("<formula...>", "formulas, each in quotes: 'yi ~ x + meta_V(V = vi)' 'sigma ~ x'")
    .option(
      "--levels <col=a,b,...>",
      "levels of a factor, reference first; a<b<c = ordered (repeatable)",
      parseLevels,
    )
    .option(
      "--matrix <name=file.csv>",
      "numbers without a header for meta_V(V = name) (repeatable)",
      parseMatrix,
    )
    .option("--weights <col>", "likelihood weights; not 1/vi, which meta_V sees to")
    .option("--fix <dpar=value>", "hold a parameter at a value, such as sigma=0 (repeatable)", parseFix)
    .addOption(new Option("--method <method>", "likelihood").choices(["ML", "REML"]).default("ML"))
    .addOption(new Option("--conf <level>", "confidence level").argParser(parseLevel).default(0.95))
    .addOption(new Option("--confint <type>", "intervals").choices(["wald", "profile"]).default("wald"))
    .addOption(new Option("--test <test>", "tests of coefficients").choices(["z", "t", "knha"]).default("z"))
    .option("--biv", "two outcomes a study (implied by a formula for mu1)")
    .option("--check", "print the checks of the fit too")
    .option("--fitted", "print the fitted values too")
    .option("--json", "print one JSON object and nothing else")
    .addHelpText("after", EXAMPLES)
    .action(async (data: string, formulas: string[], options: FitOptions, command: Command) => {
      if (isUnquoted(formulas)) {
        command.error("error: the formula came in pieces; put each formula in quotes: 'yi ~ x'");
      }
      const files = [data, ...Object.values(options.matrix ?? {})];
      if (files.filter((file) => file === "-").length > 1) {
        command.error("error: standard input (-) can be read once only; give the others as files");
      }
      done(await fitOutcome(data, formulas, options, io));
    });
}

/** `yi ~ x` without quotes: the shell passes three words, and may turn the tilde into the home folder. */
function isUnquoted(formulas: readonly string[]): boolean {
  return (
    formulas.length > 1 && (formulas.includes("~") || !formulas.some((formula) => formula.includes("~")))
  );
}
