import { describe, expect, it } from "vitest";
import { randomStream, splitMix, xoshiro256 } from "../../src/stats/random";

describe("randomStream()", () => {
  it("is uniform and normal to five standard errors", () => {
    const random = randomStream(7);
    const n = 20000;
    const sums = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const [u, z] = [random.uniform(), random.normal()];
      sums[0]! += u / n;
      sums[1]! += (u * u) / n;
      sums[2]! += z / n;
      sums[3]! += (z * z) / n;
    }
    const wanted = [1 / 2, 1 / 3, 0, 1];
    sums.forEach((sum, k) => {
      expect(Math.abs(sum - wanted[k]!)).toBeLessThan(5 * Math.sqrt(2 / n));
    });
  });

  it("gives the known outputs of its generators", () => {
    // known first outputs: xoshiro256** from the words 1, 2, 3, 4; SplitMix64 from 1234567
    const bits = xoshiro256([1n, 2n, 3n, 4n]);
    expect([bits(), bits(), bits(), bits()]).toEqual([11520n, 0n, 1509978240n, 1215971899390074240n]);
    expect(splitMix(1234567n).value).toBe(6457827717110365317n);
  });
});
