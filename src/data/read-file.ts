import { DrmError } from "../errors";
import type { CellOptions } from "./cell-options";
import { type CsvOptions, checkCellOptions } from "./csv";
import { decodeText, encodingName } from "./decode";
import type { FactorOptions } from "./factor-from";
import { type TextRows, withHeader } from "./header";
import { isEmptyLine, type MatrixOptions, type NumericMatrix, readMatrixRows } from "./matrix-csv";
import type { Decimal } from "./number-text";
import { type AsyncBytes, readColumns } from "./parquet";
import type { Table } from "./table";
import { type DataInput, tableFrom } from "./table-from";
import { decimalIn, textTable } from "./text-table";
import { rowsOf, type Unpacked } from "./unpacked";

/** How a file is read, where its bytes do not tell, or wrongly. */
export interface FileOptions extends CellOptions, Pick<CsvOptions, "delimiter"> {
  /** of text; default: told from the bytes */
  readonly encoding?: string | undefined;
  /** of a spreadsheet: the name of a sheet, or its number from 1; default the first that is not hidden */
  readonly sheet?: string | undefined;
}

/** What the first bytes of a file say that it is. */
export type FileKind = "text" | "spreadsheet" | "parquet";

/** @throws DrmError "bad_data" for a file of Excel before 2007, or one behind a password */
export function fileKind(bytes: Uint8Array): FileKind {
  const starts = (...wanted: readonly number[]) => wanted.every((byte, i) => bytes[i] === byte);
  if (starts(0x50, 0x4b, 0x03, 0x04)) return "spreadsheet";
  if (starts(0x50, 0x41, 0x52, 0x31)) return "parquet";
  if (starts(0xd0, 0xcf, 0x11, 0xe0)) {
    throw new DrmError(
      "bad_data",
      "this is a spreadsheet in the format of old versions of Excel (.xls), or one with a password: save it as .xlsx or CSV",
    );
  }
  return "text";
}

/** A text file, decoded, or a sheet of a spreadsheet. Throws DrmError("bad_data") for what is neither. */
export async function unpack(bytes: Uint8Array, options: FileOptions): Promise<Unpacked> {
  checkCellOptions(options);
  const { encoding, sheet, decimal, warn } = options;
  if (fileKind(bytes) === "spreadsheet") {
    const { readSheet } = await import("./spreadsheet/spreadsheet");
    const { name, rows, of } = readSheet(bytes, sheet, decimal ?? ".");
    const chosen =
      of > 1 && sheet === undefined ? `sheet '${name}', one of ${of} (sheet chooses another)` : null;
    if (chosen !== null) warn?.(`read ${chosen}`);
    return { sheet: rows, chosen };
  }
  if (sheet !== undefined) {
    throw new DrmError("bad_option", `sheet '${sheet}': the file is no spreadsheet, and has no sheets`);
  }
  const decoded = decodeText(bytes, encoding);
  if (encoding === undefined && decoded.encoding !== "utf-8") warn?.(readAs(decoded.encoding));
  return decoded;
}

/** The note about an encoding that the bytes decided on. */
export function readAs(encoding: string): string {
  return `read as ${encodingName(encoding)} text`;
}

/** A matrix from the bytes of a text file or of a spreadsheet. */
export async function readMatrixFile(
  bytes: Uint8Array,
  options: FileOptions & MatrixOptions,
): Promise<NumericMatrix> {
  return readMatrixRows(rowsOf(await unpack(bytes, options), options.delimiter, isEmptyLine), options);
}

/** The texts of a table below its header, from the bytes of a text file or of a spreadsheet. */
export async function readTexts(bytes: Uint8Array, options: FileOptions): Promise<TextRows> {
  const file = await unpack(bytes, options);
  try {
    return withHeader(rowsOf(file, options.delimiter));
  } catch (error) {
    // a first sheet may be one of notes
    if (!(error instanceof DrmError && "sheet" in file && file.chosen !== null)) throw error;
    throw new DrmError(error.code, `${error.message}: that is ${file.chosen}`);
  }
}

/** A file with a table, read. */
export interface DataFile {
  readonly names: readonly string[];
  readonly nrow: number;
  /** Texts below a header; null of Parquet, whose columns have types. */
  readonly texts: TextRows | null;
  /** What stands before decimals, where the file tells. */
  decimal(): Decimal;
  /** The table, with the levels given. */
  table(factors: FactorOptions): Table;
  /** Cells as they are written, of `count` rows from `from`, 0-based: one for each name. */
  cells(from: number, count: number): readonly (readonly string[])[];
}

/**
 * Reads a table from the bytes of a file: CSV in any of its dialects, .xlsx, .ods or Parquet, as these tell. The one reader of
 * the command line and of the page.
 *
 * @throws DrmError "bad_data", "no_rows" or "bad_option"
 */
export async function readTable(bytes: Uint8Array, options: FileOptions = {}): Promise<DataFile> {
  if (fileKind(bytes) === "parquet") {
    return parquetFile(
      await readColumns(
        () => asyncBytes(bytes),
        "the file",
        () => true,
      ),
    );
  }
  const texts = await readTexts(bytes, options);
  const { header, rows } = texts;
  const positions = header.names.map((name) => header.cells.indexOf(name));
  return {
    names: header.names,
    nrow: rows.length,
    texts,
    decimal: () => decimalIn(texts, options),
    table: (factors) => textTable(texts, options, factors),
    cells: (from, count) => rows.slice(from, from + count).map((row) => positions.map((j) => row[j] ?? "")),
  };
}

function parquetFile(columns: Readonly<Record<string, readonly unknown[]>>): DataFile {
  const names = Object.keys(columns);
  const all = Object.values(columns);
  const nrow = all[0]?.length ?? 0;
  if (nrow === 0) throw new DrmError("no_rows", "the file has columns but no rows");
  return {
    names,
    nrow,
    texts: null,
    decimal: () => ".",
    table: (factors) => tableFrom(columns as DataInput, factors),
    cells: (from, count) =>
      Array.from({ length: Math.max(0, Math.min(count, nrow - from)) }, (_, i) =>
        all.map((cells) => String(cells[from + i] ?? "")),
      ),
  };
}

function asyncBytes(bytes: Uint8Array): AsyncBytes {
  const whole = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  return { byteLength: whole.byteLength, slice: (start, end) => whole.slice(start, end) };
}
