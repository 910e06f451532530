import { expect, it } from "vitest";
import { triangle, unpacked } from "../../src/linalg/triangle";

it("row n of a packed triangle begins after n (n + 1) / 2 cells", () => {
  expect([0, 1, 2, 3, 100_000].map(triangle)).toEqual([0, 1, 3, 6, 5_000_050_000]);
});

it("a packed triangle, from anywhere in a longer array, as a matrix", () => {
  const packed = Float64Array.of(9, 9, 1, 2, 3, 4, 5, 6, 9);
  expect([...unpacked(packed, 2, 3)]).toEqual([1, 2, 4, 2, 3, 5, 4, 5, 6]);
  expect([...unpacked(packed, 0, 0)]).toEqual([]);
});
