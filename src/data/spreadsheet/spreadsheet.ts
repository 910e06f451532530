import { strFromU8, unzipSync } from "fflate/browser";
import { DrmError } from "../../errors";
import type { Decimal } from "../number-text";
import { odsSheet } from "./ods";
import type { Sheet } from "./sheet";
import { xlsxSheet } from "./xlsx";

/** Characters of one file of the package: more is no text of JavaScript's, and a packed file may hold any number of them. */
const LARGEST_PART = 500e6;

/**
 * A sheet of an .xlsx or .ods file. Its numbers are written with the decimals given, dates as 2015-03-12.
 *
 * @throws DrmError "bad_data" for what is no such file, "bad_option" for a sheet that it does not have, "too_large"
 */
export function readSheet(bytes: Uint8Array, sheet: string | undefined, decimal: Decimal): Sheet {
  const numberText = (value: number) =>
    decimal === "." ? String(value) : String(value).replace(".", decimal);
  try {
    const parts = unzipSync(bytes, { filter: isWanted });
    const part = (path: string) => (Object.hasOwn(parts, path) ? strFromU8(parts[path]!) : null);
    if (part("xl/workbook.xml") !== null) return xlsxSheet(part, sheet, numberText);
    const content = part("content.xml");
    if (content !== null) return odsSheet(content, sheet, numberText);
  } catch (error) {
    if (error instanceof DrmError) throw error;
    throw new DrmError(
      "bad_data",
      `the spreadsheet is damaged (${(error as Error).message}): save it once more`,
    );
  }
  throw new DrmError(
    "bad_data",
    "this is a zip archive without a workbook in it: wanted a spreadsheet as .xlsx or .ods, or a table as CSV",
  );
}

function isWanted({ name, originalSize }: { readonly name: string; readonly originalSize: number }): boolean {
  if (
    !/^(content\.xml|xl\/(workbook|sharedStrings|styles)\.xml|xl\/_rels\/workbook\.xml\.rels|xl\/worksheets\/[^/]+\.xml)$/.test(
      name,
    )
  )
    return false;
  if (originalSize <= LARGEST_PART) return true;
  throw new DrmError(
    "too_large",
    `the spreadsheet holds ${Math.round(originalSize / 1e6)} MB in one sheet; save that as CSV`,
  );
}
