// Choices of one face for each part of the scale, and the choices beside one.
import { type Face, neighbouringCells } from "./faces";
import type { PlainModel } from "./plain-model";
import type { Space } from "./space";
import { sample } from "./starts";

const MOST_EDGES = 1500;
const MOST_BESIDE = 300;
/** Linear predictor of a correlation that has gone to its end. */
const SATURATED = 4;

/** A face of each part, not all inside: all such choices, or those with one part at an edge and a sample of the others. */
export function combinations(faces: readonly (readonly Face[])[], random: () => number): Face[][] {
  const inside = faces.map((list) => list[0]);
  const number = faces.reduce((product, list) => product * list.length, 1);
  if (number <= MOST_EDGES) {
    let all: Face[][] = [[]];
    for (const list of faces) all = all.flatMap((choice) => list.map((face) => [...choice, face]));
    return all.slice(1);
  }
  const singles = faces.flatMap((list, t) =>
    list.slice(1).map((face) => inside.map((own, s) => (s === t ? face : own))),
  );
  const more = Array.from({ length: MOST_EDGES - Math.min(MOST_EDGES, singles.length) }, () =>
    faces.map((list) => (random() < 0.3 ? list[0] : list[Math.floor(random() * list.length)])),
  );
  return [...sample(singles, MOST_EDGES, random), ...more];
}

/** A choice and the coefficients of another that it shares with it; 0 for those of the part that differs. */
export interface Beside {
  readonly choice: readonly Face[];
  readonly start: Float64Array;
  /** the part that differs */
  readonly part: number;
}

/** All choices that differ from that of a point in one part, and of correlations' cells those nearest to the point's. */
export function choicesBeside(
  { parts }: PlainModel,
  faces: readonly (readonly Face[])[],
  { faces: own, predictors }: Space,
  theta: Float64Array,
  random: () => number,
): Beside[] {
  let first = 0;
  return parts.flatMap((part, t) => {
    const before = theta.subarray(0, first);
    const after = theta.subarray(first + own[t].columns);
    first += own[t].columns;
    const others = sample(
      faces[t].filter((face) => face !== own[t]),
      MOST_BESIDE,
      random,
    );
    if (part.kind === "rho" && part.columns > 1) {
      const direction = own[t] === faces[t][0] ? predictors(theta, t) : own[t].direction;
      const largest = direction.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      if (own[t] !== faces[t][0] || largest > SATURATED) {
        others.push(
          ...neighbouringCells(
            part,
            faces[t][0],
            direction.map((value) => value / largest),
          ),
        );
      }
    }
    return others.map((face) => {
      const start = new Float64Array(before.length + face.columns + after.length);
      start.set(before);
      start.set(after, before.length + face.columns);
      return { choice: own.map((each, s) => (s === t ? face : each)), start, part: t };
    });
  });
}
