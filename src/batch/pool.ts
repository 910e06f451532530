import workerpool from "workerpool";
import { DrmError } from "../errors";
import type { OptionKinds } from "../options";
import { cannotStart } from "./job-error";
import type { Answered, Request, Runner } from "./runner";
import { holdProcess, threadOptions } from "./threads";
import { workerCode } from "./worker-code.generated";

/** How the work is spread over cores. */
export interface PoolOptions {
  /** how many workers; as many as there are cores by default */
  readonly workers?: number | undefined;
  /**
   * For pages whose Content Security Policy forbids workers from blobs: the address under which the page serves the
   * package's `dist/batch-worker.js`. Otherwise, and always in Node, the script comes from memory.
   */
  readonly workerUrl?: string | undefined;
}

export const POOL_OPTIONS: OptionKinds<PoolOptions> = { workers: "number", workerUrl: "text" };

/** A call that took no longer lets the next one wait at its worker, not here: it cannot go to another worker then. */
const SHORT_MILLISECONDS = 200;
/** Node sends a worker the wish to end before it ends it; a worker that is fitting does not hear it. */
const GRACE_MILLISECONDS = 1;

/**
 * Workers that start when they are first needed. One that dies is replaced: the call that it was at rejects, those that it
 * had not begun go to others. Threads in Node, web workers in a page.
 *
 * workerpool starts the workers and tells when one dies; it thinks of each as busy with one task, "serve", for good. Calls go
 * through a port to the worker: so they can wait at it, and leave nothing behind that only a full collection frees.
 *
 * @throws DrmError "bad_option" when `workers` is not a whole number from 1, "not_supported" where Node's permission model
 *   forbids threads
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
    ...(inNode && { workerThreadOpts: threadOptions() }),
  });
  const lanes = new Set<Lane>();
  const waiting: Call[] = [];
  let isClosing = false;
  let isAwaited = true;
  let ahead = 1;

  /** Hands waiting calls to the lanes with the least to do. */
  const assign = () => {
    while (waiting.length > 0) {
      let lane = leastBusy(lanes);
      if (lanes.size < workers && (lane === null || lane.pending.length > 0)) {
        try {
          lane = openLane();
        } catch (error) {
          for (const call of waiting.splice(0)) call.reject(error);
          return;
        }
      }
      if (lane === null || lane.pending.length >= ahead) return;
      send(lane, waiting.shift()!);
    }
  };
  const openLane = (): Lane => {
    const { port1, port2 } = new MessageChannel();
    const lane: Lane = { port: port1, pending: [] };
    // ends with the worker alone
    const serving = served(port2, port1);
    port1.onmessage = ({ data }: MessageEvent<Answered<unknown>>) => {
      ahead = data.milliseconds <= SHORT_MILLISECONDS ? 2 : 1;
      lane.pending.shift()!.resolve(data);
      assign();
    };
    lanes.add(lane);
    if (!isAwaited) hold(false);
    serving.catch((error: unknown) => {
      port1.close();
      lanes.delete(lane);
      // the worker died over the first of its calls; the others had not begun
      const [running, ...others] = lane.pending;
      for (const call of others.reverse()) waiting.unshift(call);
      running?.reject(error);
      if (isClosing) for (const call of waiting.splice(0)) call.reject(closed());
      else assign();
    });
    return lane;
  };
  /** Has the worker serve the port; one that cannot even be made is nothing to try again. */
  const served = (port: MessagePort, ours: MessagePort) => {
    try {
      return pool.exec("serve", [port], { transfer: [port] });
    } catch (error) {
      ours.close();
      throw cannotStart(error);
    }
  };
  let closing: Promise<void> | null = null;
  const close = async () => {
    isClosing = true;
    await pool.terminate(true);
    if (blob !== null) URL.revokeObjectURL(blob);
  };
  const hold = (awaited: boolean) => {
    isAwaited = awaited;
    if (inNode)
      holdProcess(
        pool,
        Array.from(lanes, ({ port }) => port),
        awaited,
      );
  };
  return {
    size: workers,
    hold,
    async run<Answer>(method: string, message: unknown) {
      if (isClosing) throw closed();
      return (await new Promise<Answered<unknown>>((resolve, reject) => {
        waiting.push({ request: { method, message }, resolve, reject });
        assign();
      })) as Answered<Answer>;
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

interface Call {
  readonly request: Request;
  readonly resolve: (answered: Answered<unknown>) => void;
  readonly reject: (error: unknown) => void;
}

/** The way to one worker. It takes calls one after the other, and the next is there already when it has done one. */
interface Lane {
  readonly port: MessagePort;
  /** calls without an answer, in order: the worker is at the first */
  readonly pending: Call[];
}

function leastBusy(lanes: ReadonlySet<Lane>): Lane | null {
  let least: Lane | null = null;
  for (const lane of lanes) if (least === null || lane.pending.length < least.pending.length) least = lane;
  return least;
}

function send({ port, pending }: Lane, call: Call): void {
  try {
    port.postMessage(call.request);
    pending.push(call);
  } catch (error) {
    call.reject(error);
  }
}

function closed(): Error {
  return new Error("the workers have been closed");
}

function blobOf(code: string): string {
  return URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
}
