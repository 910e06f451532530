import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { chiSquaredUpperTail } from "../../src/stats/chi-squared";
import { fUpperTail } from "../../src/stats/f-distribution";
import { normalCritical, normalQuantile, normalTwoSidedP } from "../../src/stats/normal";
import { studentTCritical, studentTTwoSidedP } from "../../src/stats/student-t";

/** R's own p and q functions agree with arbitrary precision to about this in the far tail. */
const TAIL = 1e-12;

interface Row {
  p: number;
  x: number;
  upper: number;
  df: number;
  df1: number;
  df2: number;
}
const fixtures = JSON.parse(
  readFileSync(new URL("./fixtures/distributions.json", import.meta.url), "utf8"),
) as Record<"normal" | "t" | "chisq" | "f", Row[]>;

function worst(rows: readonly Row[], error: (row: Row) => number): { error: number; row: Row | null } {
  let result: { error: number; row: Row | null } = { error: 0, row: null };
  for (const row of rows) {
    const e = error(row);
    if (!(e <= result.error)) result = { error: e, row };
  }
  return result;
}
const relative = (got: number, want: number) =>
  got === want ? 0 : Math.abs(got - want) / Math.max(Math.abs(want), 1e-300);

function expectClose(rows: readonly Row[], error: (row: Row) => number, tolerance = TAIL): void {
  const found = worst(rows, error);
  expect(found.error, JSON.stringify(found.row)).toBeLessThan(tolerance);
}

describe("normal", () => {
  const rows = fixtures.normal;
  it("tails agree with R down to 1e-300", () => {
    expectClose(rows, (r) => relative(normalTwoSidedP(-r.x), 2 * r.upper));
  });
  it("quantiles agree with R down to 1e-300", () => {
    expectClose(rows, (r) => relative(-normalQuantile(r.p), r.x));
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 14);
    expect(normalCritical(0.95)).toBeCloseTo(1.959963984540054, 14);
    expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
    expect(normalQuantile(1.5)).toBeNaN();
  });
  it("passes NaN on", () => expect(normalTwoSidedP(Number.NaN)).toBeNaN());
});

describe("Student's t", () => {
  const rows = fixtures.t;
  it("tails agree with R", () => {
    expectClose(rows, (r) => relative(studentTTwoSidedP(r.x, r.df), 2 * r.upper));
  });
  it("quantiles agree with R", () => {
    // a level of 1 - 2 p is exact for the larger p only
    const central = rows.filter(({ upper }) => upper > 1e-3);
    expect(central.length).toBeGreaterThan(10);
    expectClose(central, (r) => relative(studentTCritical(1 - 2 * r.upper, r.df), r.x));
    expect(studentTCritical(0.95, 10)).toBeCloseTo(2.228138851986275, 12);
  });
  it("is the normal distribution at df = Infinity and NaN at df <= 0", () => {
    expect(studentTTwoSidedP(1.7, Number.POSITIVE_INFINITY)).toBe(normalTwoSidedP(1.7));
    expect(studentTCritical(0.9, Number.POSITIVE_INFINITY)).toBe(normalCritical(0.9));
    expect(studentTTwoSidedP(1, 0)).toBeNaN();
  });
});

describe("chi-squared", () => {
  const rows = fixtures.chisq;
  it("tails agree with R", () => {
    expectClose(rows, (r) => relative(chiSquaredUpperTail(r.x, r.df), r.upper));
    expect(chiSquaredUpperTail(0, 3)).toBe(1);
  });
});

describe("F", () => {
  const rows = fixtures.f;
  it("tails agree with R", () => {
    expectClose(rows, (r) => relative(fUpperTail(r.x, r.df1, r.df2), r.upper));
  });
  it("is chi-squared / df1 at df2 = Infinity", () => {
    expect(fUpperTail(2, 3, Number.POSITIVE_INFINITY)).toBe(chiSquaredUpperTail(6, 3));
  });
});
