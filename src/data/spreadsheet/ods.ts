import { chosenSheet, type NumberText, type Sheet, SheetCells } from "./sheet";
import { eachXml } from "./xml";

/** OpenDocument 1.3, part 3, section 9: the tables in content.xml. Cells and rows that repeat are written once, with a number. */
export function odsSheet(content: string, wanted: string | undefined, numberText: NumberText): Sheet {
  const sheets: { readonly name: string; readonly cells: SheetCells; readonly hidden: boolean }[] = [];
  let cells = new SheetCells();
  let row = 0;
  let column = 0;
  let rowRepeats = 1;
  let inRow: { readonly column: number; readonly text: string }[] = [];
  let cell: Readonly<Record<string, string>> = {};
  let text = "";
  let paragraphs = 0;
  let depth = 0; // tables in tables, and what is no cell's own text: notes
  let isText = false;
  eachXml(content, {
    open(tag, attributes) {
      if (tag === "annotation") depth++;
      if (depth > 0) return;
      if (tag === "table") {
        cells = new SheetCells();
        row = 0;
        const { name = "", display } = attributes();
        sheets.push({ name, cells, hidden: display === "false" });
      } else if (tag === "table-row") {
        rowRepeats = repeats(attributes()["number-rows-repeated"]);
        column = 0;
        inRow = [];
      } else if (tag === "table-cell" || tag === "covered-table-cell") {
        cell = attributes();
        text = "";
        paragraphs = 0;
      } else if (tag === "p") {
        if (paragraphs++ > 0) text += "\n";
        isText = true;
      } else if (tag === "s") text += " ".repeat(repeats(attributes().c));
      else if (tag === "tab") text += "\t";
      else if (tag === "line-break") text += "\n";
    },
    close(tag) {
      if (tag === "annotation") depth--;
      if (depth > 0) return;
      if (tag === "p") isText = false;
      else if (tag === "table-cell" || tag === "covered-table-cell") {
        const n = repeats(cell["number-columns-repeated"]);
        const shown = cellText(cell, text, numberText);
        // an empty rest of the row is thousands of cells
        if (shown !== "") for (let k = 0; k < n; k++) inRow.push({ column: column + k, text: shown });
        column += n;
      } else if (tag === "table-row") {
        if (inRow.length > 0) {
          for (let k = 0; k < rowRepeats; k++) for (const at of inRow) cells.put(row + k, at.column, at.text);
        }
        row += rowRepeats;
      }
    },
    text(piece) {
      if (isText && depth === 0) text += piece;
    },
  });
  const chosen = chosenSheet(sheets, wanted);
  return { name: chosen.name, rows: chosen.cells.rows(), of: sheets.length };
}

function repeats(written: string | undefined): number {
  return written === undefined ? 1 : Math.max(1, Number(written) || 1);
}

/** The value of a cell where it has one, else what it shows. An error has a number beside its text. */
function cellText(cell: Readonly<Record<string, string>>, shown: string, numberText: NumberText): string {
  const isError = /^(#[A-Z]|Err:)/.test(shown);
  switch (isError ? "error" : cell["value-type"]) {
    case "float":
    case "percentage":
    case "currency":
      return numberText(Number(cell.value));
    case "boolean":
      return cell["boolean-value"] === "true" ? "TRUE" : "FALSE";
    case "date":
      return cell["date-value"] ?? shown;
    default:
      return shown;
  }
}
