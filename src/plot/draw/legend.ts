import { dot, type Markish, text } from "@observablehq/plot";
import { textWidth } from "./text-width";
import { FONT, seriesColor, seriesSymbol } from "./theme";

const ITEM_GAP = 18;
const LINE_HEIGHT = 18;

export interface Legend {
  readonly marks: readonly Markish[];
  /** px to add to the top margin */
  readonly height: number;
}

/** The names of the series in rows above the frame, each with its colour and shape. Nothing for fewer than two. */
export function legendAbove(labels: readonly string[], width: number): Legend {
  if (labels.length < 2) return { marks: [], height: 0 };
  const places: { x: number; line: number }[] = [];
  let [x, line] = [0, 0];
  for (const label of labels) {
    const needed = 14 + textWidth(label, FONT.small) + ITEM_GAP;
    if (x > 0 && x + needed > width) [x, line] = [0, line + 1];
    places.push({ x, line });
    x += needed;
  }
  const height = (line + 1) * LINE_HEIGHT + 4;
  const marks = labels.flatMap((label, i) => {
    const dy = places[i]!.line * LINE_HEIGHT - height + 4;
    const dx = places[i]!.x;
    return [
      dot([0], {
        frameAnchor: "top-left",
        dx: dx + 5,
        dy,
        r: 4.5,
        symbol: seriesSymbol(i),
        fill: seriesColor(i),
      }),
      text([label], {
        frameAnchor: "top-left",
        textAnchor: "start",
        lineAnchor: "middle",
        dx: dx + 14,
        dy,
        fontSize: FONT.small,
      }),
    ];
  });
  return { marks, height };
}
