import { describe, expect, it } from "vitest";
import { numberLabel } from "../../src/data/number-label";
import { asFactor } from "../../src/frame/as-factor";

const numeric = (...values: number[]) => ({ kind: "numeric", values: Float64Array.from(values) }) as const;

describe("asFactor", () => {
  it("orders numbers by value, not as text", () => {
    expect(asFactor(numeric(10, 9, -2, 10))).toMatchObject({
      levels: ["-2", "9", "10"],
      codes: Int32Array.of(2, 1, 0, 2),
    });
  });

  it("gives the same for a range too wide for a table, and for fractions", () => {
    expect(asFactor(numeric(1e12, 5, Number.NaN, 1e12))).toMatchObject({
      levels: ["5", "1000000000000"],
      codes: Int32Array.of(1, 0, -1, 1),
    });
    expect(asFactor(numeric(0.5, -0.25, 0.1 + 0.2, 0.3))).toMatchObject({
      levels: ["-0.25", "0.3", "0.5"],
      codes: Int32Array.of(2, 0, 1, 1),
    });
  });

  it("keeps both levels of a logical", () => {
    expect(asFactor({ kind: "logical", values: Float64Array.of(1, 1) }).levels).toEqual(["FALSE", "TRUE"]);
  });

  it("copes with a column of missing cells", () => {
    expect(asFactor(numeric(Number.NaN, Number.NaN))).toMatchObject({
      levels: [],
      codes: Int32Array.of(-1, -1),
    });
  });

  it("writes 15 digits", () => {
    expect(numberLabel(0.1 + 0.2)).toBe("0.3");
    expect(numberLabel(100000)).toBe("100000");
  });
});
