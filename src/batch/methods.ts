import { fitJobs } from "./fit-jobs";
import type { Method } from "./runner";

/** What workers can be asked to do. */
export const METHODS = { fitJobs } satisfies Record<string, Method>;
