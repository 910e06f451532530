import { type Markish, text } from "@observablehq/plot";
import { textWidth } from "./text-width";
import { COLORS, FONT } from "./theme";

/** A point in px from the frame's upper left corner. */
interface Place {
  readonly x: number;
  readonly y: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const HEIGHT = 13;
const AWAY = 7;

/** Sides of a point, the best first: sign of the direction. */
const SIDES = [
  [1, 0],
  [-1, 0],
  [0, -1],
  [0, 1],
] as const;

/**
 * Names beside points: the first side of each where it covers no point and no name before it; none where there is no
 * such side, since a name that cannot be read is worse than none. Give the most important first.
 */
export function placeLabels(
  labels: readonly (Place & { readonly label: string })[],
  points: readonly Place[],
  frame: { readonly width: number; readonly height: number },
): Markish[] {
  const taken: Box[] = points.map(({ x, y }) => ({ left: x - 4, right: x + 4, top: y - 4, bottom: y + 4 }));
  return labels.flatMap(({ x, y, label }) => {
    const width = textWidth(label, FONT.small);
    for (const [across, down] of SIDES) {
      const [cx, cy] = [x + across * (AWAY + width / 2), y + down * (AWAY + HEIGHT / 2)];
      const box = {
        left: cx - width / 2,
        right: cx + width / 2,
        top: cy - HEIGHT / 2,
        bottom: cy + HEIGHT / 2,
      };
      const inside = box.left >= 0 && box.right <= frame.width && box.top >= 0 && box.bottom <= frame.height;
      if (!inside || taken.some((other) => overlap(box, other))) continue;
      taken.push(box);
      return [
        text([label], {
          frameAnchor: "top-left",
          textAnchor: "middle",
          lineAnchor: "middle",
          dx: cx,
          dy: cy,
          fontSize: FONT.small,
          fill: COLORS.ink,
        }),
      ];
    }
    return [];
  });
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
