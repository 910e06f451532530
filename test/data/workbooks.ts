import { strToU8, zipSync } from "fflate";

/** A cell as a spreadsheet has it: a number, text, a boolean, an error, a date, or nothing. */
export type SheetCell =
  | number
  | string
  | boolean
  | null
  | { readonly error: string }
  | { readonly date: string }
  | { readonly percent: number };

export interface SheetGiven {
  readonly name: string;
  readonly rows: readonly (readonly SheetCell[])[];
  readonly hidden?: boolean;
}

const escaped = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");

/** As Excel writes it: shared strings, styles, cells that are left out where they are empty. */
export function xlsx(sheets: readonly SheetGiven[], { date1904 = false } = {}): Uint8Array {
  const strings: string[] = [];
  const shared = (text: string) => {
    if (!strings.includes(text)) strings.push(text);
    return strings.indexOf(text);
  };
  const start = date1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, 30);
  const cell = (value: SheetCell, at: string): string => {
    if (value === null) return "";
    if (typeof value === "number") return `<c r="${at}"><v>${value.toPrecision(17)}</v></c>`;
    if (typeof value === "boolean") return `<c r="${at}" t="b"><v>${Number(value)}</v></c>`;
    if (typeof value === "string") return `<c r="${at}" t="s"><v>${shared(value)}</v></c>`;
    if ("error" in value) return `<c r="${at}" t="e"><v>${value.error}</v></c>`;
    if ("percent" in value) return `<c r="${at}" s="2"><v>${value.percent}</v></c>`;
    return `<c r="${at}" s="1"><v>${(Date.parse(value.date) - start) / 86_400_000}</v></c>`;
  };
  const letter = (j: number) =>
    (j < 26 ? "" : String.fromCharCode(64 + Math.floor(j / 26))) + String.fromCharCode(65 + (j % 26));
  const files: Record<string, string> = {};
  sheets.forEach(({ rows }, k) => {
    const lines = rows.map((row, i) => {
      const cells = row.map((value, j) => cell(value, `${letter(j)}${i + 1}`)).join("");
      return cells === "" ? "" : `<row r="${i + 1}" spans="1:${row.length}">${cells}</row>`;
    });
    files[`xl/worksheets/sheet${k + 1}.xml`] =
      `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${lines.join("")}</sheetData></worksheet>`;
  });
  const relations = sheets.map(
    (_, k) =>
      `<Relationship Id="rId${k + 1}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet${k + 1}.xml"/>`,
  );
  files["xl/_rels/workbook.xml.rels"] =
    `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${relations.join("")}</Relationships>`;
  const names = sheets.map(
    ({ name, hidden }, k) =>
      `<sheet name="${escaped(name)}" sheetId="${k + 1}"${hidden ? ' state="hidden"' : ""} r:id="rId${k + 1}"/>`,
  );
  files["xl/workbook.xml"] =
    `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr${date1904 ? ' date1904="1"' : ""}/><sheets>${names.join("")}</sheets></workbook>`;
  // the first string in two runs, as after a change of its letters' format
  const items = strings.map((text, i) =>
    i === 0 && text.length > 1
      ? `<si><r><t>${escaped(text[0]!)}</t></r><r><rPr><b/></rPr><t xml:space="preserve">${escaped(text.slice(1))}</t></r></si>`
      : `<si><t>${escaped(text)}</t><rPh sb="0" eb="1"><t>aloud</t></rPh></si>`,
  );
  files["xl/sharedStrings.xml"] =
    `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">${items.join("")}</sst>`;
  files["xl/styles.xml"] =
    `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts><numFmt numFmtId="164" formatCode="[$-407]d/&quot;of&quot;\\ mmm\\ yyyy;@"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="9"/></cellXfs></styleSheet>`;
  return zipped(files);
}

/** As LibreOffice writes it: what repeats is written once, up to the last column and row there can be. */
export function ods(sheets: readonly SheetGiven[]): Uint8Array {
  const cell = (value: SheetCell): string => {
    if (value === null) return "<table:table-cell/>";
    if (typeof value === "number")
      return `<table:table-cell office:value-type="float" office:value="${value}"><text:p>${value.toFixed(1)}</text:p></table:table-cell>`;
    if (typeof value === "boolean")
      return `<table:table-cell office:value-type="boolean" office:boolean-value="${value}"><text:p>x</text:p></table:table-cell>`;
    if (typeof value === "string")
      return `<table:table-cell office:value-type="string"><office:annotation><text:p>a note</text:p></office:annotation><text:p>${escaped(value).replace(/ {2}/g, ' <text:s text:c="1"/>')}</text:p></table:table-cell>`;
    if ("error" in value)
      return `<table:table-cell office:value-type="float" office:value="0" calcext:value-type="error"><text:p>${value.error}</text:p></table:table-cell>`;
    if ("percent" in value)
      return `<table:table-cell office:value-type="percentage" office:value="${value.percent}"><text:p>?</text:p></table:table-cell>`;
    return `<table:table-cell office:value-type="date" office:date-value="${value.date}"><text:p>12.03.15</text:p></table:table-cell>`;
  };
  const tables = sheets.map(({ name, rows }) => {
    const lines = rows.map(
      (row) =>
        `<table:table-row>${row.map(cell).join("")}<table:table-cell table:number-columns-repeated="16380"/></table:table-row>`,
    );
    return `<table:table table:name="${escaped(name)}">${lines.join("")}<table:table-row table:number-rows-repeated="1048560"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>`;
  });
  return zipped({
    mimetype: "application/vnd.oasis.opendocument.spreadsheet",
    "content.xml": `<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"><office:body><office:spreadsheet>${tables.join("")}</office:spreadsheet></office:body></office:document-content>`,
  });
}

function zipped(files: Readonly<Record<string, string>>): Uint8Array {
  return zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, strToU8(text)])));
}
