/** Tables as aligned text. */

import { largest } from "../data/range";

export interface TextColumn {
  readonly header: string;
  readonly cells: readonly string[];
  /** numbers stand right (default), words left */
  readonly align?: "left" | "right";
}

/** A column that can leave the text: what its cells stand for, unrounded. */
export interface TableColumn extends TextColumn {
  /** default the cells */
  readonly values?: readonly CellValue[];
  /** what the column is called where its header is empty */
  readonly name?: string;
}

export type CellValue = number | string | boolean | null;

/** A table in any format. */
export interface ReportTable {
  readonly caption: string;
  readonly columns: readonly TableColumn[];
  /** a line each, below the table */
  readonly notes: readonly string[];
}

/** A column of numbers: `format` makes its cells, `values` keep full precision. */
export function numberColumn(
  header: string,
  values: readonly number[],
  format: (values: readonly number[]) => readonly string[],
): TableColumn {
  return { header, cells: format(values), values };
}

/** The columns and the notes; the caption is for formats that have one. */
export function tableText({ columns, notes }: ReportTable): string {
  return [renderText(columns), ...notes].join("\n");
}

/** Lines without a final newline: header, then rows; columns one space apart, no trailing blanks. */
export function renderText(columns: readonly TextColumn[]): string {
  const nrow = largest(columns.map(({ cells }) => cells.length));
  const padded = columns.map(({ header, cells, align = "right" }) => {
    const width = largest(
      cells.map((cell) => cell.length),
      header.length,
    );
    const pad = (text: string) => (align === "left" ? text.padEnd(width) : text.padStart(width));
    return [pad(header), ...cells.map(pad)];
  });
  const lines: string[] = [];
  for (let i = 0; i <= nrow; i++)
    lines.push(
      padded
        .map((cells) => cells[i])
        .join(" ")
        .trimEnd(),
    );
  return lines.join("\n");
}
