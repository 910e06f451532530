import type { NumericMatrix } from "../data/matrix-csv";
import type { Table } from "../data/table";
import type { Tree } from "../data/tree";
import { DrmError } from "../errors";
import type { Fit, RobustErrors } from "../fit/fit";
import { drm, drmFormula, robust } from "../index";
import type { Method } from "../method";
import { type EscalcArguments, escalcOf } from "./escalc-arguments";
import { type FileArguments, fileArguments } from "./file-arguments";
import type { CliIo } from "./io";
import type { LevelsOption } from "./option-values";
import { inFile, readData, readMatrix } from "./read-data";
import { readTreeFile } from "./read-tree";

/** The options of every command that fits a model to a file: see modelOptions(). */
export interface ModelOptions extends FileArguments {
  readonly levels?: LevelsOption;
  /** effect sizes that are made of the data first */
  readonly escalc?: EscalcArguments;
  /** name to file */
  readonly matrix?: Readonly<Record<string, string>>;
  readonly matrixHeader?: "yes" | "no";
  /** name to file */
  readonly tree?: Readonly<Record<string, string>>;
  readonly weights?: string;
  readonly fix?: Readonly<Record<string, number>>;
  readonly method: Method;
  readonly biv?: boolean;
  /** a column of clusters */
  readonly robust?: string;
  readonly robustType: RobustErrors["type"];
}

/** A fit with the data it was made from, and what the reader should be told on the side. */
export interface ReadFit {
  readonly fit: Fit;
  readonly data: Table;
  readonly notes: string[];
}

/** Reads the files and fits. Throws DrmError when the data or the model is at fault. */
export async function readFit(
  path: string,
  formulas: readonly string[],
  options: ModelOptions,
  io: Pick<CliIo, "stdin">,
): Promise<ReadFit> {
  const formula = drmFormula(...formulas);
  if (options.biv && formula.family !== "biv_gaussian") {
    throw new DrmError("bad_formula", "--biv needs two outcomes: 'mu1 = y1 ~ ...' and 'mu2 = y2 ~ ...'");
  }
  const notes: string[] = [];
  const file = await readData(path, fileArguments(options), io, notes);
  const table = await inFile(path, () => file.table(options.levels ?? {}));
  const matrices: Record<string, NumericMatrix> = {};
  for (const [name, matrixPath] of Object.entries(options.matrix ?? {})) {
    const isOfLevels = formula.dpars.some(({ known }) => known?.fn === "relmat" && known.name === name);
    matrices[name] = await readMatrix(matrixPath, { ...options, isOfLevels }, io, notes);
  }
  const trees: Record<string, Tree> = {};
  for (const [name, treePath] of Object.entries(options.tree ?? {})) {
    trees[name] = await readTreeFile(name, treePath, fileArguments(options), io);
  }
  const data = options.escalc === undefined ? table : await effectSizes(path, table, options.escalc, notes);
  const plain = drm(formula, {
    data,
    matrices,
    trees,
    method: options.method,
    warn: (message) => notes.push(message),
    ...(options.weights === undefined ? {} : { weights: options.weights }),
    ...(options.fix === undefined ? {} : { fixed: options.fix }),
  });
  if (plain.optim.code !== 0) notes.push(`did not converge: ${plain.optim.message}`);
  const { robust: cluster, robustType: type } = options;
  const fit = cluster === undefined ? plain : robust(plain, { cluster, data, type });
  return { fit, data, notes };
}

/** The first step of a fit from raw numbers. */
async function effectSizes(
  path: string,
  table: Table,
  given: EscalcArguments,
  notes: string[],
): Promise<Table> {
  const { data, decisions } = await inFile(path, () => escalcOf(table, given));
  for (const { message } of decisions) notes.push(message);
  return data;
}
