/** What the page knows of a column without having its cells. */
export interface ColumnOverview {
  readonly name: string;
  /** "names": numbers and texts, which can only name studies and rows */
  readonly kind: "number" | "category" | "true/false" | "names" | "unreadable";
  readonly missing: number;
  /** of a category, sorted; of a number with few different values, those; else null */
  readonly levels: readonly string[] | null;
  /** why the column cannot be used, or only for its names */
  readonly problem: string | null;
}

export interface DataOverview {
  readonly nrow: number;
  readonly columns: readonly ColumnOverview[];
  /** what was decided in reading the file: "read with decimal commas" */
  readonly notes: readonly string[];
}

/** Levels by column, the reference first, as drm() takes them; columns that the data lack are passed over. */
export function factorsFor(
  reference: Readonly<Record<string, string>>,
  { columns }: DataOverview,
): Record<string, readonly string[]> {
  const factors: Record<string, readonly string[]> = {};
  for (const { name, kind, levels } of columns) {
    const first = reference[name];
    if (first === undefined || levels === null) continue;
    if (levels.includes(first)) factors[name] = [first, ...levels.filter((level) => level !== first)];
    else if (kind === "number") factors[name] = levels;
  }
  return factors;
}
