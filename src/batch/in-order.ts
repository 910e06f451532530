import { DrmError } from "../errors";
import type { Signal } from "../inference/signal";
import { cannotStart, firstLine } from "./job-error";
import { type Answered, nextTurn, type Runner } from "./runner";

/**
 * Work that is done on a chunk of items at once, by a method of the workers. `add` must copy what it needs: items may
 * change once it has returned, and the chunk is sent again when a worker dies over it.
 */
export interface Task<Item, Chunk, Answer, Result> {
  readonly method: string;
  /** a chunk to fill; its first item is number `first`, counting from 0 */
  open(first: number): { add(item: Item): void; close(): Chunk };
  /** what the worker is sent of a chunk */
  message(chunk: Chunk): unknown;
  /** the chunk of the i-th item alone */
  only(chunk: Chunk, i: number): Chunk;
  /** one result for each item of the chunk, in order; gone through once */
  unpack(answer: Answer, chunk: Chunk): Iterable<Result>;
  /** no worker will be sent the chunk any more */
  done?(chunk: Chunk): void;
  /** of a chunk with one item, which no worker survived */
  crashed(chunk: Chunk, why: string): Result;
}

/** What a chunk should take a worker: long beside the cost of a message, short enough to share out the work. */
const CHUNK_MILLISECONDS = 80;
const FIRST_CHUNK = 4;
const LARGEST_CHUNK = 256;
/** A source that pauses for this long has its items sent, however few. */
const IDLE_MILLISECONDS = 20;
/** The event loop, and with it the answers of workers, waits for reading at most about this long. */
const READING_MILLISECONDS = 2;

/** Sources are read through: an array, a generator, a stream. */
export type Source<Item> = Iterable<Item> | AsyncIterable<Item>;

/**
 * The results of all items, in the order of the items, by chunk. Chunks go to the workers as fast as they are taken; at most
 * 2 workers + 1 chunks are under way or waiting to be taken, so that memory does not depend on the number of items.
 * A chunk whose worker dies runs again item by item, and an item twice; then it has the result `crashed()`.
 *
 * Ends by itself, by `return()` of the generator, or by the signal, whose reason is thrown; the runner is closed in all
 * cases. An error of the source is thrown after the results of the items before it.
 */
