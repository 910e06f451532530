import type { TableColumn } from "./text-table";

/** What a row that belongs to an outcome says of it: the key of its mean. */
interface OfOutcome {
  readonly outcome: string;
}

/** The key where there is one outcome only, which tables need not name. */
const ONLY_MEAN = "mu";

/** Whether a table has to say which outcome its rows are of. */
export function namesOutcomes(rows: readonly OfOutcome[]): boolean {
  return rows.some(({ outcome }) => outcome !== ONLY_MEAN);
}

/** The column that says it; none where there is one outcome. */
export function outcomeColumn(rows: readonly OfOutcome[]): TableColumn[] {
  if (!namesOutcomes(rows)) return [];
  return [{ header: "outcome", cells: rows.map(({ outcome }) => outcome), align: "left" }];
}
