import workerpool from "workerpool";
import { DrmError } from "../errors";
import type { Answered, Runner } from "./runner";
import { workerCode } from "./worker-code.generated";

export interface PoolOptions {
  /** how many workers; as many as there are cores by default */
  readonly workers?: number | undefined;
  /**
   * For pages whose Content Security Policy forbids workers from blobs: the address under which the page serves the
   * package's `dist/batch-worker.js`. Otherwise, and always in Node, the script comes from memory.
   */
  readonly workerUrl?: string | undefined;
}

/** Of a worker, for objects that live shortly; Node's own 48 MB are no faster here, and add up over many cores. */
const YOUNG_GENERATION_MB = 16;
/** Node sends a worker the wish to end before it ends it; a worker that is fitting does not hear it. */
const GRACE_MILLISECONDS = 1;

/**
 * Workers that start when they are first needed. One that dies is replaced: its call rejects, and the next call starts
 * another. Threads in Node, web workers in a page.
 *
 * @throws DrmError "bad_option" when `workers` is not a whole number from 1
 */
export function startPool({ workers = workerpool.cpus || 1, workerUrl }: PoolOptions): Runner {
  if (!(Number.isInteger(workers) && workers >= 1)) {
    throw new DrmError("bad_option", `workers = ${workers}: a whole number of at least 1 is needed`);
  }
  const inNode = workerpool.platform === "node";
  const blob = inNode || workerUrl !== undefined ? null : blobOf(workerCode);
  const pool = workerpool.pool(inNode ? workerCode : (blob ?? workerUrl!), {
    maxWorkers: workers,
    workerType: inNode ? "thread" : "web",
    workerTerminateTimeout: GRACE_MILLISECONDS,
    ...(inNode && {
      workerThreadOpts: { eval: true, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB } },
    }),
  });
  let closing: Promise<void> | null = null;
  const close = async () => {
    await pool.terminate(true);
    if (blob !== null) URL.revokeObjectURL(blob);
  };
  return {
    size: workers,
    async run<Answer>(method: string, message: unknown) {
      if (closing !== null) throw new Error("the workers have been closed");
      return (await pool.exec(method, [message])) as Answered<Answer>;
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function blobOf(code: string): string {
  return URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
}
