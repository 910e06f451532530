import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseCsv } from "../../src/data/csv";
import type { NumericColumn } from "../../src/data/table";
import { influence } from "../../src/diagnostics/influence";
import { leaveOneOut } from "../../src/diagnostics/leave-one-out";
import { drm, gaussian } from "../../src/drm";
import type { Fit } from "../../src/fit/fit";
import { drmFormula } from "../../src/formula/formula";
import type { UnivariateFit } from "../../src/inference/outcomes";
import { hatvalues, residuals } from "../../src/inference/residuals";

const bcg = parseCsv(readFileSync(new URL("../../examples/bcg.csv", import.meta.url), "utf8"));
const column = (name: string) => Array.from((bcg.column(name) as NumericColumn).values);
const dataWith = (row: number) => {
  const yi = column("yi");
  return { yi, vi: column("vi"), ablat: column("ablat"), own: yi.map((_, i) => (i === row ? 1 : 0)) };
};
const rstandard = (fit: Fit) => residuals(fit as UnivariateFit, { type: "rstandard" });
const ROWS = column("yi").map((_, i) => i);

describe("a row with a dummy of its own", () => {
  it.each(ROWS)("has no standardized residual, whichever it is: row %i", (row) => {
    const data = dataWith(row);
    const weights = ROWS.map((i) => 1 + (i % 3));
    const fits = [
      drm("yi ~ ablat + own + meta_V(V = vi)", { data, method: "REML" }),
      drm("yi ~ ablat + own + meta_V(V = vi)", { data, weights }),
      drm("yi ~ own + meta_V(V = vi)", { data, fixed: { sigma: 0 } }),
      drm(drmFormula("yi ~ own + meta_V(V = vi)", "sigma ~ ablat"), { data }),
    ];
    for (const fit of fits as UnivariateFit[]) {
      const standardized = rstandard(fit);
      expect(standardized[row]).toBeNaN();
      expect(standardized.filter(Number.isNaN).length).toBe(1);
      expect(residuals(fit, { type: "pearson" })[row]).toBeCloseTo(0, 12);
      expect(hatvalues(fit)[row]).toBeCloseTo(1, 12);
    }
  });

  it("cannot be left out: deletions say so", () => {
    const fit = drm("yi ~ ablat + own + meta_V(V = vi)", { data: dataWith(3), method: "REML" });
    const missing = {
      status: "not estimable",
      reason: expect.stringMatching(/column 'own' is zero in every row/),
    };
    expect(influence(fit).rows[3]).toMatchObject({
      ...missing,
      rstudent: Number.NaN,
      cooksDistance: Number.NaN,
      dffits: Number.NaN,
      covRatio: Number.NaN,
      leverage: expect.closeTo(1, 12),
      influential: false,
    });
    expect(leaveOneOut(fit).rows[3]).toMatchObject({ ...missing, logLik: Number.NaN });
    const deleted = residuals(fit as UnivariateFit, { type: "rstudent" });
    expect(deleted[3]).toBeNaN();
    expect(deleted.filter(Number.isNaN).length).toBe(1);
  });

  it("keeps its residual where sampling errors covary: metafor 3.8", () => {
    const data = {
      yi: [0.3, 0.9, 0.1, 0.5, -0.2, 0.4, 0.6, 0.05],
      vi: [0.01, 0.04, 0.02, 0.05, 0.03, 0.02, 0.04, 0.06],
      cl: ["1", "1", "2", "2", "3", "3", "4", "5"],
      own: [1, 0, 0, 0, 0, 0, 0, 0],
    };
    const fixed = { sigma: 0 };
    const block = drm("yi ~ own + meta_V(V = meta_vcov_cluster(vi, cl, rho = 0.5))", { data, fixed });
    const expected = [3.0658, 3.0658, -1.946, 0.7963, -3.4178, 0.5654, 1.4452, -1.2125];
    rstandard(block).forEach((z, i) => {
      expect(z).toBeCloseTo(expected[i]!, 4);
    });
    const alone = rstandard(drm("yi ~ own + meta_V(V = vi)", { data, fixed }));
    expect(alone[0]).toBeNaN();
    [3.1704, -1.6332, 0.9239, -3.1529, 0.78, 1.5772, -1.0745].forEach((z, i) => {
      expect(alone[i + 1]).toBeCloseTo(z, 4);
    });
  });

  it("is recognised in one outcome of two, and beside variances far apart", () => {
    const two = {
      y1: [0.3, 0.9, 0.1, 0.5, -0.2, 0.4],
      y2: [0.4, 0.2, 0.5, 0.1, 0.6, 0.3],
      v1: [0.02, 0.03, 0.02, 0.04, 0.03, 0.02],
      v2: [0.03, 0.02, 0.05, 0.03, 0.02, 0.04],
      own: [0, 0, 1, 0, 0, 0],
    };
    const fit = drm(
      drmFormula("mu1 = y1 ~ 1 + meta_V(V = meta_vcov_bivariate(v1, v2, cor12 = 0))", "mu2 = y2 ~ own"),
      { family: [gaussian(), gaussian()], data: two, fixed: { sigma1: 0, sigma2: 0 } },
    );
    const { mu1, mu2 } = residuals(fit, { type: "rstandard" }) as { mu1: Float64Array; mu2: Float64Array };
    expect(mu1.every(Number.isFinite)).toBe(true);
    expect(Array.from(mu2, Number.isNaN)).toEqual([false, false, true, false, false, false]);
    const data = {
      yi: [0.3, 0.9, 0.1, 0.5, -0.2, 0.4],
      vi: [1e-5, 300, 0.1, 1e4, 1e-3, 0.5],
      year: [1961, 1963, 1968, 1975, 1984, 1990],
      own: [0, 0, 0, 0, 1, 0],
    };
    const uneven = drm("yi ~ year + own + meta_V(V = vi)", { data, fixed: { sigma: 0 } });
    expect(Array.from(rstandard(uneven), Number.isNaN).indexOf(true)).toBe(4);
  });
});
