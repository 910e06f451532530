import { version as packageVersion } from "../package.json";

/** The version of drmeta. */
export const version: string = packageVersion;
