import { DrmError } from "../errors";

/** Of a worker, for objects that live shortly; Node's own 48 MB are no faster here, and add up over many cores. */
const YOUNG_GENERATION_MB = 8;
/** A thread takes the options of its process; the script is a classic one even where `--input-type=module` is among them. */
const CLASSIC_SCRIPT = ["--input-type=commonjs"];

/**
 * How Node's threads are started.
 *
 * @throws DrmError "not_supported" where Node's permission model forbids them
 */
export function threadOptions(): object {
  const { permission } = process as { permission?: { has(scope: string): boolean } };
  if (permission?.has("worker") === false) {
    throw new DrmError(
      "not_supported",
      "a batch is fitted in worker threads, which Node's permission model forbids here: start node with --allow-worker",
    );
  }
  const given = [...process.execArgv, process.env.NODE_OPTIONS ?? ""];
  return {
    eval: true,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    ...(given.some((option) => option.includes("--input-type")) && { execArgv: CLASSIC_SCRIPT }),
  };
}

/** What keeps a Node process from ending. */
interface Handle {
  ref(): void;
  unref(): void;
}

/** Whether the threads of a pool, and the ports to them, keep the process from ending. */
export function holdProcess(pool: object, ports: Iterable<MessagePort>, hold: boolean): void {
  const call = hold ? "ref" : "unref";
  for (const port of ports) (port as unknown as Handle)[call]();
  // workerpool's types leave them out
  for (const { worker } of (pool as { readonly workers: readonly { worker: Handle }[] }).workers) {
    worker[call]();
  }
}