export async function* inOrder<Item, Chunk, Answer, Result>(
  source: Source<Item>,
  task: Task<Item, Chunk, Answer, Result>,
  runner: Runner,
  signal?: Signal | undefined,
): AsyncGenerator<Iterable<Result>, void, undefined> {
  const capacity = 2 * runner.size + 1;
  const underWay: Promise<Iterable<Result>>[] = [];
  const sizes = chunkSize();
  const start = startGuard(runner.size);
  const room = gate();
  const arrival = gate();
  let filling = task.open(0);
  let waiting = 0;
  let arrived = 0;
  let ended = false;
  let stopped = false;
  let failure: { readonly error: unknown } | null = null;

  const send = () => {
    if (waiting === 0) return;
    const chunk = filling.close();
    const results = run(chunk, waiting).finally(() => task.done?.(chunk));
    // an error is met when its turn comes
    results.catch(() => {});
    underWay.push(results);
    filling = task.open(arrived);
    waiting = 0;
    arrival.open();
  };

  const run = async (chunk: Chunk, count: number): Promise<Iterable<Result>> => {
    let answered: Answered<Answer> | null = null;
    for (let attempt = 1; ; attempt++) {
      try {
        answered = await runner.run<Answer>(task.method, task.message(chunk));
        break;
      } catch (error) {
        signal?.throwIfAborted();
        if (stopped || error instanceof DrmError) throw error;
        start.failed(error);
        if (count > 1) break;
        if (attempt === 2) return [task.crashed(chunk, firstLine(error))];
      }
    }
    if (answered !== null) {
      start.succeeded();
      sizes.learn(answered.milliseconds / count);
      return task.unpack(answered.answer, chunk);
    }
    const alone = Array.from({ length: count }, (_, i) => run(task.only(chunk, i), 1));
    return (await Promise.all(alone)).flatMap((results) => [...results]);
  };

  let breath = performance.now();
  const take = (item: Item): Promise<void> | null => {
    filling.add(item);
    arrived++;
    waiting++;
    if (waiting >= sizes.size()) send();
    const isFull = underWay.length >= capacity;
    return isFull || performance.now() - breath >= READING_MILLISECONDS ? pause() : null;
  };
  const pause = async () => {
    while (underWay.length >= capacity && !stopped) await room.opened();
    await nextTurn();
    breath = performance.now();
  };
  const read = async () => {
    try {
      if (Symbol.asyncIterator in source) {
        for await (const item of source) {
          if (stopped) break;
          await take(item);
        }
      } else {
        // without a promise for each item
        for (const item of source) {
          if (stopped) break;
          const pausing = take(item);
          if (pausing !== null) await pausing;
        }
      }
      if (!stopped) send();
    } catch (error) {
      if (!stopped) send();
      failure = { error };
    } finally {
      ended = true;
      arrival.open();
    }
  };

  let seen = 0;
  const idle = setInterval(() => {
    if (arrived === seen && underWay.length < capacity) send();
    seen = arrived;
  }, IDLE_MILLISECONDS);
  const hold = (awaited: boolean) => {
    // a number in pages
    if (typeof idle === "object") idle[awaited ? "ref" : "unref"]();
    runner.hold(awaited);
  };
  const abort = () => {
    stopped = true;
    runner.close().catch(() => {});
    arrival.open();
  };
  signal?.addEventListener("abort", abort, { once: true });
  try {
    signal?.throwIfAborted();
    void read();
    for (;;) {
      signal?.throwIfAborted();
      if (underWay.length === 0) {
        if (ended) break;
        await arrival.opened();
        continue;
      }
      const results = await underWay[0]!;
      underWay.shift();
      room.open();
      // a caller who asks for one result and never for another must not keep the process from ending
      hold(false);
      yield results;
      hold(true);
    }
    if (failure !== null) throw (failure as { readonly error: unknown }).error;
  } finally {
    stopped = true;
    runner.hold(true);
    clearInterval(idle);
    signal?.removeEventListener("abort", abort);
    room.open();
    await runner.close();
  }
}

/** Items in the next chunk: from a few, growing to what takes a worker CHUNK_MILLISECONDS. */
function chunkSize(): { size: () => number; learn: (millisecondsAnItem: number) => void } {
  let size = FIRST_CHUNK;
  let average = Number.NaN;
  return {
    size: () => size,
    learn(each) {
      average = Number.isNaN(average) ? each : 0.7 * average + 0.3 * each;
      const wanted = Math.floor(CHUNK_MILLISECONDS / Math.max(average, 1e-6));
      size = Math.max(1, Math.min(wanted, 4 * size, LARGEST_CHUNK));
    },
  };
}

/** Workers that never answer at all (a security policy, a broken script) are an error, not a job's misfortune. */
function startGuard(size: number): { succeeded: () => void; failed: (error: unknown) => void } {
  let answered = false;
  let failures = 0;
  return {
    succeeded: () => {
      answered = true;
    },
    failed(error) {
      failures++;
      if (!answered && failures > FIRST_CHUNK * 2 + size) {
        throw cannotStart(error);
      }
    },
  };
}

/** A door that one may wait at; opening it lets pass who waits, or who comes next. */
function gate(): { opened: () => Promise<void>; open: () => void } {
  let isOpen = false;
  let pass: (() => void) | null = null;
  return {
    opened: () =>
      new Promise((resolve) => {
        if (isOpen) resolve();
        else pass = resolve;
        isOpen = false;
      }),
    open() {
      if (pass === null) isOpen = true;
      else pass();
      pass = null;
    },
  };
}
