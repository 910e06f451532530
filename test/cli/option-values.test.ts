import { describe, expect, test } from "vitest";
import { parseFix, parseLevel, parseLevels, parseMatrix } from "../../src/cli/option-values";

describe("--levels", () => {
  test("unordered and ordered, gathered", () => {
    const first = parseLevels("habitat=grassland, forest");
    expect(parseLevels("dose=low < mid<high", first)).toEqual({
      factors: { habitat: ["grassland", "forest"], dose: ["low", "mid", "high"] },
      ordered: new Set(["dose"]),
    });
  });

  test("a comma makes < a part of the level, and only the first = counts", () => {
    expect(parseLevels("age=<65,>=65")).toEqual({ factors: { age: ["<65", ">=65"] }, ordered: new Set() });
  });

  test.each(["habitat", "=a,b", "habitat=", "habitat=a,,b", "dose=a<"])("%s is refused", (value) => {
    expect(() => parseLevels(value)).toThrow();
  });

  test("a column twice is refused", () => {
    expect(() => parseLevels("h=b,a", parseLevels("h=a,b"))).toThrow("Column 'h' is given twice");
  });
});

test("--matrix and --fix", () => {
  expect(parseMatrix("W=a=b.csv", parseMatrix("V=cov.csv"))).toEqual({ V: "cov.csv", W: "a=b.csv" });
  expect(() => parseMatrix("cov.csv")).toThrow("NAME=FILE.csv");
  expect(() => parseMatrix("V=b.csv", { V: "a.csv" })).toThrow("given twice");
  expect(parseFix("sigma2=0.5", parseFix("sigma1=0"))).toEqual({ sigma1: 0, sigma2: 0.5 });
  expect(() => parseFix("sigma=zero")).toThrow("'zero' is not a number");
  expect(() => parseFix("sigma=1", { sigma: 0 })).toThrow("given twice");
});

test("--conf", () => {
  expect(parseLevel("0.9")).toBe(0.9);
  expect(() => parseLevel("95")).toThrow("Write 0.95");
  for (const value of ["0", "1", "-1", "", "x"]) expect(() => parseLevel(value)).toThrow();
});
