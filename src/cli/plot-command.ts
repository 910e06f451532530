import { Argument, Command, Option } from "commander";
import { DrmError, type ErrorCode } from "../errors";
import type { Fit } from "../fit/fit";
import { catalogue, optionsOfPlot, type PlotName } from "../plot/catalogue";
import type { PlotOptions } from "../plot/registry";
import { notesText } from "./fit-outcome";
import { type CliIo, type Outcome, writeOutput } from "./io";
import { checkModelArguments, takesErrors, takesModel } from "./model-arguments";
import { parseLevel } from "./option-values";
import { parseAt, parseContours, parseNumber, parsePositive, parseRange } from "./plot-option-values";
import { renderPng } from "./png";
import { type ModelOptions, readFit } from "./read-fit";
import { checkTransform, resolveTransform, type TransformOptions, takesTransform } from "./transform-options";

interface PlotCommandOptions
  extends ModelOptions,
    TransformOptions,
    Omit<PlotOptions, "level" | "data" | "transform" | "sampleSize"> {
  readonly output?: string;
  readonly dpi: number;
  readonly conf?: number;
}

const EXAMPLES = `
Plots:
${Object.entries(catalogue)
  .map(([name, { describe }]) => `  ${name.padEnd(16)}${describe}`)
  .join("\n")}

Examples:
  $ drmeta plot forest data.csv 'yi ~ 1 + meta_V(V = vi)' --labels author --sort estimate -o forest.svg
  $ drmeta plot forest data.csv 'yi ~ habitat + meta_V(V = vi)' 'sigma ~ habitat' --group habitat -o forest.png
  $ drmeta plot forest data.csv 'logRR ~ 1 + meta_V(V = vi)' --test knha --transform exp --xlab 'Risk ratio' -o forest.svg
  $ drmeta plot funnel data.csv 'yi ~ 1 + meta_V(V = vi)' --refline 0 --contours 0.9,0.95,0.99 -o funnel.svg
  $ drmeta plot orchard data.csv 'yi ~ habitat + (1 | study) + meta_V(V = vi)' --robust study -o orchard.svg
  $ drmeta plot location-scale data.csv 'yi ~ x + meta_V(V = vi)' 'sigma ~ x' --x x -o trend.svg

Without -o the SVG goes to standard output. A .png needs the package @resvg/resvg-js.
Exit codes: 0 drawn, 1 the data or the model is at fault, 2 usage, 3 drawn of a fit that did not converge.`;

/** `drmeta plot NAME DATA.csv FORMULA...`: fits, draws, and writes the picture. */
export function plotCommand(io: CliIo, done: (outcome: Outcome) => void): Command {
  const command = new Command("plot")
    .description("fit a model to a table and draw a plot of it")
    .addArgument(new Argument("<name>", "which plot, see below").choices(Object.keys(catalogue)));
  return takesTransform(
    takesErrors(takesModel(command)),
    "label effects on another scale: exp makes ratios of logs",
  )
    .option("-o, --output <file>", "where to: a name that ends in .svg or .png")
    .option("--width <px>", "width, 720 if not given; 360 suits a phone", parsePositive)
    .addOption(new Option("--theme <theme>", "colours").choices(["light", "dark", "auto"]))
    .option("--title <text>", "a heading above the picture")
    .option("--dpi <dots>", "dots per inch of a .png", parsePositive, 300)
    .addOption(new Option("--conf <level>", "confidence level").argParser(parseLevel))
    .option("--labels <col>", "column with the names of the rows")
    .option("--group <col>", "column that groups the rows")
    .option("--sort <key>", "data, label, estimate, precision, fitted; -estimate for the reverse")
    .option("--outcome <dpar>", "mu1 or mu2 of two outcomes")
    .option("--x <col>", "what is on the horizontal axis")
    .option("--by <col>", "a curve for each level; of influence: what is left out")
    .option("--at <col=value>", "value of another moderator (repeatable)", parseAt)
    .addOption(new Option("--ribbon <band>", "wide band").choices(["sigma", "prediction", "none"]))
    .option("--show <what>", "effects, or a grouping whose predicted intercepts are shown")
    .option("--parm <name>", "coefficient, such as sigma:(Intercept)")
    .addOption(new Option("--confint <type>", "intervals of SDs").choices(["profile", "wald"]))
    .addOption(new Option("--of <what>", "horizontal axis of a funnel").choices(["effect", "residual"]))
    .option("--contours <levels>", "levels of a funnel's regions: 0.9,0.95,0.99", parseContours)
    .option("--refline <value>", "middle of a funnel", parseNumber)
    .option("--xlab <text>", "label of the horizontal axis")
    .option("--ylab <text>", "label of the vertical axis")
    .option("--xlim <from,to>", "range of the horizontal axis", parseRange)
    .addHelpText("after", EXAMPLES)
    .action(async (name: PlotName, data: string, formulas: string[], options: PlotCommandOptions) => {
      checkModelArguments(command, data, formulas, options);
      checkPlotOptions(command, name, options);
      checkTransform(command, options);
      done(await plotOutcome(name, data, formulas, options, io));
    });
}

