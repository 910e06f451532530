import { DrmError } from "../errors";
import { count } from "../words";
import { hasDecimalComma, parseDecimal } from "./decimal";
import { parseDelimited } from "./delimited";

/** A matrix read from text. Missing cells are NaN. */
export interface NumericMatrix {
  readonly nrow: number;
  readonly ncol: number;
  /** row-major */
  readonly values: Float64Array;
}

/** A headerless CSV of numbers, such as a sampling covariance matrix; `NA`, `NaN` and empty cells are missing. */
export function readMatrixCsv(text: string): NumericMatrix {
  const { rows, lineOf } = parseDelimited(text);
  const nrow = rows.length;
  if (nrow === 0) throw new DrmError("bad_data", "the matrix is empty; wanted rows of numbers");
  const ncol = rows[0]!.length;
  const values = new Float64Array(nrow * ncol);
  for (let i = 0; i < nrow; i++) {
    const row = rows[i]!;
    if (row.length !== ncol) {
      throw new DrmError(
        "bad_data",
        `matrix row ${i + 1} (line ${lineOf(i)}) has ${count(row.length, "cell")}; wanted ${ncol}, as in row 1`,
      );
    }
    for (let j = 0; j < ncol; j++) values[i * ncol + j] = matrixCell(row[j]!.trim(), i, j);
  }
  return { nrow, ncol, values };
}

function matrixCell(cell: string, i: number, j: number): number {
  if (cell === "" || cell === "NA" || cell === "NaN") return Number.NaN;
  const value = parseDecimal(cell);
  if (value !== undefined) return value;
  let advice = "";
  if (hasDecimalComma(cell)) advice = `; numbers need a decimal point: ${cell.replace(",", ".")}`;
  else if (i === 0) advice = "; a matrix file has no header row";
  else if (j === 0) advice = "; a matrix file has no row names";
  throw new DrmError("bad_data", `matrix row ${i + 1}, column ${j + 1}: '${cell}' is not a number${advice}`);
}
