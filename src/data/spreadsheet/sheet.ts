import { DrmError, didYouMean } from "../../errors";

/** A sheet of a workbook: all rows from the first, of one width, blank ones too, as texts. */
export interface Sheet {
  readonly name: string;
  readonly rows: readonly (readonly string[])[];
  /** how many sheets there are to choose from */
  readonly of: number;
}

/** How the number of a cell is written: with the decimals that the texts beside it are read with. */
export type NumberText = (value: number) => string;

/** The sheet of that name or, where there is none, of that number from 1; without either the first that is not hidden. */
export function chosenSheet<Entry extends { readonly name: string; readonly hidden: boolean }>(
  sheets: readonly Entry[],
  wanted: string | undefined,
): Entry {
  if (sheets.length === 0) throw new DrmError("bad_data", "the spreadsheet has no sheet with cells");
  if (wanted === undefined) return sheets.find(({ hidden }) => !hidden) ?? sheets[0]!;
  const found = sheets.find(({ name }) => name === wanted) ?? sheets[Number(wanted) - 1];
  if (found !== undefined) return found;
  const names = sheets.map(({ name }) => name);
  throw new DrmError(
    "bad_option",
    `the spreadsheet has no sheet '${wanted}'; it has ${names.map((name) => `'${name}'`).join(", ")}${didYouMean(wanted, names)}`,
  );
}

/** Cells by their places; what lies between and beside them is empty. */
export class SheetCells {
  readonly #rows: string[][] = [];
  #width = 0;

  put(row: number, column: number, text: string): void {
    if (text === "") return;
    while (this.#rows.length <= row) this.#rows.push([]);
    const cells = this.#rows[row]!;
    while (cells.length < column) cells.push("");
    cells[column] = text;
    this.#width = Math.max(this.#width, column + 1);
  }

  rows(): readonly (readonly string[])[] {
    for (const cells of this.#rows) while (cells.length < this.#width) cells.push("");
    return this.#rows;
  }
}
