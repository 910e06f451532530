// Aligned text tables and short numbers.

/** Rows of cells under headers, as lines; words stand left, everything that begins like a number right. */
export function table(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const width = headers.map((header, k) => Math.max(header.length, ...rows.map((row) => row[k]!.length)));
  const right = headers.map((_, k) => rows.every((row) => /^[-<>]?\d|^$|^-$/.test(row[k]!)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, k) => (right[k] ? cell.padStart(width[k]!) : cell.padEnd(width[k]!)))
      .join("  ")
      .trimEnd();
  return [headers, ...rows].map(line).join("\n");
}

/** "0.061 ms", "48.2 ms", "1.53 s". */
export function duration(seconds: number): string {
  const [value, unit] = seconds < 0.9995 ? [seconds * 1e3, "ms"] : [seconds, "s"];
  return `${Number(value.toPrecision(3))} ${unit}`;
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(0)}%`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}
