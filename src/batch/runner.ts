/** Runs methods in workers. */
export interface Runner {
  /** calls that can be under way at once */
  readonly size: number;
  /** Rejects when the worker died over it, and after close(). */
  run<Answer>(method: string, message: unknown): Promise<Answered<Answer>>;
  /** Whether somebody waits for what it does: a process in which nobody does may end. */
  hold(awaited: boolean): void;
  /** At once: what is under way is given up. */
  close(): Promise<void>;
}

export interface Answered<Answer> {
  readonly answer: Answer;
  /** of the worker's time */
  readonly milliseconds: number;
}

/** What goes to a worker. */
export interface Request {
  readonly method: string;
  readonly message: unknown;
}

/** A method by its name: a message in, an answer out, with the buffers that may be moved instead of copied. */
export type Method = (message: never) => {
  readonly answer: unknown;
  readonly transfer?: ArrayBuffer[];
};

/** Calls a method and says how long it took. */
export function timed(
  method: Method,
  message: unknown,
): { answered: Answered<unknown>; transfer: ArrayBuffer[] } {
  const begin = performance.now();
  const { answer, transfer = [] } = method(message as never);
  return { answered: { answer, milliseconds: performance.now() - begin }, transfer };
}

/** Lets timers and messages have their turn. */
export function nextTurn(): Promise<void> {
  // Node's setImmediate waits for nothing; pages round a timer of 0 up to a few milliseconds
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
