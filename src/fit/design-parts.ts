import { inverseOf } from "../linalg/elimination";

/**
 * Some rows of a design whose linear predictors go where they like whatever those of the other rows do: the groups of a
 * factor, with the slopes that each has of its own. In `q` coordinates of their own.
 */
export interface DesignPart {
  /** which of the design's rows */
  readonly members: readonly number[];
  /** their predictors as combinations of q predictors among them */
  readonly rows: readonly Float64Array[];
  /** the same rows in the coefficients of the whole design */
  readonly full: readonly Float64Array[];
  readonly q: number;
  /** coefficients of the design that give these coordinates, and 0 in all other rows */
  readonly lift: (coordinates: Float64Array) => Float64Array;
}

/** A coordinate below this is rounding. */
const NOTHING = 1e-9;

/**
 * The parts of a design: the connected components of its rows' dependences. With q independent rows as coordinates every
 * other row is a combination of some of them; rows that share one belong together (the components of the linear matroid, which
 * no choice of the q changes). The whole design where its rows do not span all q coefficients. Cost O(rows q^2).
 */
export function partsOf(rows: readonly Float64Array[], q: number): DesignPart[] {
  const whole = {
    members: rows.map((_, i) => i),
    rows,
    full: rows,
    q,
    lift: (direction: Float64Array) => direction,
  };
  const chosen = q === 1 ? [] : independent(rows, q);
  const inverse = chosen.length === q ? inverseOf(chosen.map((at) => rows[at]!)) : null;
  if (inverse === null) return [whole];
  const coordinates = rows.map((row) =>
    Float64Array.from({ length: q }, (_, j) => {
      let sum = 0;
      for (let k = 0; k < q; k++) sum += row[k]! * inverse[k * q + j]!;
      return Math.abs(sum) > NOTHING ? sum : 0;
    }),
  );
  const part = coordinates[0]!.map((_, j) => j);
  for (const row of coordinates) {
    const own = new Set([...part].filter((_, j) => row[j] !== 0));
    const first = part.find((label) => own.has(label));
    part.forEach((label, j) => {
      if (own.has(label)) part[j] = first!;
    });
  }
  const labels = [...new Set(part)];
  if (labels.length === 1) return [whole];
  return labels.map((label) => {
    const columns = [...part.keys()].filter((j) => part[j] === label);
    const members = [...coordinates.keys()].filter((i) => columns.some((j) => coordinates[i]![j] !== 0));
    return {
      members,
      rows: members.map((i) => Float64Array.from(columns, (j) => coordinates[i]![j]!)),
      full: members.map((i) => rows[i]!),
      q: columns.length,
      lift: (direction) =>
        Float64Array.from({ length: q }, (_, k) =>
          columns.reduce((sum, j, own) => sum + inverse[k * q + j]! * direction[own]!, 0),
        ),
    };
  });
}

/** q independent rows, each the farthest from the span of those before it. */
export function independent(rows: readonly Float64Array[], q: number): number[] {
  const left = rows.map((row) => row.slice());
  const chosen: number[] = [];
  for (let step = 0; step < q; step++) {
    let at = -1;
    let longest = 0;
    left.forEach((row, i) => {
      const length = row.reduce((sum, value) => sum + value * value, 0);
      if (length > longest) [at, longest] = [i, length];
    });
    if (at < 0) break;
    chosen.push(at);
    const pivot = left[at]!.slice();
    for (const row of left) {
      let factor = 0;
      for (let k = 0; k < q; k++) factor += row[k]! * pivot[k]!;
      for (let k = 0; k < q; k++) row[k]! -= (factor / longest) * pivot[k]!;
    }
  }
  return chosen;
}
