import fc from "fast-check";
import { expect, it } from "vitest";
import { BlockCovariance } from "../../src/covariance/block-covariance";
import { randomStream } from "../../src/stats/random";
import { vOf } from "./build";

/** A V of up to twelve entries in clusters that are scattered over them, and the same as a full matrix. */
interface Both {
  readonly V: BlockCovariance;
  readonly dense: readonly (readonly number[])[];
  /** the cluster of each entry */
  readonly group: readonly number[];
}

const both = fc
  .record({ seed: fc.nat(), group: fc.array(fc.nat(4), { minLength: 1, maxLength: 12 }) })
  .map(({ seed, group }): Both => {
    const random = randomStream(seed);
    const n = group.length;
    // B B' of each cluster, with the diagonal enlarged: covariances of any sign
    const B = group.map(() => Array.from({ length: n + 1 }, () => random.normal()));
    const dense = group.map((g, i) =>
      group.map((h, k) => {
        if (g !== h) return 0;
        return B[i]!.reduce((sum, b, j) => sum + b * B[k]![j]!, i === k ? 0.5 : 0);
      }),
    );
    return { V: vOf(n, dense).V, dense, group };
  });

const order = (n: number) => fc.shuffledSubarray([...Array(n).keys()]);
const withSubset = both.chain((given) => order(given.group.length).map((entries) => ({ ...given, entries })));

const cells = (V: BlockCovariance) => {
  const n = V.variances.length;
  return Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, k) => V.at(i, k)));
};

const sizesOf = (group: readonly number[]) =>
  [...new Set(group)].map((g) => group.filter((other) => other === g).length);

it("reads the cells of the matrix that it is of", () => {
  fc.assert(
    fc.property(both, ({ V, dense }) => {
      expect(cells(V)).toEqual(dense);
    }),
  );
});

it("gives the triangles of any groups of entries, over a divisor", () => {
  fc.assert(
    fc.property(withSubset, ({ V, dense, entries }) => {
      const half = entries.length >> 1;
      const sizes = Int32Array.of(half, entries.length - half);
      const groups = [entries.slice(0, half), entries.slice(half)];
      const wanted = groups.flatMap((group) =>
        group.flatMap((i, a) => group.slice(0, a + 1).map((k) => dense[i]![k]! / 4)),
      );
      expect([...V.triangles(Int32Array.from(entries), sizes, 4)]).toEqual(wanted);
    }),
  );
});

it("knows its clusters", () => {
  fc.assert(
    fc.property(both, ({ V, dense, group }) => {
      const sizes = sizesOf(group);
      const sum = (value: (m: number) => number) => sizes.reduce((total, m) => total + value(m), 0);
      expect(V.clusters).toBe(sum((m) => (m > 1 ? 1 : 0)));
      expect(V.largestCluster).toBe(Math.max(...sizes));
      expect(V.cells).toBe(sum((m) => m * m));
      expect(V.cubes).toBe(sum((m) => (m > 1 ? m ** 3 : 0)));
      const tied = Array.from(V.alone(), (alone) => alone === 0);
      expect(tied).toEqual(group.map((g) => group.filter((other) => other === g).length > 1));

      const seen: number[] = [];
      V.eachBlock(({ rows, matrix }) => {
        expect(Array.from(matrix())).toEqual(
          Array.from(rows).flatMap((i) => Array.from(rows, (k) => dense[i]![k]!)),
        );
        expect(new Set(Array.from(rows, (i) => group[i])).size).toBe(1);
        seen.push(...rows);
      });
      expect([...seen].sort((a, b) => a - b)).toEqual([...group.keys()].filter((i) => tied[i]));

      const ties: [number, number][] = [];
      V.eachTie((first, entry) => ties.push([first, entry]));
      expect(ties).toEqual(seen.map((i) => [group.indexOf(group[i]!), i]));
    }),
  );
});

it("of some entries, in any order, is the matrix of these", () => {
  fc.assert(
    fc.property(withSubset, ({ V, dense, group, entries }) => {
      const part = V.subset(entries);
      expect(cells(part)).toEqual(entries.map((i) => entries.map((k) => dense[i]![k]!)));
      expect(part.clusters).toBe(sizesOf(entries.map((i) => group[i]!)).filter((m) => m > 1).length);
      // what stands in plain data, too
      const firsts: number[] = [];
      part.eachBlock(({ rows }) => {
        firsts.push(rows[0]!);
        expect(Array.from(rows)).toEqual(Array.from(rows).sort((a, b) => a - b));
      });
      expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
    }),
  );
});

it("is the same after a permutation and back", () => {
  const permuted = both.chain((given) => {
    const n = given.group.length;
    const all = fc.shuffledSubarray([...Array(n).keys()], { minLength: n, maxLength: n });
    return all.map((entries) => ({ ...given, entries }));
  });
  fc.assert(
    fc.property(permuted, ({ V, entries }) => {
      const back = entries.map((_, i) => entries.indexOf(i));
      expect(V.subset(entries).subset(back).equals(V)).toBe(true);
    }),
  );
});

