import type { ResultLine } from "../../batch/messages";
import { type Tally, tally } from "./tally";

/** What an earlier run has left in its file of results. */
export interface Finished {
  /** bytes of the complete results; what follows was torn off and is written again */
  readonly bytes: number;
  readonly tally: Tally;
  /**
   * The first result of a job of this id, or the first of these that `isIts` knows: each of them answers for one job.
   * Null when there is none, or none left.
   */
  take(id: string | number, isIts?: (result: FinishedResult) => boolean): FinishedResult | null;
  /** the same, and the result stays */
  look(id: string | number, isIts?: (result: FinishedResult) => boolean): FinishedResult | null;
  /** results that no job has asked for */
  left(): number;
  /** their places, in order */
  places(): Iterable<number>;
  /** where the result of a place begins and ends, in bytes */
  range(place: number): readonly [start: number, end: number];
}

export interface FinishedResult {
  /** among the results of the file, from 0 */
  readonly place: number;
  /** what it says of its model; null for an error and in a table, which do not */
  readonly statement: string | null;
  /** as a line of JSON, of those few that stand for all */
  readonly sample: string | null;
}

/** A result of an earlier run, as it is read. */
export interface ReadResult {
  readonly key: string;
  readonly outcome: ResultLine["outcome"];
  readonly statement: string | null;
  /** results of one kind of model have one */
  kind(): string;
  readonly start: number;
  readonly end: number;
  /** the result as a line of JSON */
  text(): string;
}

/** Kinds of models of which one result is compared with what its job gives now, and how far they are looked for. */
const KINDS = 8;
const LOOKED_AT = 1000;

/** Gathers results, whose ids become keys by `keyOf`. */
export function finishedResults(keyOf: (id: string | number) => string) {
  const byKey = new Map<string, number | number[]>();
  const statements: (string | null)[] = [];
  const texts = new Map<string, string>();
  const starts: number[] = [];
  const ends: number[] = [];
  const kinds = new Set<string>();
  const samples = new Map<number, () => string>();
  const outcomes = tally();
  let last: (Pick<ReadResult, "text"> & { place: number }) | null = null;
  let firstError: (Pick<ReadResult, "text"> & { place: number }) | null = null;

  const placesOf = (id: string | number): readonly number[] => {
    const places = byKey.get(keyOf(id));
    return places === undefined ? [] : typeof places === "number" ? [places] : places;
  };
  const resultAt = (place: number): FinishedResult => ({
    place,
    statement: statements[place]!,
    sample: samples.get(place)?.() ?? null,
  });
  const find = (id: string | number, isIts?: (result: FinishedResult) => boolean): FinishedResult | null => {
    const places = placesOf(id);
    const place = (isIts && places.find((each) => isIts(resultAt(each)))) ?? places[0];
    return place === undefined ? null : resultAt(place);
  };
  return {
    add({ key, outcome, statement, kind, start, end, text }: ReadResult) {
      const place = starts.push(start) - 1;
      ends.push(end);
      // thousands of results say the same: one text of it is kept
      if (statement !== null && !texts.has(statement)) texts.set(statement, statement);
      statements.push(statement === null ? null : texts.get(statement)!);
      outcomes.add(outcome);
      const before = byKey.get(key);
      if (before === undefined) byKey.set(key, place);
      else if (typeof before === "number") byKey.set(key, [before, place]);
      else before.push(place);
      if (outcome === "failed") {
        firstError ??= { place, text };
        return;
      }
      last = { place, text };
      if (place >= LOOKED_AT || kinds.size >= KINDS || kinds.has(kind())) return;
      kinds.add(kind());
      samples.set(place, text);
    },
    finished(bytes: number): Finished {
      // where all have failed their errors are all that can be compared
      const other = last ?? firstError;
      if (other !== null) samples.set(other.place, other.text);
      let left = starts.length;
      return {
        bytes,
        tally: outcomes,
        look: find,
        take(id, isIts) {
          const result = left === 0 ? null : find(id, isIts);
          if (result === null) return null;
          const rest = placesOf(id).filter((place) => place !== result.place);
          if (rest.length === 0) byKey.delete(keyOf(id));
          else byKey.set(keyOf(id), rest);
          left--;
          return result;
        },
        left: () => left,
        *places() {
          const all = [...byKey.values()].flat();
          yield* all.sort((a, b) => a - b);
        },
        range: (place) => [starts[place]!, ends[place]!],
      };
    },
  };
}

/** Of a new run. */
export function nothingFinished(): Finished {
  return finishedResults(String).finished(0);
}
