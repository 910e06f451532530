import { fitJobs } from "./fit-jobs";
import { fitLines } from "./fit-lines";
import type { Method } from "./runner";

/** What workers can be asked to do. */
export const METHODS = { fitJobs, fitLines } satisfies Record<string, Method>;
