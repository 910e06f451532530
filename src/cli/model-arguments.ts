import { type Command, Option } from "commander";
import { METHOD_NAMES } from "../method";
import { parseEscalc } from "./escalc-arguments";
import { takesFile } from "./file-arguments";
import { parseFix, parseLevels, parseMatrix, parseTree } from "./option-values";
import type { ModelOptions } from "./read-fit";

/** Gives a command the arguments and options that say which model is fitted to what: DATA.csv FORMULA... */
export function takesModel(command: Command): Command {
  const named = command
    .argument("<data.csv>", "table with a header row: CSV, .xlsx, .ods or Parquet, or - for standard input")
    .argument("<formula...>", "formulas, each in quotes: 'yi ~ x + meta_V(V = vi)' 'sigma ~ x'")
    .option(
      "--levels <col=a,b,...>",
      "levels of a factor, reference first; a<b<c = ordered (repeatable)",
      parseLevels,
    )
    .option(
      "--escalc <measure arguments>",
      "effect sizes yi and vi first: 'RR ai=tpos bi=tneg ci=cpos di=cneg'; see drmeta escalc --help",
      parseEscalc,
    )
    .option(
      "--matrix <name=file.csv>",
      "square of numbers, or its lower triangle: for meta_V(V = name), rows as in the data, or with names for relmat(1 | g, K = name) (repeatable)",
      parseMatrix,
    )
    .option(
      "--tree <name=file>",
      "a tree in Newick or Nexus for phylo(1 | species, tree = name) (repeatable)",
      parseTree,
    )
    .addOption(
      new Option(
        "--matrix-header <yes|no>",
        "line 1 of a matrix holds names (default: where it holds text)",
      ).choices(["yes", "no"]),
    )
    .option("--weights <col>", "likelihood weights; not 1/vi, which meta_V sees to")
    .option("--fix <dpar=value>", "hold a parameter at a value, such as sigma=0 (repeatable)", parseFix)
    .addOption(
      new Option("--method <method>", "likelihood, or moments of tau^2").choices(METHOD_NAMES).default("ML"),
    )
    .option("--biv", "two outcomes a study (implied by a formula for mu1)");
  return takesFile(named);
}

/** Gives a command the options that say how means are tested, and with which errors. */
export function takesErrors(command: Command): Command {
  return command
    .addOption(
      new Option("--test <test>", "tests and intervals of means (default: z, with --robust t)").choices([
        "z",
        "t",
        "knha",
        "adhoc",
      ]),
    )
    .option("--robust <col>", "cluster-robust errors of the mean's coefficients, clusters by a column")
    .addOption(
      new Option("--robust-type <type>", "correction for few clusters")
        .choices(["CR0", "CR1", "CR2"])
        .default("CR2"),
    );
}

/**
 * Ends with a usage error when the shell has taken the formulas apart, standard input is wanted twice, or an option lacks
 * the one that it belongs to.
 */
export function checkModelArguments(
  command: Command,
  data: string,
  formulas: readonly string[],
  { matrix, tree, robust }: ModelOptions,
): void {
  // also the default, when somebody writes it
  if (robust === undefined && command.getOptionValueSource("robustType") === "cli") {
    command.error("error: --robust-type needs --robust with the column of the clusters: --robust study");
  }
  if (isUnquoted(formulas)) {
    command.error("error: the formula came in pieces; put each formula in quotes: 'yi ~ x'");
  }
  const files = [data, ...Object.values(matrix ?? {}), ...Object.values(tree ?? {})];
  if (files.filter((file) => file === "-").length > 1) {
    command.error("error: standard input (-) can be read once only; give the others as files");
  }
}

/** `yi ~ x` without quotes: the shell passes three words, and may turn the tilde into the home folder. */
function isUnquoted(formulas: readonly string[]): boolean {
  return (
    formulas.length > 1 && (formulas.includes("~") || !formulas.some((formula) => formula.includes("~")))
  );
}
