import { del, get, set } from "idb-keyval";
import type { Source } from "../worker/text-table";

/** The reader's own data as they are kept in this browser's IndexedDB. They go nowhere else. */
export interface SavedData extends Source {
  readonly fileName: string;
}

const KEY = "drmeta-file";
/** Bytes; more would be a burden on the reader's disk. */
const LARGEST_SAVED = 20e6;

/** Storage may be switched off (private windows): then nothing is kept, which is no error. */
export async function saveData(own: SavedData): Promise<"yes" | "no" | "too large"> {
  if (own.bytes.length > LARGEST_SAVED) {
    await forgetData(); // an older file must not come back in its place
    return "too large";
  }
  return set(KEY, own).then(
    () => "yes" as const,
    () => "no" as const,
  );
}

export function savedData(): Promise<SavedData | undefined> {
  return get<SavedData>(KEY).catch(() => undefined);
}

export async function forgetData(): Promise<void> {
  await del(KEY).catch(() => undefined);
}
