import { describe, expect, it } from "vitest";
import { drmFormula } from "../../src/formula/formula";
import { parseFormula } from "../../src/formula/parser";
import { evaluateNumeric } from "../../src/frame/evaluate";
import { buildFrame } from "../../src/frame/frame";
import { errorOf, literalTable } from "./literal-table";

const table = literalTable({
  y: [null, 1, 2, 3],
  x: [9, 4, -1, 0.25],
  n: [1, 2, 3, 4],
  h: ["a", "b", "a", "b"],
  digits: ["1", "2", "2", "3.5"],
  flag: [true, false, true, true],
});
const frame = buildFrame(drmFormula("y ~ x + n + h + digits + flag"), table);
const numbers = (text: string) => [
  ...evaluateNumeric(parseFormula(`~ ${text}`).right, frame, "the response"),
];

describe("evaluateNumeric", () => {
  it.each([
    ["n", [2, 3, 4]],
    ["n^2 - n / 2", [3, 7.5, 14]],
    ["-(n + 1)", [-3, -4, -5]],
    ["abs(x)", [4, 1, 0.25]],
    ["log(n, 2) - log2(n)", [0, 0, 0]],
    ["I(x %% 3)", [1, 2, 0.25]],
    ["I(x > 0 & n != 4)", [1, 0, 0]],
    ["I(h == 'b')", [1, 0, 1]],
    ["!flag", [1, 0, 0]],
    ["flag + 1", [1, 2, 2]],
    ["as.numeric(digits)", [2, 2, 3.5]],
    ["2", [2, 2, 2]],
  ])("%s", (text, expected) => {
    expect(numbers(text)).toEqual(expected);
  });

  it("shares a bare column instead of copying it", () => {
    const whole = buildFrame(drmFormula("n ~ 1"), table);
    const values = evaluateNumeric(parseFormula("~ n").right, whole, "the response");
    expect(values).toBe((whole.column("n") as { values: Float64Array }).values);
  });

  it.each([
    ["log(x)", "bad_term: log(x): 'x' is -1 in row 3, and log() needs a number above 0"],
    ["sqrt(x)", "sqrt(x): 'x' is -1 in row 3, and sqrt() needs a number of at least 0"],
    ["n / (x - 0.25)", "n/(x - 0.25) is Infinity in row 4"],
    ["exp(n * 400)", "is Infinity in row 2"],
    ["h", "the response needs numbers, but 'h' holds text ('b' in row 2)"],
    ["h + 1", "'h' holds text"],
    ["as.numeric(h)", "'h' is 'b' in row 2"],
    ["scale(x)", "not_supported: scale() makes moderators only"],
  ])("%s is refused", (text, message) => {
    expect(errorOf(() => numbers(text))).toContain(message);
  });
});