it("differs where a cell or a cluster does", () => {
  const V = (rows: number[][], covariance = 0.5, variance = 1) =>
    vOf(4, {
      blocks: rows.map((members) => ({
        rows: members,
        matrix: members.map((i) => members.map((k) => (i === k ? variance : covariance))),
      })),
    }).V;
  const pairs = V([
    [0, 1],
    [2, 3],
  ]);
  expect(
    pairs.equals(
      V([
        [0, 1],
        [2, 3],
      ]),
    ),
  ).toBe(true);
  // the same numbers for other rows
  expect(
    pairs.equals(
      V([
        [0, 2],
        [1, 3],
      ]),
    ),
  ).toBe(false);
  expect(
    pairs.equals(
      V(
        [
          [0, 1],
          [2, 3],
        ],
        0.25,
      ),
    ),
  ).toBe(false);
  expect(
    pairs.equals(
      V(
        [
          [0, 1],
          [2, 3],
        ],
        0.5,
        2,
      ),
    ),
  ).toBe(false);
  expect(pairs.equals(V([[0], [1], [2], [3]]))).toBe(false);
  const absent = () => new BlockCovariance(Float64Array.of(1, Number.NaN));
  expect(absent().equals(absent())).toBe(true);
  expect(absent().equals(new BlockCovariance(Float64Array.of(1, 0)))).toBe(false);
});

/** Of sums of 12 products of numbers near 1, and of their square roots. */
const ROUNDING = 1e-12;

it("is L L', cluster by cluster", () => {
  fc.assert(
    fc.property(both, ({ V, dense }) => {
      for (const { factors } of [V.factor(1e-14), V.semidefiniteFactor(1e-12)]) {
        expect(factors).toHaveLength(V.clusters);
        for (const { members, L } of factors!) {
          const m = members.length;
          members.forEach((i, a) => {
            members.forEach((k, b) => {
              let sum = 0;
              for (let c = 0; c <= Math.min(a, b); c++) sum += L[a * m + c]! * L[b * m + c]!;
              expect(Math.abs(sum - dense[i]![k]!)).toBeLessThan(
                ROUNDING * dense[i]![i]! + ROUNDING * dense[k]![k]!,
              );
            });
          });
        }
      }
    }),
  );
});

it("has factors of those clusters alone that count", () => {
  fc.assert(
    fc.property(both, ({ V, group }) => {
      const { factors } = V.factor(1e-14, (first) => group[first] === 2);
      for (const { members } of factors!) expect(group[members[0]!]).toBe(2);
      expect(factors!.length).toBe(group.filter((g) => g === 2).length > 1 ? 1 : 0);
    }),
  );
});

it("names the entry with which it is singular", () => {
  fc.assert(
    fc.property(both, fc.nat(), ({ V, dense, group }, which) => {
      const n = group.length;
      const i = which % n;
      // a copy of an entry comes last in its cluster
      const copy = [...dense[i]!, V.at(i, i)];
      const twice = vOf(n + 1, [...dense.map((line, k) => [...line, dense[k]![i]!]), copy]).V;
      expect(twice.factor(1e-10)).toEqual({ factors: null, badRow: n });
      expect(twice.semidefiniteFactor(1e-10).badRow).toBeNull();
    }),
  );
});

it("names it within a long cluster, behind another", () => {
  // the leading k rows of the second cluster have the eigenvalue 1 + (k - 1) r: none is left at r = -0.3 from k = 5 on
  const later = Array.from({ length: 9 }, (_, i) => i + 2);
  const { V } = vOf(11, {
    blocks: [
      { rows: [0, 1], matrix: [1, 0.5, 0.5, 1] },
      { rows: later, matrix: later.map((i) => later.map((k) => (i === k ? 1 : -0.3))) },
    ],
  });
  expect(V.factor(1e-12)).toEqual({ factors: null, badRow: 6 });
  expect(V.semidefiniteFactor(1e-12)).toEqual({ factors: null, badRow: 6 });
});

it("draws have it for their covariance", () => {
  const dense = [
    [2, 0, 0.8, 0, 0],
    [0, 0.5, 0, 0, 0],
    [0.8, 0, 1, 0, -0.3],
    [0, 0, 0, 0, 0],
    [0, 0, -0.3, 0, 0.4],
  ];
  const { V } = vOf(5, dense);
  const random = randomStream(7);
  const factors = V.semidefiniteFactor(1e-8).factors!;
  const draws = 40_000;
  const sums = dense.map(() => dense.map(() => 0));
  for (let d = 0; d < draws; d++) {
    const y = new Float64Array(5);
    V.draw(factors, () => random.normal(), y);
    for (let i = 0; i < 5; i++) for (let k = 0; k < 5; k++) sums[i]![k]! += (y[i]! * y[k]!) / draws;
  }
  for (let i = 0; i < 5; i++) {
    for (let k = 0; k < 5; k++) {
      // four standard errors of a sample covariance
      const error = 4 * Math.sqrt((dense[i]![i]! * dense[k]![k]! + dense[i]![k]! ** 2) / draws);
      expect(Math.abs(sums[i]![k]! - dense[i]![k]!)).toBeLessThanOrEqual(error);
    }
  }
});

it("draws are added, and those of a singular V keep its sums", () => {
  // the third entry is the sum of the first two
  const { V } = vOf(3, [
    [1, 0.5, 1.5],
    [0.5, 1, 1.5],
    [1.5, 1.5, 3],
  ]);
  const factors = V.semidefiniteFactor(1e-8).factors!;
  expect(V.factor(1e-8)).toEqual({ factors: null, badRow: 2 });
  const random = randomStream(3);
  const y = Float64Array.of(10, 20, 30);
  V.draw(factors, () => random.normal(), y);
  expect(y[0]).not.toBe(10);
  expect(y[0]! + y[1]!).toBeCloseTo(y[2]!, 12);
});
