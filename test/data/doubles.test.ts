import { describe, expect, test } from "vitest";
import { doublesFrom, reuse, scratch } from "../../src/data/doubles";

describe("doublesFrom", () => {
  test("cuts zeroed arrays that do not overlap", () => {
    const doubles = doublesFrom(40);
    const arrays = [3, 10, 7, 9, 11, 200].map((length) => doubles(length));
    for (const [k, array] of arrays.entries()) array.fill(k + 1);
    for (const [k, array] of arrays.entries()) expect(new Set(array)).toEqual(new Set([k + 1]));
    expect([...doubles(10)]).toEqual(Array(10).fill(0));
  });
});

describe("reuse", () => {
  const shapes = (lengths: readonly number[]) => () => lengths.map((length) => scratch(length));

  test("lends the same arrays, zeroed, where they are asked for again", () => {
    const first = reuse(shapes([4, 300, 2]));
    for (const array of first) array.fill(7);
    const second = reuse(shapes([4, 300, 2]));
    for (const [k, array] of second.entries()) expect(array).toBe(first[k]);
    for (const array of second) expect(array.every((value) => value === 0)).toBe(true);
  });

  test("whatever the order, and after an error too", () => {
    const first = reuse(shapes([4, 5, 4]));
    expect(() =>
      reuse(() => {
        scratch(4);
        throw new Error("in the middle");
      }),
    ).toThrow("in the middle");
    const second = reuse(shapes([5, 6, 4, 4, 4]));
    expect(second[0]).toBe(first[1]);
    expect(second.slice(2, 4)).toEqual([first[0], first[2]]);
    expect(second[2]).toBe(first[0]);
    expect(second[4]).not.toBe(first[0]);
    expect(second[1]).toHaveLength(6);
  });

  test("very many shapes leave no more than a few megabytes behind", () => {
    const seen = new WeakRef(reuse(() => scratch(8000)));
    for (let length = 1; length < 8000; length++) reuse(() => scratch(length));
    expect(reuse(() => scratch(8000))).not.toBe(seen.deref());
  });

  test("nothing is lent outside, nor again inside, while it is in use", () => {
    const outside = scratch(4);
    const [lent, inner] = reuse(() => [scratch(4), reuse(() => scratch(4))]);
    expect(lent!.buffer === outside.buffer && lent!.byteOffset === outside.byteOffset).toBe(false);
    expect(inner).not.toBe(lent);
    expect(scratch(4)).not.toBe(lent);
  });
});
