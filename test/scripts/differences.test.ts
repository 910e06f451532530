import { describe, expect, test } from "vitest";
import { compare } from "../../scripts/same-numbers/differences";

const TOLERANCE = 1e-12;
const firstOf = (before: unknown, after: unknown) => compare("x", before, after, TOLERANCE).first;

describe("what differs between two answers", () => {
  test("nothing between the same, NaN and infinities included", () => {
    const answer = () => ({ a: [1, Number.NaN, Number.NEGATIVE_INFINITY], b: "text", c: null, d: undefined });
    expect(compare("x", answer(), answer(), TOLERANCE)).toEqual({
      numbers: 3,
      inexact: 0,
      largest: 0,
      first: null,
    });
  });

  test("a number beyond the tolerance, by where it is; not one within it", () => {
    expect(firstOf({ a: { b: [1, 2] } }, { a: { b: [1, 2 + 1e-11] } })).toEqual({
      where: "x.a.b[1]",
      before: "2",
      after: "2.00000000001",
    });
    expect(compare("x", 2, 2 + 4e-16, TOLERANCE)).toMatchObject({ inexact: 1, first: null });
    expect(compare("x", 0, 1e-13, TOLERANCE).largest).toBeCloseTo(1e-11, 20);
  });

  test("a number that is no longer one", () => {
    expect(firstOf(1, Number.NaN)).not.toBeNull();
    expect(firstOf(1, Number.POSITIVE_INFINITY)).not.toBeNull();
    expect(firstOf(1, null)).not.toBeNull();
    expect(firstOf(1, "1")).not.toBeNull();
  });

  test("lengths, keys, their order, and the type of a list", () => {
    expect(firstOf([1, 2], [1])).toEqual({ where: "x", before: "Array of 2", after: "Array of 1" });
    expect(firstOf({ a: 1, b: 2 }, { b: 2, a: 1 })?.before).toBe("Object {a, b}");
    expect(firstOf({ a: 1 }, { a: 1, b: undefined })).not.toBeNull();
    expect(firstOf([1], Float64Array.of(1))?.after).toBe("Float64Array of 1");
  });

  test("the first line of a text, or its end", () => {
    expect(firstOf("a\nb\nc", "a\nB\nC")).toEqual({ where: "x", before: "b", after: "B" });
    expect(firstOf("a", "a\nb")).toEqual({ where: "x", before: "(end of the text)", after: "b" });
  });

  test("not the version", () => {
    expect(firstOf({ version: "1", a: 1 }, { version: "2", a: 1 })).toBeNull();
  });
});
