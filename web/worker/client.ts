import type { Failure } from "../model/error-field";
import type { Reply } from "./messages";
import type { Session } from "./session";
import type { Source } from "./text-table";

type Answer<Name extends keyof Session> = Awaited<ReturnType<Session[Name]>>;

/** The side of the page: calls by name, answers as promises that reject with a Failure. */
export interface Client {
  /** New data. Whatever was asked about the old ones is forgotten: those promises never settle. */
  load(source: Source): Promise<Answer<"load">>;
  /** A fit. It makes older fits and pictures that have not come back superfluous: their promises never settle. */
  analyse(...args: Parameters<Session["analyse"]>): Promise<Answer<"analyse">>;
  /** A picture, which makes older ones superfluous in the same way. */
  plot(...args: Parameters<Session["plot"]>): Promise<Answer<"plot">>;
  ask<Name extends "rows" | "compare" | "file" | "plot">(
    name: Name,
    ...args: Parameters<Session[Name]>
  ): Promise<Answer<Name>>;
}

interface Waiting {
  readonly name: keyof Session;
  readonly args: readonly unknown[];
  readonly resolve: (value: unknown) => void;
  readonly reject: (failure: Failure) => void;
}

/** What is no longer wanted may still finish within this time; after that it is ended with its worker. */
const PATIENCE_MS = 150;

/** One worker. A fit cannot be interrupted, so a long one that nobody waits for costs the worker, and a new one is made. */
export function createClient(createWorker: () => Worker): Client {
  const waiting = new Map<number, Waiting>();
  // forgotten, but the worker is still at them
  const unwanted = new Set<number>();
  let lastId = 0;
  let source: Source | null = null;
  let worker = start();

  function start(): Worker {
    const started = createWorker();
    started.onmessage = ({ data }: MessageEvent<Reply>) => {
      unwanted.delete(data.id);
      const call = waiting.get(data.id);
      if (call === undefined) return;
      waiting.delete(data.id);
      if ("failure" in data) call.reject(data.failure);
      else call.resolve(data.value);
    };
    started.onerror = (event) => {
      for (const { reject } of waiting.values()) {
        reject({ code: "internal", message: event.message || "the worker could not be started" });
      }
      waiting.clear();
    };
    return started;
  }

  function send(name: keyof Session, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      lastId += 1;
      waiting.set(lastId, { name, args, resolve, reject });
      worker.postMessage({ id: lastId, name, args });
    });
  }

  /** A fresh worker with the same data, which is asked again what it still owes. */
  function restart(): void {
    worker.terminate();
    unwanted.clear();
    worker = start();
    if (source !== null && ![...waiting.values()].some(({ name }) => name === "load")) {
      worker.postMessage({ id: 0, name: "load", args: [source] });
    }
    for (const [id, { name, args }] of waiting) worker.postMessage({ id, name, args });
  }

  function forget(isForgotten: (call: Waiting) => boolean): void {
    const forgotten = [...waiting].filter(([, call]) => isForgotten(call)).map(([id]) => id);
    for (const id of forgotten) {
      waiting.delete(id);
      unwanted.add(id);
    }
    if (forgotten.length === 0) return;
    setTimeout(() => {
      if (forgotten.some((id) => unwanted.has(id))) restart();
    }, PATIENCE_MS);
  }

  return {
    load(newSource) {
      source = newSource;
      forget(() => true);
      return send("load", [newSource]) as Promise<Answer<"load">>;
    },
    analyse(...args) {
      forget(({ name }) => name === "analyse" || name === "plot");
      return send("analyse", args) as Promise<Answer<"analyse">>;
    },
    plot(...args) {
      forget(({ name }) => name === "plot");
      return send("plot", args) as Promise<Answer<"plot">>;
    },
    ask(name, ...args) {
      return send(name, args) as Promise<Answer<typeof name>>;
    },
  };
}
