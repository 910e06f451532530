import { parseCsv } from "../data/csv";
import { type NumericMatrix, readMatrixCsv } from "../data/matrix-csv";
import { DrmError } from "../errors";
import type { Fit } from "../fit/fit";
import { checkDrm, drm, drmFormula, summary, toJSON } from "../index";
import { fittedTable } from "./fitted-table";
import type { CliIo, Outcome } from "./io";
import type { LevelsOption } from "./option-values";
import { label, readText } from "./read-text";
import { style } from "./style";

/** The options of `drmeta fit`, as the command line gives them. */
export interface FitOptions {
  readonly levels?: LevelsOption;
  /** name to file */
  readonly matrix?: Readonly<Record<string, string>>;
  readonly weights?: string;
  readonly fix?: Readonly<Record<string, number>>;
  readonly method: "ML" | "REML";
  readonly conf: number;
  readonly confint: "wald" | "profile";
  readonly test: "z" | "t" | "knha";
  readonly biv?: boolean;
  readonly check?: boolean;
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
  const { method, test } = options;
  if (test !== "z") throw new DrmError("not_supported", `--test ${test} is not supported yet: use --test z`);
  const formula = drmFormula(...formulas);
  if (options.biv && formula.family !== "biv_gaussian") {
    throw new DrmError("bad_formula", "--biv needs two outcomes: 'mu1 = y1 ~ ...' and 'mu2 = y2 ~ ...'");
  }
  const text = await readText(path, io);
  const data = inFile(path, () => parseCsv(text, options.levels));
  const matrices = await readMatrices(options.matrix ?? {}, io);
  const notes: string[] = [];
  const fit = drm(formula, {
    data,
    matrices,
    method,
    warn: (message) => notes.push(message),
    ...(options.weights === undefined ? {} : { weights: options.weights }),
    ...(options.fix === undefined ? {} : { fixed: options.fix }),
  });
  const converged = fit.optim.code === 0;
  if (!converged) notes.push(`did not converge: ${fit.optim.message}`);
  // there is no profile to walk down from what is not a maximum; the result is written all the same
  const confint = converged ? options.confint : "wald";
  if (confint !== options.confint) notes.push("the intervals are Wald's: profiles need a fit that converged");
  const report = { ...options, confint };
  return {
    exitCode: converged ? 0 : 3,
    stdout: options.json ? jsonReport(fit, report) : textReport(fit, report),
    stderr: notes.map((note) => `${style(io.stderr, "yellow", "drmeta:")} ${note}\n`).join(""),
  };
}

function jsonReport(fit: Fit, { conf, confint, fitted }: FitOptions): string {
  return `${JSON.stringify(toJSON(fit, { level: conf, confint, fitted: fitted === true, checks: true }))}\n`;
}

function textReport(fit: Fit, { conf, confint, check, fitted }: FitOptions): string {
  const parts = [String(summary(fit, { level: conf, confint }))];
  if (check) parts.push(String(checkDrm(fit)));
  if (fitted) parts.push(fittedTable(fit));
  return `${parts.map((part) => part.trimEnd()).join("\n\n")}\n`;
}

async function readMatrices(
  files: Readonly<Record<string, string>>,
  io: CliIo,
): Promise<Record<string, NumericMatrix>> {
  const matrices: Record<string, NumericMatrix> = {};
  for (const [name, path] of Object.entries(files)) {
    const text = await readText(path, io);
    matrices[name] = inFile(path, () => readMatrixCsv(text));
  }
  return matrices;
}

/** Says which file an error is in: several may have been given. */
function inFile<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DrmError)) throw error;
    throw new DrmError(error.code, `${label(path)}: ${error.message}`);
  }
}
