import { describe, expect, it } from "vitest";
import { formatColumn, formatPValue, formatSignificant, limitLabels } from "../../src/report/format";
import { renderText } from "../../src/report/text-table";

describe("formatColumn", () => {
  it("has common decimals: as many as the entry that needs most for 7 significant digits", () => {
    expect(formatColumn([0.145557155, 0.1033284553, -1.980485972, 1.00935949])).toEqual([
      "0.1455572",
      "0.1033285",
      "-1.9804860",
      "1.0093595",
    ]);
    expect(formatColumn([1, 2.5, 10])).toEqual(["1.0", "2.5", "10.0"]);
    expect(formatColumn([3, 12])).toEqual(["3", "12"]);
  });
  it("turns scientific when that is narrower", () => {
    expect(formatColumn([1e-12, 2.5])).toEqual(["1.0e-12", "2.5e+00"]);
    expect(formatColumn([1234567890123])).toEqual(["1.234568e+12"]);
  });
  it("writes infinities as Inf and what does not exist as -", () => {
    expect(formatColumn([Number.NEGATIVE_INFINITY, Number.NaN, 0.5])).toEqual(["-Inf", "-", "0.5"]);
  });
});

it("formatSignificant keeps trailing zeros, as %#.4g does", () => {
  expect([0.138, 12.5, 1e-9, 123456, 0, 0.0001, 9999.9].map((x) => formatSignificant(x))).toEqual([
    "0.1380",
    "12.50",
    "1.000e-09",
    "1.235e+05",
    "0.000",
    "0.0001000",
    "1.000e+04",
  ]);
});

it("formatPValue", () => {
  expect([0.5, 0.0002311, 6.314e-9, 1e-17, 0, Number.NaN].map(formatPValue)).toEqual([
    "0.5000",
    "0.0002",
    "6.31e-09",
    "<1e-16",
    "<1e-16",
    "-",
  ]);
});

it("limitLabels", () => {
  expect(limitLabels(0.95)).toEqual(["2.5 %", "97.5 %"]);
  expect(limitLabels(0.9)).toEqual(["5 %", "95 %"]);
  expect(limitLabels(0.999)).toEqual(["0.05 %", "99.95 %"]);
});

it("renderText aligns words left, numbers right, and leaves no trailing blanks", () => {
  const columns = [
    { header: "", cells: ["mu", "sigma"], align: "left" as const },
    { header: "estimate", cells: ["0.1", "-1.25"] },
    { header: "note", cells: ["a", ""], align: "left" as const },
  ];
  expect(renderText(columns)).toBe("      estimate note\nmu         0.1 a\nsigma    -1.25");
});
