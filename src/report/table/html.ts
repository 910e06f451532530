import { largest } from "../../data/range";
import type { ReportTable } from "../text-table";

/** An HTML <table> with its caption, headers of columns and rows, and the notes at its foot. */
export function htmlTable({ caption, columns, notes }: ReportTable): string {
  const nrow = largest(columns.map(({ cells }) => cells.length));
  const style = columns.map(({ align = "right" }) => (align === "right" ? ' style="text-align: right"' : ""));
  const heads = columns.map(({ header }, j) => `<th scope="col"${style[j]}>${escaped(header)}</th>`);
  const rows = Array.from({ length: nrow }, (_, i) => {
    const cells = columns.map(({ cells, align }, j) => {
      const text = escaped(cells[i]!);
      // a row is named by its first column when that holds words
      if (j === 0 && align === "left") return `<th scope="row" style="text-align: left">${text}</th>`;
      return `<td${style[j]}>${text}</td>`;
    });
    return `    <tr>${cells.join("")}</tr>`;
  });
  const foot = notes.map((note) => `    <tr><td colspan="${columns.length}">${escaped(note)}</td></tr>`);
  return [
    "<table>",
    ...(caption === "" ? [] : [`  <caption>${escaped(caption)}</caption>`]),
    "  <thead>",
    `    <tr>${heads.join("")}</tr>`,
    "  </thead>",
    "  <tbody>",
    ...rows,
    "  </tbody>",
    ...(foot.length === 0 ? [] : ["  <tfoot>", ...foot, "  </tfoot>"]),
    "</table>",
  ].join("\n");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
