import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitClusters } from "../../src/covariance/clusters";
import { flatten, link, newForest } from "../../src/covariance/union-find";
import { errorOf } from "../frame/literal-table";
import { clustersOf, plain, vOf } from "./build";

/** A V in blocks whose rows are scattered: the sizes of the blocks and a shuffle of all rows. */
const scattered = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 12 }).chain((sizes) => {
  const n = sizes.reduce((sum, m) => sum + m, 0);
  const order = fc.shuffledSubarray([...Array(n).keys()], { minLength: n, maxLength: n });
  const sd = fc.array(fc.double({ min: 1e-3, max: 10, noNaN: true }), { minLength: n, maxLength: n });
  return fc.record({ sizes: fc.constant(sizes), order, sd });
});

describe("the clusters of V", () => {
  it("are the blocks it was made of, in every form and order of rows", () => {
    fc.assert(
      fc.property(scattered, ({ sizes, order, sd }) => {
        const n = order.length;
        let next = 0;
        const groups = sizes.map((m) => {
          next += m;
          return order.slice(next - m, next);
        });
        const cell = (i: number, j: number) => (i === j ? sd[i]! * sd[i]! : 0.4 * (sd[i]! * sd[j]!));
        const rows = Array.from({ length: n }, () => new Array<number>(n).fill(0));
        for (const group of groups) for (const i of group) for (const j of group) rows[i]![j] = cell(i, j);

        const dense = vOf(n, rows);
        const sorted = groups.map((group) => [...group].sort((a, b) => a - b));
        const expected = sorted
          .filter((group) => group.length > 1)
          .sort((a, b) => a[0]! - b[0]!)
          .map((group) => ({
            rows: group,
            V: group.map((i, a) => group.slice(0, a + 1).map((j) => cell(i, j))),
          }));
        expect(clustersOf(dense)).toEqual(expected);
        expect(Array.from(dense.V.variances)).toEqual(sd.map((s) => s * s));

        const blocks = groups.map((group) => ({
          rows: group,
          matrix: group.map((i) => group.map((j) => rows[i]![j]!)),
        }));
        const cells = order
          .flatMap((i) => order.map((j) => [i, j] as const))
          .filter(([i, j]) => rows[i]![j] !== 0);
        const sparse = {
          n,
          row: cells.map(([i]) => i),
          column: cells.map(([, j]) => j),
          value: cells.map(([i, j]) => rows[i]![j]!),
        };
        for (const form of [Float64Array.from(rows.flat()), { blocks }, sparse]) {
          expect(plain(vOf(n, form))).toEqual(plain(dense));
        }
      }),
    );
  });

  it("do not depend on the units of V", () => {
    fc.assert(
      fc.property(scattered, fc.integer({ min: -100, max: 100 }), ({ sizes, order, sd }, power) => {
        let next = 0;
        const scale = 2 ** power;
        const V = (unit: number) => ({
          blocks: sizes.map((m) => {
            const rows = order.slice(next % order.length, (next % order.length) + m);
            next += m;
            return {
              rows,
              matrix: rows.map((i) => rows.map((j) => unit * sd[i]! * sd[j]! * (i === j ? 1 : 0.4))),
            };
          }),
        });
        const [small, large] = [vOf(order.length, V(1)), vOf(order.length, V(scale))];
        expect(large.V.blocks?.rows).toEqual(small.V.blocks?.rows);
        expect(large.V.blocks?.values).toEqual(small.V.blocks?.values.map((v) => v * scale));
      }),
    );
  });

  it("are refused when they could never be fitted", () => {
    const n = 40_000;
    const chain = (parent: Int32Array) => {
      for (let i = 1; i < n; i++) link(parent, i - 1, i);
    };
    expect(errorOf(() => splitClusters(new Float64Array(n), chain, () => {}))).toBe(
      "too_large: V's clusters need 6.0 GiB (the largest has 40000 rows); the limit is 4 GiB: " +
        "set negligible covariances to 0 so that clusters fall apart",
    );
  });
});

it("union-find gives every entry the first entry of its component", () => {
  const pairs = fc.array(fc.tuple(fc.nat(29), fc.nat(29)), { maxLength: 40 });
  fc.assert(
    fc.property(pairs, (links) => {
      const parent = newForest(30);
      for (const [a, b] of links) link(parent, a, b);
      flatten(parent);
      const smallest = Array.from({ length: 30 }, (_, i) => i);
      for (let round = 0; round < 30; round++) {
        for (const [a, b] of links) smallest[a] = smallest[b] = Math.min(smallest[a]!, smallest[b]!);
      }
      expect(Array.from(parent)).toEqual(smallest);
    }),
  );
});
