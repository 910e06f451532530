import { expect, it } from "vitest";
import { dot, norm } from "../../src/linalg/vector";

it("inner products and lengths", () => {
  expect(dot(Float64Array.of(1, 2, 3), Float64Array.of(4, -5, 6))).toBe(12);
  expect(norm(Float64Array.of(3, 0, -4))).toBe(5);
  expect([dot(new Float64Array(0), new Float64Array(0)), norm(new Float64Array(0))]).toEqual([0, 0]);
});
