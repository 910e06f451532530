import { constants } from "node:buffer";
import { DrmError } from "../errors";

/** The longest text that there can be, in UTF-16 units and so in bytes of plain UTF-8; Node's own limit. */
export const MAX_TEXT_BYTES = constants.MAX_STRING_LENGTH;

/** "672 MB" */
export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6).toLocaleString("en-US")} MB`;
}

/** Of a file that is too large to be one text. `size` is null where it has not been read to its end. */
export function tooLarge(label: string, size: number | null): DrmError {
  const limit = megabytes(MAX_TEXT_BYTES);
  const seen = size === null ? `more than ${limit}` : megabytes(size);
  return new DrmError(
    "too_large",
    `${label} is ${seen} of text, of which at most ${limit} can be read at once: leave out columns and rows that the ` +
      "model does not need; of many data sets in one table drmeta batch --by reads larger files too",
  );
}
