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

  test.each([
    ["", "the matrix is empty"],
    ["1,2\n3\n", "matrix row 2 (line 2) has 1 cell; wanted 2"],
    ["V1,V2\n1,2\n", "matrix row 1, column 1: 'V1' is not a number; a matrix file has no header row"],
    ["1,2\ns2,3\n", "matrix row 2, column 1: 's2' is not a number; a matrix file has no row names"],
    ["1;2\n3;4,5\n", "matrix row 2, column 2: '4,5' is not a number; numbers need a decimal point: 4.5"],
    ["1,2\n3,0x4\n", "matrix row 2, column 2: '0x4' is not a number"],
  ])("%j is an error", (text, message) => {
    expect(() => readMatrixCsv(text)).toThrow(message);
  });
});
