import { DrmError } from "../src/errors";

/** Code and message of the DrmError that a call ends in. */
export function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof DrmError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error("wanted a DrmError");
}
