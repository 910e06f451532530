/** Tables as aligned text. */

export interface TextColumn {
  readonly header: string;
  readonly cells: readonly string[];
  /** numbers stand right (default), words left */
  readonly align?: "left" | "right";
}

/** Lines without a final newline: header, then rows; columns one space apart, no trailing blanks. */
export function renderText(columns: readonly TextColumn[]): string {
  const nrow = Math.max(...columns.map(({ cells }) => cells.length));
  const padded = columns.map(({ header, cells, align = "right" }) => {
    const width = Math.max(header.length, ...cells.map((cell) => cell.length));
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
