import { chosenSheet, type NumberText, type Sheet, SheetCells } from "./sheet";
import { eachXml } from "./xml";

/** A file inside the package by its path; null where there is none. */
export type Part = (path: string) => string | null;

/** Office Open XML (ECMA-376, part 1, section 18): a workbook, its sheets, the strings that they share, formats that tell dates. */
export function xlsxSheet(part: Part, wanted: string | undefined, numberText: NumberText): Sheet {
  const { sheets, startOf1904 } = workbook(part);
  const { name, path } = chosenSheet(sheets, wanted);
  const cells = new SheetCells();
  const strings = sharedStrings(part("xl/sharedStrings.xml"));
  const isDate = dateFormats(part("xl/styles.xml"));
  let row = -1;
  let column = -1;
  let type = "";
  let style = 0;
  let text = "";
  let isReading = false;
  let depth = 0; // how a text is pronounced
  eachXml(part(path)!, {
    open(tag, attributes) {
      if (tag === "row") {
        const { r } = attributes();
        row = r === undefined ? row + 1 : Number(r) - 1;
        column = -1;
      } else if (tag === "c") {
        const { r, t = "n", s = "0" } = attributes();
        column = r === undefined ? column + 1 : columnOf(r);
        type = t;
        style = Number(s);
        text = "";
      } else if (tag === "rPh") depth++;
      else if (tag === "v" || tag === "t") isReading = depth === 0;
    },
    close(tag) {
      if (tag === "v" || tag === "t") isReading = false;
      else if (tag === "rPh") depth--;
      else if (tag === "c" && text !== "") cells.put(row, column, cellText());
    },
    text(piece) {
      if (isReading) text += piece;
    },
  });
  return { name, rows: cells.rows(), of: sheets.length };

  function cellText(): string {
    switch (type) {
      case "s":
        return strings[Number(text)] ?? "";
      case "b":
        return text === "1" ? "TRUE" : "FALSE";
      case "n":
        return isDate(style) ? isoDate(Number(text), startOf1904) : numberText(Number(text));
      default:
        return unescaped(text);
    }
  }
}

/** Of AB12, 27. */
function columnOf(reference: string): number {
  let column = 0;
  for (const char of reference) {
    const letter = char.charCodeAt(0) - 64;
    if (letter < 1 || letter > 26) break;
    column = 26 * column + letter;
  }
  return column - 1;
}

interface Entry {
  readonly name: string;
  readonly path: string;
  readonly hidden: boolean;
}

function workbook(part: Part): { readonly sheets: readonly Entry[]; readonly startOf1904: boolean } {
  const targets = new Map<string, string>();
  eachXml(part("xl/_rels/workbook.xml.rels") ?? "<none/>", {
    open(tag, attributes) {
      if (tag !== "Relationship") return;
      const { Id = "", Type = "", Target = "" } = attributes();
      if (!Type.endsWith("/worksheet")) return;
      targets.set(Id, Target.startsWith("/") ? Target.slice(1) : `xl/${Target}`);
    },
  });
  const sheets: Entry[] = [];
  let startOf1904 = false;
  eachXml(part("xl/workbook.xml")!, {
    open(tag, attributes) {
      if (tag === "workbookPr") startOf1904 = /^(1|true)$/.test(attributes().date1904 ?? "");
      if (tag !== "sheet") return;
      const { name = "", id = "", state = "visible" } = attributes();
      const path = targets.get(id);
      if (path !== undefined && part(path) !== null) sheets.push({ name, path, hidden: state !== "visible" });
    },
  });
  return { sheets, startOf1904 };
}

/** Plain strings and those in runs of several formats; how they are pronounced is left out. */
function sharedStrings(xml: string | null): readonly string[] {
  const strings: string[] = [];
  if (xml === null) return strings;
  let text = "";
  let depth = 0;
  let isReading = false;
  eachXml(xml, {
    open(tag) {
      if (tag === "si") text = "";
      else if (tag === "rPh") depth++;
      else if (tag === "t") isReading = depth === 0;
    },
    close(tag) {
      if (tag === "si") strings.push(unescaped(text));
      else if (tag === "rPh") depth--;
      else if (tag === "t") isReading = false;
    },
    text(piece) {
      if (isReading) text += piece;
    },
  });
  return strings;
}

/** Characters that XML cannot hold are written _x000D_. */
function unescaped(text: string): string {
  return text.includes("_x")
    ? text.replace(/_x([0-9a-f]{4})_/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
    : text;
}

/** Built-in formats of dates and times (ECMA-376, part 1, 18.8.30). */
const isBuiltInDate = (id: number) =>
  (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);

/** Whether numbers in a style of cells are days since 1900. */
function dateFormats(xml: string | null): (style: number) => boolean {
  const custom = new Map<number, boolean>();
  const styles: boolean[] = [];
  let isCellStyle = false;
  eachXml(xml ?? "<none/>", {
    open(tag, attributes) {
      if (tag === "numFmt") {
        const { numFmtId = "", formatCode = "" } = attributes();
        custom.set(Number(numFmtId), isDateCode(formatCode));
      } else if (tag === "cellXfs") isCellStyle = true;
      else if (tag === "xf" && isCellStyle) {
        const id = Number(attributes().numFmtId ?? 0);
        styles.push(custom.get(id) ?? isBuiltInDate(id));
      }
    },
    close(tag) {
      if (tag === "cellXfs") isCellStyle = false;
    },
  });
  return (style) => styles[style] ?? false;
}

/** Years, months, days, hours or seconds outside of quotes, brackets and colours; of the part for positive numbers. */
function isDateCode(code: string): boolean {
  const bare = code
    .split(";")[0]!
    .replace(/"[^"]*"|\\.|_.|\*./g, "")
    .replace(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, "");
  return /[ymdhs]/i.test(bare) && !/General/i.test(bare);
}

const DAY = 86_400_000;

/** Days since the end of 1899 or, in files of old Macs, since the beginning of 1904, as a date and, where there is one, a time. */
function isoDate(days: number, startOf1904: boolean): string {
  // the calendar of 1900 has a 29 February that never was
  const start = startOf1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, days < 60 ? 31 : 30);
  const time = new Date(start + Math.round(days * 86_400) * 1000);
  if (Number.isNaN(time.getTime())) return String(days);
  const iso = time.toISOString();
  if (days >= 0 && days < 1) return iso.slice(11, 19);
  return time.getTime() % DAY === 0 ? iso.slice(0, 10) : iso.slice(0, 19);
}
