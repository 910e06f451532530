import { describe, expect, it } from "vitest";
import { type Basis, basisOfRows, orthogonalBasis } from "../../src/design/basis";

const rows = 40;
const columns = 4;
const design = Float64Array.from({ length: rows * columns }, (_, at) => {
  const [i, j] = [at % rows, Math.floor(at / rows)];
  if (j === 0) return 1;
  // a year, a year squared, and a column that is not 0 in the last three rows alone
  return j === 1 ? 1990 + i : j === 2 ? (1990 + i) ** 2 : i > 36 ? i - 35 : 0;
});

function without(leftOut: readonly number[]): { expected: Basis; found: Basis; values: Float64Array } {
  const kept = Array.from({ length: rows }, (_, i) => i).filter((i) => !leftOut.includes(i));
  const values = Float64Array.from({ length: kept.length * columns }, (_, at) => {
    const [i, j] = [at % kept.length, Math.floor(at / kept.length)];
    return design[j * rows + kept[i]!]!;
  });
  const flags = Uint8Array.from({ length: rows }, (_, i) => +leftOut.includes(i));
  const edges = [...flags, 1].flatMap((flag, i) => (flag !== (i === 0 ? 1 : flags[i - 1]) ? [i] : []));
  const found = basisOfRows(orthogonalBasis(design, rows, columns), kept.length, flags, edges, values);
  return { expected: orthogonalBasis(values, kept.length, columns), found, values };
}

describe("a basis without some rows is that of the other rows", () => {
  // the last is made anew: nearly nothing is left of a column, and its digits with it
  it.each([[[0]], [[17]], [[39]], [[3, 4, 5, 21]], [[38, 39]]])("rows %j", (leftOut) => {
    const { expected, found } = without(leftOut);
    expect(found.rows).toBe(rows - leftOut.length);
    const close = (a: Float64Array, b: Float64Array, tolerance: number) => {
      const size = Math.max(...b.map(Math.abs));
      for (let i = 0; i < b.length; i++) expect(Math.abs(a[i]! - b[i]!)).toBeLessThan(tolerance * size);
    };
    close(found.values, expected.values, 1e-7);
    close(found.toOriginal, expected.toOriginal, 1e-7);
    // orthogonal to the last digits, whatever the design is
    for (let j = 0; j < columns; j++) {
      for (let k = 0; k <= j; k++) {
        const [a, b] = [j, k].map((c) => found.values.subarray(c * found.rows, (c + 1) * found.rows));
        const product = a!.reduce((sum, value, i) => sum + value * b![i]!, 0);
        expect(product / found.rows).toBeCloseTo(j === k ? 1 : 0, 12);
      }
    }
    expect(found.leastShare).toBeLessThanOrEqual(expected.leastShare * (1 + 1e-6));
  });

  it("says so where a column is lost", () => {
    expect(without([37, 38, 39]).found.leastShare).toBe(0);
  });
});