async function plotOutcome(
  name: PlotName,
  path: string,
  formulas: readonly string[],
  { output, dpi, conf, ...options }: PlotCommandOptions,
  io: CliIo,
): Promise<Outcome> {
  const { fit, data, notes } = await readFit(path, formulas, options, io);
  const isPng = output?.toLowerCase().endsWith(".png") === true;
  // pixels have no reader's system to ask
  const theme = isPng && options.theme === "auto" ? "light" : options.theme;
  const scale = resolveTransform(options, fit, data, notes);
  const svg = await draw(name, fit, {
    ...options,
    transform: undefined,
    sampleSize: undefined,
    ...scale,
    theme,
    data,
    level: conf,
  });
  const outcome = {
    exitCode: fit.optim.code === 0 ? (0 as const) : (3 as const),
    stderr: notesText(notes, io),
  };
  if (output === undefined) return { ...outcome, stdout: svg };
  await writeOutput(output, isPng ? await renderPng(svg, dpi) : svg);
  return { ...outcome, stdout: "" };
}

/** The bundle of plots has the library's errors, not this file's: they are made this file's. */
async function draw(name: PlotName, fit: Fit, options: PlotOptions): Promise<string> {
  const { caterpillarRows, plots } = await import("../plot/index");
  const reason = plots[name].unsuitable(fit);
  if (reason !== null) throw new DrmError("not_supported", `no ${name} plot of this model: ${reason}`);
  try {
    const own = optionsOfPlot(name, options);
    if (
      name === "caterpillar" &&
      options.test !== undefined &&
      caterpillarRows(fit, own)[0]?.of === "effects"
    ) {
      throw new DrmError(
        "bad_option",
        `--test ${options.test}: a caterpillar plot of effects has the limits of their sampling errors; --test is for random intercepts`,
      );
    }
    return plots[name].draw(fit, own);
  } catch (error) {
    const { name: kind, code, message } = error as { name: string; code: ErrorCode; message: string };
    throw kind === "DrmError" ? new DrmError(code, message) : error;
  }
}

/** "--sample-size" of sampleSize. */
function flag(option: string): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** An option that the plot would ignore is a mistake of the user's. */
function checkPlotOptions(command: Command, name: PlotName, given: PlotCommandOptions): void {
  const { title, options } = catalogue[name];
  const known = new Set<string>(options.map((option) => (option === "level" ? "conf" : option)));
  // robust errors are those of means; a caterpillar plot has none, and its test is one of predicted intercepts
  if (known.has("test") && name !== "caterpillar") known.add("robust");
  const special = new Set(Object.values(catalogue).flatMap((plot) => plot.options as readonly string[]));
  for (const option of [...special, "conf", "robust"]) {
    if (option in given && !known.has(option)) {
      const names = [...known].filter((other) => other !== "data").map(flag);
      command.error(
        `error: ${flag(option)} is not an option of the ${title.toLowerCase()}, which takes ${names.join(", ")}`,
      );
    }
  }
  if (given.output !== undefined && !/\.(svg|png)$/i.test(given.output)) {
    command.error(`error: -o ${given.output}: the name of the file ends in .svg or .png`);
  }
}
