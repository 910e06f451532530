import { largest } from "../../data/range";
import type { ReportTable } from "../text-table";

/** A table of GitHub-flavoured Markdown, with its caption above in bold and its notes below. */
export function markdownTable({ caption, columns, notes }: ReportTable): string {
  const width = columns.map(({ header, cells }) => {
    return largest(
      [header, ...cells].map((cell) => escaped(cell).length),
      3,
    );
  });
  const right = columns.map(({ align = "right" }) => align === "right");
  const pad = (text: string, j: number) => (right[j] ? text.padStart(width[j]!) : text.padEnd(width[j]!));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, j) => pad(escaped(cell), j)).join(" | ")} |`;
  const rule = columns.map((_, j) => (right[j] ? `${"-".repeat(width[j]! - 1)}:` : "-".repeat(width[j]!)));
  const nrow = largest(columns.map(({ cells }) => cells.length));
  const blocks = [
    [
      line(columns.map(({ header }) => header)),
      `| ${rule.join(" | ")} |`,
      ...Array.from({ length: nrow }, (_, i) => line(columns.map(({ cells }) => cells[i]!))),
    ].join("\n"),
  ];
  if (caption !== "") blocks.unshift(`**${escaped(caption)}**`);
  // two spaces: a line break
  if (notes.length > 0) blocks.push(notes.map(escaped).join("  \n"));
  return blocks.join("\n\n");
}

/** What would end a cell, or be read as emphasis, code, a link, HTML or an entity. */
function escaped(text: string): string {
  return (
    text
      .replace(/[\\|*`<[\]~&]/g, "\\$&")
      // an underscore within a word is only an underscore
      .replace(/(^|\W)_|_(?=\W|$)/g, (found) => found.replace("_", "\\_"))
      .replace(/\s*[\r\n]+\s*/g, " ")
  );
}
