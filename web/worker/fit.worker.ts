import { DrmError } from "../../src/index";
import type { Failure } from "../model/error-field";
import type { Reply, Request } from "./messages";
import { createSession } from "./session";

/** The part of a worker's global scope that is used here; the types of pages and of workers exclude each other. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<Request>) => void) | null;
  postMessage(reply: Reply): void;
}

const scope = globalThis as unknown as WorkerScope;
const session = createSession();

// one after the other: what is asked about data waits until they are read
let last: Promise<void> = Promise.resolve();
scope.onmessage = ({ data }) => {
  last = last.then(() => answer(data));
};

async function answer({ id, name, args }: Request): Promise<void> {
  try {
    const call = session[name] as (...args: unknown[]) => unknown;
    scope.postMessage({ id, value: await call(...args) });
  } catch (error) {
    scope.postMessage({ id, failure: failureOf(error) });
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof DrmError) return { code: error.code, message: error.message };
  return { code: "internal", message: error instanceof Error ? error.message : String(error) };
}
