import { describe, expect, test } from "vitest";
import { readMatrixCsv } from "../../src/data/matrix-csv";

describe("readMatrixCsv", () => {
  test("rows of numbers, missing cells included", () => {
    expect(readMatrixCsv("1,0.5,NA\r\n-2e-3, 4 ,\r\n")).toEqual({
      nrow: 2,
      ncol: 3,
      values: Float64Array.of(1, 0.5, NaN, -2e-3, 4, NaN),
    });
    expect(readMatrixCsv("\ufeff0.1\n0.2\n")).toEqual({
      nrow: 2,
      ncol: 1,
      values: Float64Array.of(0.1, 0.2),
    });
    expect(readMatrixCsv("1;2\n3;4")).toMatchObject({ nrow: 2, ncol: 2 });
  });

  const square = { nrow: 2, ncol: 2, values: Float64Array.of(1, 0.5, 0.5, 2) };
  const named = { ...square, levels: ["s1", "s2"] };

  test.each([
    ["names in line 1", "s1,s2\n1,0.5\n0.5,2\n", named],
    ["names in the first column", "s1,1,0.5\ns2,0.5,2\n", named],
    ["both, an empty corner", ",s1,s2\ns1,1,0.5\ns2,0.5,2\n", named],
    ["both, no corner", "s1,s2\ns1,1,0.5\ns2,0.5,2\n", named],
    ["both, a named corner", "id,s1,s2\ns1,1,0.5\ns2,0.5,2\n", named],
    ["a lower triangle", "1\n0.5,2\n", square],
    ["a lower triangle, empty above", "1,\n0.5,2\n", square],
    ["a named lower triangle", ",s1,s2\ns1,1,\ns2,0.5,2\n", named],
    ["a named ragged triangle", "s1\ts2\ns1\t1\ns2\t0.5\t2\n", named],
    ["decimal commas", "1;0,5\n0,5;2\n", square],
    ["a hint of a spreadsheet, empty rows and columns at the end", "sep=;\n1;0,5;;\n0,5;2;;\n;;;\n", square],
  ])("%s", (_, text, expected) => {
    expect(readMatrixCsv(text)).toEqual(expected);
  });

  test("names that are numbers, where they are required or said to be there", () => {
    const text = "1,2\n1,0.5\n0.5,2\n";
    expect(readMatrixCsv(text)).toMatchObject({ nrow: 3, ncol: 2 });
    expect(readMatrixCsv(text, { header: true })).toEqual({ ...square, levels: ["1", "2"] });
    expect(readMatrixCsv(text, { needsNames: true })).toEqual({ ...square, levels: ["1", "2"] });
    expect(readMatrixCsv("id,1,2\n1,1,0.5\n2,0.5,2\n")).toEqual({ ...square, levels: ["1", "2"] });
    expect(() => readMatrixCsv("1,0.5\n0.5,2\n", { needsNames: true, header: false })).toThrow("needs names");
    expect(() => readMatrixCsv("s1,s2\n1,0.5\n", { header: false })).toThrow("'s1' is not a number");
  });

  test.each([
    ["", "the matrix is empty"],
    ["1,2\n3\n", "matrix row 2 (line 2) has 1 cell; wanted 2"],
    ["V1,V2\n1,2\n", "the matrix has names and is 1 x 2; wanted as many columns as rows"],
    ["1,2\n3,0x4\n", "matrix row 2, column 2 (line 2): '0x4' is not a number"],
    ["1,2\n3,<4\n", "matrix row 2, column 2 (line 2): '<4' is not a number but a limit"],
    ['"1,234";"2,345"\n"2,345";"3,456"\n', "the matrix, row 1 (line 1): '1,234' is 1234 with decimal points"],
    ["a,b\n1,2\n", "the matrix has names and is 1 x 2"],
    [",a,b\na,1,0\nc,0,1\n", "the matrix names row 2 'c' and column 2 'b'; wanted the same order for both"],
    ["a,a\n1,0\n0,1\n", "the matrix has the name 'a' twice"],
  ])("%j is an error", (text, message) => {
    expect(() => readMatrixCsv(text)).toThrow(message);
  });
});
