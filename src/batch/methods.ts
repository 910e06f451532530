import { fitJobs } from "./fit-jobs";
import { fitLines } from "./fit-lines";
import { fitReplicates } from "./replicates";
import type { Method } from "./runner";

/** What workers can be asked to do. */
export const METHODS = { fitJobs, fitLines, fitReplicates } satisfies Record<string, Method>;
