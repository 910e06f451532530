import { Command, Option } from "commander";
import { type FitOptions, fitOutcome } from "./fit-outcome";
import type { CliIo, Outcome } from "./io";
import { checkModelArguments, takesErrors, takesModel } from "./model-arguments";
import { parseLevel } from "./option-values";
import { checkTransform, takesTransform } from "./transform-options";

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

  Errors that hold when the correlations within studies are wrong:
    $ drmeta fit data.csv 'yi ~ x + (1 | study) + meta_V(V = vi)' --robust study

  Log risk ratios of counts, and the mean as a ratio:
    $ drmeta fit trials.csv --escalc 'RR ai=a n1i=n1 ci=c n2i=n2' 'yi ~ 1 + meta_V(V = vi)' --transform exp

  From a pipe, as JSON:
    $ cat data.csv | drmeta fit - 'yi ~ x + meta_V(V = se^2)' --json | jq .logLik

Exit codes: 0 fitted, 1 the data or the model is at fault, 2 usage, 3 written but not converged.`;

/** `drmeta fit DATA.csv FORMULA...`: reads the command line and hands the outcome of the fit to `done`. */
export function fitCommand(io: CliIo, done: (outcome: Outcome) => void): Command {
  const command = new Command("fit").description("fit a model to a table and print its summary");
  return takesTransform(
    takesErrors(takesModel(command)),
    "the means on another scale, too: exp makes ratios of logs",
  )
    .addOption(new Option("--conf <level>", "confidence level").argParser(parseLevel).default(0.95))
    .addOption(new Option("--confint <type>", "intervals").choices(["wald", "profile"]).default("wald"))
    .option("--check", "print the checks of the fit and of its data too")
    .option("--bias", "print the methods for publication bias that suit the model too (drmeta bias has more)")
    .addOption(
      new Option("--report", "print the result in words instead of tables").conflicts([
        "json",
        "format",
        "confint",
      ]),
    )
    .addOption(
      new Option("--format <format>", "format of the tables, to paste or to import")
        .choices(["text", "markdown", "csv", "html"])
        .conflicts("json"),
    )
    .option("--fitted", "print the fitted values too")
    .option("--json", "print one JSON object and nothing else")
    .addHelpText("after", EXAMPLES)
    .action(async (data: string, formulas: string[], options: FitOptions, command: Command) => {
      checkModelArguments(command, data, formulas, options);
      checkTransform(command, options);
      if (options.format === "csv" && (options.check || options.bias || options.fitted)) {
        command.error("error: a CSV file holds one table: leave out --check, --bias and --fitted");
      }
      if (options.format === "csv" && options.transform !== undefined && options.transform !== "none") {
        command.error("error: a CSV file holds one table, that of the coefficients: leave out --transform");
      }
      done(await fitOutcome(data, formulas, options, io));
    });
}
