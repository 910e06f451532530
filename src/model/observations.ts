import type { BlockCovariance } from "../covariance/block-covariance";
import type { Design } from "../design/design";
import { type Block, emptyBlock, type Outcomes, singleBlock, stackBlocks } from "./model";

// Between the rows of a frame and the observations of a model. `observation` holds, at 2 i + o, the number of the
// observation of outcome o in row i, -1 where it is absent; null when rows and observations are the same.

/** Every outcome that is there: y1[1], y2[1], y1[2], ... */
export function presentOutcomes([first, second]: readonly [Uint8Array, Uint8Array]): Outcomes {
  const frameRow: number[] = [];
  const outcome: number[] = [];
  for (let row = 0; row < first.length; row++) {
    if (first[row] === 1) {
      frameRow.push(row);
      outcome.push(0);
    }
    if (second[row] === 1) {
      frameRow.push(row);
      outcome.push(1);
    }
  }
  return { frameRow: Int32Array.from(frameRow), outcome: Uint8Array.from(outcome) };
}

/** Number of the observation of outcome o in frame row i at 2 i + o, -1 where it is absent. */
export function observationNumbers({ frameRow, outcome }: Outcomes, rows: number): Int32Array {
  const numbers = new Int32Array(2 * rows).fill(-1);
  for (let k = 0; k < frameRow.length; k++) numbers[2 * frameRow[k]! + outcome[k]!] = k;
  return numbers;
}

/** The observations of each of the frame's rows: one, or the outcomes that are there. */
export function observationsByRow(
  { rows, outcomes }: { readonly rows: number; readonly outcomes: Outcomes | null },
  nrow: number,
): number[][] {
  const out = Array.from({ length: nrow }, (): number[] => []);
  for (let k = 0; k < rows; k++) out[outcomes === null ? k : outcomes.frameRow[k]!]!.push(k);
  return out;
}

/** Designs side by side over the observations; null where a dpar has no coefficients. */
export function blockOf(
  designs: readonly (Design | null)[],
  rows: number,
  observation: Int32Array | null,
): Block {
  if (observation === null) return designs[0] ? singleBlock(designs[0]) : emptyBlock(rows);
  const outcomeOf: number[] = [];
  for (let outcome = 0; outcome < designs.length; outcome++) if (designs[outcome]) outcomeOf.push(outcome);
  const present = designs.filter((design) => design !== null);
  return stackBlocks(present, rows, (d, row) => observation[2 * row + outcomeOf[d]!]!);
}

/** The observations of the rows with both outcomes, and the number of each row's pair, -1 where there is none. */
export function completePairs(observation: Int32Array): { pairs: Int32Array; pairOf: Int32Array } {
  const pairOf = new Int32Array(observation.length / 2).fill(-1);
  const pairs: number[] = [];
  for (let row = 0; row < pairOf.length; row++) {
    const first = observation[2 * row]!;
    const second = observation[2 * row + 1]!;
    if (first < 0 || second < 0) continue;
    pairOf[row] = pairs.length / 2;
    pairs.push(first, second);
  }
  return { pairs: Int32Array.from(pairs), pairOf };
}

/** V of the observations from V of all 2 n places. */
export function observedV(V: BlockCovariance, observation: Int32Array, rows: number): BlockCovariance {
  const places = new Int32Array(rows);
  observation.forEach((number, place) => {
    if (number >= 0) places[number] = place;
  });
  return V.subset(places);
}
