/** Levels that are most likely one: they differ in case, in blanks or in how an accent is encoded. */
import type { Column } from "../../data/table";
import { count } from "../format";
import { type Check, type CheckRow, row } from "./check";

const MOST_NAMED = 3;

export const similarLevels: Check = ({ data }) => similarLevelsRow(Object.entries(data));

/** A row that names them, or null where all levels differ in more. */
export function similarLevelsRow(columns: readonly (readonly [string, Column])[]): CheckRow | null {
  const found = columns.flatMap(([name, column]) =>
    column.kind === "factor" ? similar(column.levels).map((levels) => ({ name, levels })) : [],
  );
  if (found.length === 0) return null;
  const shown = found
    .slice(0, MOST_NAMED)
    .map(
      ({ name, levels }) => `${name}: ${levels.map((level) => `'${level}'`).join(" and ")}${unseen(levels)}`,
    );
  const more = found.length > MOST_NAMED ? `, ... (${found.length} in all)` : "";
  return row(
    "similar_levels",
    "warning",
    count(found.length, "pair"),
    `${shown.join("; ")}${more}: levels that differ only in case or blanks are levels of their own. Make them one in the data, if they are.`,
  );
}

function similar(levels: readonly string[]): readonly (readonly string[])[] {
  const same = new Map<string, string[]>();
  for (const level of levels) {
    const key = plain(level);
    const known = same.get(key);
    if (known === undefined) same.set(key, [level]);
    else known.push(level);
  }
  return [...same.values()].filter((group) => group.length > 1);
}

/** What is left of a level without what the eye passes over. */
function plain(level: string): string {
  return level
    .normalize("NFC")
    .replace(/[\u200b-\u200d\u2060\ufeff]/g, "")
    .trim()
    .replace(/\s+/gu, " ")
    .toLowerCase();
}

/** Where the printed levels look alike, what tells them apart. */
function unseen(levels: readonly string[]): string {
  const composed = new Set(levels.map((level) => level.normalize("NFC")));
  return composed.size < levels.length ? " (an accent is encoded in two ways)" : "";
}
