import { DrmError, didYouMean } from "../../errors";
import { listed } from "../../words";

/*
 * Names of levels as data and trees write them: Homo_sapiens and 'Homo sapiens' are the same. The name as it is written goes first, so
 * that names that differ in nothing else can still be told apart by writing them alike in both places.
 */

/** Finds a name: its number, -1 for one that is not there, -2 for one that several are like. */
export type NameIndex = (name: string) => number;

/** @param isNamed whether a number has a name at all; default all have */
export function nameIndex(
  names: readonly string[],
  isNamed: (index: number) => boolean = () => true,
): NameIndex {
  const indexBy = (key: (name: string) => string) => {
    const index = new Map<string, number>();
    names.forEach((name, i) => {
      if (isNamed(i)) index.set(key(name), index.has(key(name)) ? -2 : i);
    });
    return index;
  };
  let exact: ReadonlyMap<string, number> | null = null;
  let like: ReadonlyMap<string, number> | null = null;
  return (name) => {
    exact ??= indexBy((other) => other);
    const found = exact.get(name);
    if (found !== undefined) return found;
    like ??= indexBy(keyOf);
    return like.get(keyOf(name)) ?? -1;
  };
}

function keyOf(name: string): string {
  const bare = /^(['"])(.*)\1$/s.exec(name.trim())?.[2] ?? name.trim();
  return bare.replaceAll("_", " ").normalize("NFC");
}

/** Where the names of levels are looked up, in words. */
export interface Source {
  /** "tree 'tree'", "matrix 'K'" */
  readonly what: string;
  /** "tip", "name" */
  readonly noun: string;
  /** the column of the levels */
  readonly group: string;
}

/**
 * By level of the data, the number of its name.
 *
 * @throws DrmError "bad_structure" for a level that has none, with the nearest name
 */
export function findLevels(
  levels: readonly string[],
  index: NameIndex,
  known: readonly string[],
  { what, noun, group }: Source,
): Int32Array {
  const found = new Int32Array(levels.length);
  const owner = new Map<number, string>();
  levels.forEach((level, j) => {
    const number = index(level);
    if (number === -1) throw unknownLevels(levels.filter((other) => index(other) === -1));
    if (number === -2) {
      throw new DrmError(
        "bad_structure",
        `level '${level}' of ${group} is like several ${noun}s of the ${what}: write it as the ${what} does`,
      );
    }
    const other = owner.get(number);
    if (other !== undefined) {
      throw new DrmError(
        "bad_structure",
        `levels '${other}' and '${level}' of ${group} are one ${noun} of the ${what}, '${known[number]}': write them alike in the data`,
      );
    }
    owner.set(number, level);
    found[j] = number;
  });
  return found;

  function unknownLevels(missing: readonly string[]): DrmError {
    const [first, ...more] = missing;
    const others = more.length === 0 ? "" : `; not there either${listed(more)}`;
    const near = didYouMean(
      first!,
      known.filter((name) => name !== ""),
    );
    return new DrmError(
      "bad_structure",
      `level '${first}' of ${group} is no ${noun} of the ${what}${near}${others}`,
    );
  }
}
