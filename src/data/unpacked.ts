import { type CellRows, cellRows, parseDelimited } from "./delimited";
import type { Delimiter } from "./delimiter";

/** What is in a file once its bytes are decoded: a text, or the cells of a sheet. It can be sent to a worker. */
export type Unpacked =
  | { readonly text: string }
  | {
      readonly sheet: readonly (readonly string[])[];
      /** which of several sheets it is, where nobody chose it, in words */
      readonly chosen: string | null;
    };

/** Its rows, without the blank ones. Throws DrmError("bad_data") where quotes do not fit. */
export function rowsOf(
  file: Unpacked,
  delimiter: Delimiter | undefined,
  isBlank?: (row: readonly string[]) => boolean,
): CellRows {
  if ("text" in file) return parseDelimited(file.text, delimiter, isBlank);
  return { ...cellRows(file.sheet, () => 1, 0, isBlank), hasNumbers: true };
}
