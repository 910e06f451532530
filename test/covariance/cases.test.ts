import { describe, expect, it } from "vitest";
import type { BlockMatrix } from "../../src/covariance/blocks";
import { loadCase } from "../cases";
import { clustersOf, knownV, vOf } from "./build";

interface BlockCase {
  readonly V: { readonly blocks: BlockMatrix["blocks"] };
  readonly data: { readonly n: number; readonly columns: Readonly<Record<string, readonly number[]>> };
  readonly data_wide: { readonly columns: Readonly<Record<string, readonly (number | null)[]>> };
}

describe("reference cases", () => {
  it.each([
    "v11-fixed-effect-blockV-berkey",
    "v17-multilevel-blockV-assink",
    "v18-longitudinal-blockV-ishak",
    "v28-bivariate-missing-outcomes-riley",
  ])("%s: the blocks are the clusters", (id) => {
    const { V, data } = loadCase<BlockCase>(id);
    const v = vOf(data.n, { blocks: V.blocks });
    expect(clustersOf(v).map(({ rows }) => rows)).toEqual(
      V.blocks.map(({ rows }) => rows).filter((r) => r.length > 1),
    );
    // the case's own vi differs from V's diagonal in the last digit
    for (const [i, vi] of data.columns.vi!.entries()) expect(v.V.variances[i]! / vi).toBeCloseTo(1, 12);
  });

  it("v28: the same covariances from the columns of studies, outcomes absent", () => {
    const { V, data_wide } = loadCase<BlockCase>("v28-bivariate-missing-outcomes-riley");
    const formulas = [
      "mu1 = y1 ~ 1 + meta_V(V = meta_vcov_bivariate(v1, v2, cov12 = cov12))",
      "mu2 = y2 ~ 1",
    ];
    const v = knownV(formulas, data_wide.columns);
    const pairs = V.blocks.filter(({ rows }) => rows.length === 2).map(({ matrix }) => matrix);
    expect(clustersOf(v).map(({ V: [first, second] }) => [[first![0], second![0]], second])).toEqual(pairs);
    expect(v.V.variances.filter((variance) => !Number.isNaN(variance))).toHaveLength(98);
  });

  it.each(["drm-c-dense-block-V", "drm-e2-random-intercept-dense-V-sd", "drm-f-bivariate-habitat"])(
    "%s: the clusters hold every nonzero cell of the matrix",
    (id) => {
      const { formulas, data, matrices } = loadCase(id);
      const v = knownV(formulas, data, matrices!);
      const n = v.V.variances.length;
      const rebuilt = Array.from({ length: n }, (_, i) =>
        Array.from({ length: n }, (_, j) => (i === j ? v.V.variances[i]! : 0)),
      );
      for (const { rows, V } of clustersOf(v)) {
        for (let a = 0; a < rows.length; a++) {
          for (let b = 0; b <= a; b++)
            rebuilt[rows[a]!]![rows[b]!] = rebuilt[rows[b]!]![rows[a]!] = V[a]![b]!;
        }
      }
      expect(v.kind).toBe("block");
      expect(rebuilt).toEqual(Object.values(matrices!)[0]);
    },
  );
});
