import type { Forest, ForestRow, ForestSummary } from "./rows";

/** A line of the picture or several: `y` is the middle, in px below the top of the frame's outer edge. */
export interface Placed {
  readonly y: number;
  /** the label, wrapped */
  readonly label: string;
}
export interface PlacedRow extends Placed {
  readonly row: ForestRow;
}
export interface PlacedSummary extends Placed {
  readonly summary: ForestSummary;
  /** middle of the line of its prediction interval, null without one */
  readonly predictionY: number | null;
}

export interface ForestLayout {
  readonly headings: readonly Placed[];
  readonly rows: readonly PlacedRow[];
  readonly summaries: readonly PlacedSummary[];
  readonly rowHeight: number;
  /** where the rows end */
  readonly bottom: number;
}

/** Without heterogeneity a prediction interval is the mean's own. */
export function hasPrediction({ heterogeneity, predictionLower }: ForestSummary): boolean {
  return heterogeneity > 0 && !Number.isNaN(predictionLower);
}

/** From here on rows are set closer. */
const MANY = 60;

/**
 * Places rows from top to bottom: a group's heading, its rows, its summary; the overall summary last. A label that
 * needs several lines makes its row as much higher.
 */
export function layOutForest(
  { groups, overall }: Forest,
  wrap: (label: string) => readonly string[],
  top: number,
  lineHeight: number,
): ForestLayout {
  const count = groups.reduce((sum, group) => sum + group.rows.length, 0);
  const rowHeight = count > MANY ? 15 : 20;
  const headings: Placed[] = [];
  const rows: PlacedRow[] = [];
  const summaries: PlacedSummary[] = [];
  let y = top;
  const place = (label: string): Placed => {
    const lines = wrap(label);
    const height = rowHeight + (lines.length - 1) * lineHeight;
    y += height;
    return { y: y - height / 2, label: lines.join("\n") };
  };
  const placeSummary = (summary: ForestSummary): void => {
    const placed = place(summary.label);
    const hasInterval = hasPrediction(summary);
    if (hasInterval) y += rowHeight;
    summaries.push({ ...placed, summary, predictionY: hasInterval ? y - rowHeight / 2 : null });
  };
  for (const group of groups) {
    if (group.label !== "") headings.push(place(group.label));
    for (const row of group.rows) rows.push({ ...place(row.label), row });
    if (group.summary !== null) placeSummary(group.summary);
    if (group.label !== "") y += rowHeight / 2;
  }
  y += rowHeight / 3;
  placeSummary(overall);
  return { headings, rows, summaries, rowHeight, bottom: y + 4 };
}
