/** Golden section within the two neighbours of the best of a grid: for functions that need not be convex, but are smooth. */
export function minimiseOn(f: (x: number) => number, low: number, high: number, points = 60): number {
  const grid = Array.from({ length: points + 1 }, (_, i) => low + ((high - low) * i) / points);
  const values = grid.map(f);
  let best = -1;
  for (const [i, value] of values.entries())
    if (best < 0 || value < values[best]! || Number.isNaN(values[best]!)) best = i;
  let [a, b] = [grid[Math.max(best - 1, 0)]!, grid[Math.min(best + 1, points)]!];
  const share = (Math.sqrt(5) - 1) / 2;
  let [x1, x2] = [b - share * (b - a), a + share * (b - a)];
  let [f1, f2] = [f(x1), f(x2)];
  for (let i = 0; i < 80 && b - a > 1e-12 * Math.max(Math.abs(a), Math.abs(b)); i++) {
    if (f1 <= f2) {
      [b, x2, f2] = [x2, x1, f1];
      x1 = b - share * (b - a);
      f1 = f(x1);
    } else {
      [a, x1, f1] = [x1, x2, f2];
      x2 = a + share * (b - a);
      f2 = f(x2);
    }
  }
  // at an end of the interval the end itself may be best
  const ends = [low, high].filter((end) => f(end) <= Math.min(f1, f2));
  return ends[0] ?? (f1 <= f2 ? x1 : x2);
}

/** Nelder and Mead's (1965) search in a plane, from a triangle of one corner and two steps; f may be Infinity where it is not defined. */
export function minimiseInPlane(
  f: (x: number, y: number) => number,
  start: readonly [number, number],
  step: readonly [number, number],
): [number, number] {
  const corner = (x: number, y: number) => ({ x, y, value: f(x, y) });
  let corners = [
    corner(start[0], start[1]),
    corner(start[0] + step[0], start[1]),
    corner(start[0], start[1] + step[1]),
  ];
  for (let i = 0; i < 1000; i++) {
    corners.sort((a, b) => a.value - b.value);
    const [best, middle, worst] = corners as [Corner, Corner, Corner];
    const size = Math.max(Math.abs(worst.x - best.x), Math.abs(worst.y - best.y));
    if (size <= 1e-11 * (Math.abs(best.x) + Math.abs(best.y))) break;
    const [cx, cy] = [(best.x + middle.x) / 2, (best.y + middle.y) / 2];
    const along = (t: number) => corner(cx + t * (cx - worst.x), cy + t * (cy - worst.y));
    const reflected = along(1);
    if (reflected.value < best.value) {
      const expanded = along(2);
      corners[2] = expanded.value < reflected.value ? expanded : reflected;
    } else if (reflected.value < middle.value) corners[2] = reflected;
    else {
      const contracted = reflected.value < worst.value ? along(0.5) : along(-0.5);
      if (contracted.value < Math.min(reflected.value, worst.value)) corners[2] = contracted;
      else {
        corners = corners.map((one) => corner((one.x + best.x) / 2, (one.y + best.y) / 2));
      }
    }
  }
  corners.sort((a, b) => a.value - b.value);
  return [corners[0]!.x, corners[0]!.y];
}

interface Corner {
  readonly x: number;
  readonly y: number;
  readonly value: number;
}
