import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  columnsOf,
  orthogonalise,
  orthonormalBasis,
  removeProjection,
  spanOf,
} from "../../src/linalg/orthogonal";
import { dot, norm } from "../../src/linalg/vector";
import { randomFrom } from "../fit/random-problem";
import { difference, largest, ROUNDING, randomMatrix, settings, times, transposed } from "./matrices";

/** X as column-major is X' as row-major: Q = X T is Q' = T' X'. */
function combined(X: Float64Array, T: Float64Array, rows: number, columns: number): Float64Array {
  return times(transposed(T, columns, columns), X, columns, columns, rows);
}

function orthogonalised(
  X: Float64Array,
  rows: number,
  columns: number,
  squaredLength = 1,
  negligible?: number,
) {
  const Q = new Float64Array(rows * columns);
  const T = new Float64Array(columns * columns);
  const shares = new Float64Array(columns);
  orthogonalise(X, rows, columns, squaredLength, Q, T, shares, negligible);
  return { Q, T, shares };
}

/** |Q'Q - squaredLength I|, column-major. */
function skewness(Q: Float64Array, rows: number, columns: number, squaredLength = 1): number {
  const gram = times(Q, transposed(Q, columns, rows), columns, rows, columns);
  return largest(gram.map((value, at) => value / squaredLength - (at % (columns + 1) === 0 ? 1 : 0)));
}

/** An intercept, and columns of a calendar year's size and spread: nearly parallel to each other. */
function years(seed: number, rows: number, columns: number): Float64Array {
  const random = randomFrom(seed);
  const centred = Float64Array.from({ length: rows }, () => random.normal());
  return Float64Array.from({ length: rows * columns }, (_, at) => {
    const [i, j] = [at % rows, Math.floor(at / rows)];
    return (1 + 0.01 * centred[i]!) ** j + (j > 1 ? 1e-4 * random.normal() : 0);
  });
}

describe("orthogonalise()", () => {
  const sizes = fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 20 }));

  it("makes orthogonal columns of the length asked for, however parallel they were", () => {
    fc.assert(
      fc.property(fc.nat(), sizes, fc.boolean(), (seed, [columns, more], parallel) => {
        const rows = columns + 2 + more;
        const X = parallel ? years(seed, rows, columns) : randomMatrix(seed, columns, rows);
        const before = X.slice();
        const { Q, T, shares } = orthogonalised(X, rows, columns, rows);
        expect(X).toEqual(before);
        expect(skewness(Q, rows, columns, rows)).toBeLessThan(columns * ROUNDING);
        for (let i = 0; i < columns; i++) for (let j = 0; j < i; j++) expect(T[i * columns + j]).toBe(0);
        // X T = Q, up to rounding of the terms
        const sizesOfTerms = combined(X.map(Math.abs), T.map(Math.abs), rows, columns);
        expect(difference(combined(X, T, rows, columns), Q)).toBeLessThan(
          columns * ROUNDING * largest(sizesOfTerms),
        );
        for (const share of shares) {
          expect(share).toBeGreaterThan(0);
          expect(share).toBeLessThanOrEqual(1 + ROUNDING);
        }
      }),
      settings,
    );
  });

  it("in place", () => {
    const X = randomMatrix(3, 4, 9);
    const { Q } = orthogonalised(X, 9, 4);
    orthogonalise(X, 9, 4, 1, X, new Float64Array(16), new Float64Array(4));
    expect(X).toEqual(Q);
  });

  it("the share of a column is the squared sine of its angle to those before it", () => {
    // columns (1, 0, 0) and (3, 0, 4)
    expect([...orthogonalised(Float64Array.of(1, 0, 0, 3, 0, 4), 3, 2).shares]).toEqual([1, 16 / 25]);
    expect([...orthogonalised(Float64Array.of(1, 0, 0, 0), 2, 2).shares]).toEqual([1, 0]);
    // their squares are zero in double precision
    expect([...orthogonalised(Float64Array.of(1e-200, 1e-200), 2, 1).shares]).toEqual([0]);
  });

  it("a dependent column has no part in those after it, and T says which combination vanishes", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 4 }), (seed, before) => {
        const rows = 12;
        const random = randomFrom(seed);
        const X = randomMatrix(seed, before + 2, rows);
        const weights = Float64Array.from({ length: before }, () => random.normal());
        const columns = columnsOf(X, rows, before + 2);
        columns[before]!.fill(0);
        weights.forEach((weight, k) => {
          for (let i = 0; i < rows; i++) columns[before]![i]! += weight * columns[k]![i]!;
        });
        const { Q, T, shares } = orthogonalised(X, rows, before + 2, 1, 1e-14);
        expect([...shares].map((share) => share <= 1e-14)).toEqual([
          ...new Array<boolean>(before).fill(false),
          true,
          false,
        ]);
        expect(largest(columnsOf(Q, rows, before + 2)[before]!)).toBe(0);
        expect(T[before * (before + 2) + before]).toBe(1);
        weights.forEach((weight, k) => {
          expect(T[k * (before + 2) + before]).toBeCloseTo(-weight, 10);
        });
        expect(T[before * (before + 2) + before + 1]).toBe(0);
        const rest = Q.slice();
        rest.copyWithin(before * rows, (before + 1) * rows);
        expect(skewness(rest.subarray(0, (before + 1) * rows), rows, before + 1)).toBeLessThan(
          ROUNDING * rows,
        );
      }),
      settings,
    );
  });
});

it("removeProjection() leaves what is orthogonal to the columns, and nothing of a combination of them", () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 6 }), (seed, columns) => {
      const rows = 15;
      const X = years(seed, rows, columns);
      const basis = orthonormalBasis(X, rows, columns);
      const y = randomMatrix(seed + 1, rows, 1);
      const rest = removeProjection(y.slice(), basis);
      for (const q of basis) expect(Math.abs(dot(q, rest))).toBeLessThan(rows * ROUNDING * norm(y));
      const inside = columnsOf(X, rows, columns)[columns - 1]!;
      expect(norm(removeProjection(inside.slice(), basis))).toBeLessThan(rows * ROUNDING * norm(inside));
    }),
    settings,
  );
});

it("spanOf() is orthonormal, spans the vectors, and counts no dependent one", () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 5 }), (seed, columns) => {
      const rows = 15;
      const vectors = columnsOf(randomMatrix(seed, rows, columns), rows, columns);
      const sum = vectors.reduce(
        (total, vector) => total.map((part, i) => part + vector[i]!),
        new Float64Array(rows),
      );
      const basis = spanOf([...vectors, sum, new Float64Array(rows)], 1e-7);
      expect(basis).toHaveLength(columns);
      basis.forEach((a, i) => {
        basis.forEach((b, j) => {
          expect(dot(a, b)).toBeCloseTo(i === j ? 1 : 0, 12);
        });
      });
      for (const vector of vectors) {
        expect(norm(removeProjection(vector.slice(), basis))).toBeLessThan(rows * ROUNDING * norm(vector));
      }
    }),
    settings,
  );
});
