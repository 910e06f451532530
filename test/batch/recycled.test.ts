import { expect, test } from "vitest";
import { recycled } from "../../src/batch/recycled";

test("arrays that were given back serve again where they are long enough", () => {
  const memory = recycled();
  const [short, long] = [memory.take(10), memory.take(100)];
  memory.giveBack(long);
  memory.giveBack(short);
  expect(memory.take(50)).toBe(long);
  expect(memory.take(5)).not.toBe(long);
});

test("in Node they are in memory that threads share", () => {
  expect(recycled().take(1).buffer).toBeInstanceOf(SharedArrayBuffer);
});
