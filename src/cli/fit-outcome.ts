import { bias, biasJson } from "../bias/index";
import type { Table } from "../data/table";
import type { Fit } from "../fit/fit";
import { checkDrm, formatTable, report, summary, type TableFormat, toJSON } from "../index";
import type { TestStatistic } from "../inference/test-basis";
import { checkFitData } from "../report/data-checks/check-data";
import { columnsOf } from "./escalc-arguments";
import { fittedTable } from "./fitted-table";
import type { CliIo, Outcome } from "./io";
import { type ModelOptions, readFit } from "./read-fit";
import { style } from "./style";
import { resolveTransform, type TransformOptions } from "./transform-options";

/** The options of `drmeta fit`, as the command line gives them. */
export interface FitOptions extends ModelOptions, TransformOptions {
  readonly conf: number;
  readonly confint: "wald" | "profile";
  readonly test?: TestStatistic;
  readonly check?: boolean;
  readonly format?: TableFormat;
  readonly report?: boolean;
  readonly bias?: boolean;
  readonly fitted?: boolean;
  readonly json?: boolean;
}

/** Reads, fits and reports. Throws DrmError when the data or the model is at fault. */
export async function fitOutcome(
  path: string,
  formulas: readonly string[],
  options: FitOptions,
  io: CliIo,
): Promise<Outcome> {
  const { fit, data, notes } = await readFit(path, formulas, options, io);
  const converged = fit.optim.code === 0;
  // there is no profile to walk down from what is not a maximum; the result is written all the same
  const confint = converged ? options.confint : "wald";
  if (confint !== options.confint) notes.push("the intervals are Wald's: profiles need a fit that converged");
  const settings = { ...options, confint };
  const back = resolveTransform(options, fit, data, notes);
  if (options.json && back.transform !== undefined) {
    notes.push("JSON stays on the scale of the effects: --transform is for tables and words");
  }
  return {
    exitCode: converged ? 0 : 3,
    stdout: options.json ? jsonReport(fit, settings) : textReport(fit, data, settings, back),
    stderr: notesText(notes, io),
  };
}

function jsonReport(fit: Fit, settings: FitOptions): string {
  const { conf, confint, test, fitted } = settings;
  const options = {
    ...testOption(test),
    level: conf,
    confint,
    fitted: fitted === true,
    heterogeneity: true,
    checks: true,
  };
  const ofBias = settings.bias && { bias: biasJson(biasOf(fit, settings)) };
  return `${JSON.stringify({ ...toJSON(fit, options), ...ofBias })}\n`;
}

function biasOf(fit: Fit, { conf, test }: FitOptions): ReturnType<typeof bias> {
  return bias(fit, { ...testOption(test), level: conf });
}

function textReport(
  fit: Fit,
  data: Table,
  options: FitOptions,
  back: ReturnType<typeof resolveTransform>,
): string {
  const { conf, confint, test, check, fitted, format = "text" } = options;
  const found = options.bias ? biasOf(fit, options) : null;
  const coefficients = options.report
    ? report(fit, { ...testOption(test), ...back, level: conf, ...(found !== null && { bias: found }) })
    : formatTable(summary(fit, { ...testOption(test), ...back, level: conf, confint }), { format });
  // one table, with the line ends of its format
  if (format === "csv") return coefficients;
  const parts = [coefficients];
  if (check) for (const table of checks(fit, data, options)) parts.push(table);
  if (found !== null && !options.report) parts.push(formatTable(found, { format }));
  if (fitted) parts.push(fittedTable(fit));
  return `${parts.map((part) => part.trimEnd()).join("\n\n")}\n`;
}

/**
 * Of the fit, of the effect sizes that it used, and of the numbers that --escalc made them of; without meta_V() there is nothing to hold
 * effect sizes against.
 */
function checks(fit: Fit, data: Table, { escalc, format = "text" }: FitOptions): string[] {
  const found = checkFitData(fit, escalc && { data, of: columnsOf(data, escalc) });
  const ofFit = formatTable(checkDrm(fit), { format });
  if (found.length === 0) return [ofFit];
  const ofData = formatTable(found, { format });
  return [ofFit, format === "text" ? `Data:\n${ofData}` : ofData];
}

/** Without the option the fit's own default decides. */
function testOption(test: TestStatistic | undefined): { readonly test?: TestStatistic } {
  return test === undefined ? {} : { test };
}

/** Notes for standard error, a line each. */
export function notesText(notes: readonly string[], io: Pick<CliIo, "stderr">): string {
  return notes.map((note) => `${style(io.stderr, "yellow", "drmeta:")} ${note}\n`).join("");
}
