import { describe, expect, test } from "vitest";
import { inOrder, type Source, type Task } from "../../src/batch/in-order";
import type { Answered, Runner } from "../../src/batch/runner";
import { randomStream } from "../../src/stats/random";

/** Squares of numbers. */
const squares: Task<number, readonly number[], readonly number[], number | string> = {
  method: "square",
  open() {
    const numbers: number[] = [];
    return { add: (x) => numbers.push(x), close: () => numbers };
  },
  message: (chunk) => chunk,
  only: (chunk, i) => [chunk[i]!],
  unpack: (answer) => answer,
  crashed: ([x], why) => `${x}: ${why}`,
};

/** A runner of the test's own: `fate` is asked before every call. */
function fakeRunner(size: number, fate: (message: readonly number[]) => Promise<void> | void) {
  const seen = { calls: 0, together: 0, most: 0, closed: 0, held: true };
  const runner: Runner = {
    size,
    async run<Answer>(_: string, message: unknown) {
      seen.calls++;
      seen.most = Math.max(seen.most, ++seen.together);
      try {
        await fate(message as number[]);
      } finally {
        seen.together--;
      }
      return { answer: (message as number[]).map((x) => x * x), milliseconds: 1 } as Answered<Answer>;
    },
    hold(awaited) {
      seen.held = awaited;
    },
    async close() {
      seen.closed++;
    },
  };
  return { runner, seen };
}

async function squaresOf(source: Source<number>, runner: Runner) {
  const out: (number | string)[] = [];
  for await (const some of inOrder(source, squares, runner)) out.push(...some);
  return out;
}

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

describe("inOrder", () => {
  test("keeps the order whichever chunk is done first", async () => {
    const random = randomStream(1);
    const { runner, seen } = fakeRunner(
      4,
      () => new Promise((resolve) => setTimeout(resolve, 20 * random.uniform())),
    );
    expect(await squaresOf(upTo(500), runner)).toEqual(upTo(500).map((x) => x * x));
    expect(seen.most).toBeGreaterThan(1);
    expect(seen.closed).toBe(1);
  });

  test("no more than 2 workers + 1 chunks are ahead of what was taken", async () => {
    for (const size of [1, 3]) {
      const { runner, seen } = fakeRunner(size, () => {});
      const results = inOrder(upTo(1e6), squares, runner);
      await results.next();
      await new Promise((resolve) => setTimeout(resolve, 30));
      // the one that is being taken, and the others
      expect(seen.calls).toBeLessThanOrEqual(2 * size + 2);
      await results.return();
      expect(seen.closed).toBe(1);
    }
  });

  test("a chunk whose worker died runs again, item by item", async () => {
    let died = 0;
    const { runner } = fakeRunner(2, (message) => {
      if (message.length > 1 && message.includes(5) && died++ === 0) throw new Error("killed");
    });
    expect(await squaresOf(upTo(40), runner)).toEqual(upTo(40).map((x) => x * x));
    expect(died).toBe(1);
  });

  test("an item that no worker survives is a result of its own", async () => {
    const tries: number[] = [];
    const { runner } = fakeRunner(2, (message) => {
      if (!message.includes(5)) return;
      tries.push(message.length);
      throw new Error("killed\nand more");
    });
    expect(await squaresOf(upTo(40), runner)).toEqual(upTo(40).map((x) => (x === 5 ? "5: killed" : x * x)));
    // in its chunk, and twice alone
    expect(tries).toHaveLength(3);
    expect(tries.slice(1)).toEqual([1, 1]);
  });

  test("workers that never start are an error", async () => {
    const { runner } = fakeRunner(2, () => {
      throw new Error("blocked by the security policy");
    });
    await expect(squaresOf(upTo(40), runner)).rejects.toThrow(
      "cannot be started here: blocked by the security",
    );
  });
});
