import { DrmError } from "../errors";
import { checkOptions, type OptionKinds, shown } from "../options";
import type { CellOptions } from "./cell-options";
import { parseDelimited } from "./delimited";
import type { Delimiter } from "./delimiter";
import { FACTOR_OPTIONS, type FactorOptions } from "./factor-from";
import { withHeader } from "./header";
import type { Table } from "./table";
import { textTable } from "./text-table";

/** Options of parseCsv: levels of factors, and how the text is read where that should not be told from it. */
export interface CsvOptions extends FactorOptions, CellOptions {
  /** what stands between cells: "," ";" "|" or a tab; default: the one that splits the header and the rows alike */
  readonly delimiter?: Delimiter | undefined;
}

const CSV_OPTIONS: OptionKinds<CsvOptions> = {
  delimiter: "text",
  decimal: "text",
  na: "textList",
  warn: "function",
  ...FACTOR_OPTIONS,
};

/**
 * CSV text with a header row as a Table. What stands between cells and before decimals is told from the text; so are thousands
 * that are set apart. `NA`, `NaN` and empty cells are missing, among numbers `.`, `-`, `NR` and `#N/A` too; spaces around a cell
 * do not count. A column of TRUE and FALSE is logical, other text a factor. A column of numbers with other text in it is an error
 * when it is used, unless only its labels are.
 *
 * @throws DrmError "bad_data" for text that is no table, "no_rows" for a header alone; columns throw when they are asked for
 */
export function parseCsv(text: string, options: CsvOptions = {}): Table {
  checkOptions("parseCsv", options, CSV_OPTIONS);
  checkCellOptions(options);
  if (typeof text !== "string") {
    throw new DrmError("bad_data", `parseCsv() takes the text of a CSV file; it was given ${shown(text)}`);
  }
  return textTable(withHeader(parseDelimited(text, options.delimiter)), options, options);
}

/** @throws DrmError "bad_option" */
export function checkCellOptions({ decimal, delimiter }: Pick<CsvOptions, "decimal" | "delimiter">): void {
  if (decimal !== undefined && decimal !== "." && decimal !== ",") {
    throw new DrmError("bad_option", `decimal: ${shown(decimal)}; wanted "." or ","`);
  }
  if (delimiter !== undefined && ![",", ";", "\t", "|"].includes(delimiter)) {
    throw new DrmError("bad_option", `delimiter: ${shown(delimiter)}; wanted "," ";" "|" or a tab`);
  }
}
