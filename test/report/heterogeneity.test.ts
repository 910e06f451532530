import { describe, expect, it } from "vitest";
import { type DrmOptions, drm, gaussian } from "../../src/drm";
import type { Fit } from "../../src/fit/fit";
import { drmFormula } from "../../src/formula/formula";
import { heterogeneity } from "../../src/report/heterogeneity";
import { listCases, loadCase } from "../cases";
import { jobOf, type MaCase } from "../fit/ma-case";

type WithRaw = Omit<MaCase, "fits"> & {
  readonly fits: readonly {
    readonly raw?: {
      readonly tau2?: number | null;
      readonly I2: number | null;
      readonly H2: number;
      readonly R2: number | null;
      readonly QE: number;
    };
  }[];
};

const CASES = listCases("v")
  .map((id) => loadCase<WithRaw>(id))
  .filter((given) => typeof given.fits?.[0]?.raw?.I2 === "number");

/** Its complete rows only: a reduced model would keep others. */
function complete({ data_with_missing: _, ...given }: WithRaw): MaCase {
  return given as unknown as MaCase;
}

function fitWith(given: WithRaw, change = (formulas: readonly string[]) => formulas): Fit {
  const { formulas, options } = jobOf(complete(given), "ML");
  return drm(drmFormula(...change(formulas)), options);
}

/** metafor's default search stops some 1e-5 short of the optimal tau2, and more where the likelihood is flat (v03). */
const PERCENT = 0.02;
/** The typical variance does not depend on tau2. */
const EXACT = 1e-9;

describe("heterogeneity() on the reference cases", () => {
  it("are all there", () => expect(CASES.length).toBe(8));

  it.for(CASES)("$id", (given) => {
    const { I2, H2, R2, QE, tau2 } = given.fits[0]!.raw!;
    const fit = fitWith(given);
    const isCommon = fit.fixed.sigma === 0;
    const reduced = R2 === null || isCommon ? undefined : fitWith(given, () => ["yi ~ 1 + meta_V(V = vi)"]);
    const seen = heterogeneity(fit, reduced && { reduced });
    const [group] = seen.groups;
    expect(seen.basis).toBe(isCommon ? "Q" : "tau2");
    expect(Math.abs(group!.i2 - I2!)).toBeLessThan(PERCENT);
    expect(Math.abs(group!.h2 - H2)).toBeLessThan(PERCENT);
    if (tau2! > 0) expect(group!.typicalVariance / (tau2! / (H2 - 1))).toBeCloseTo(1, -Math.log10(EXACT));
    if (reduced) expect(Math.abs(group!.r2! - R2!)).toBeLessThan(PERCENT);
    expect(seen.q!.statistic).toBeCloseTo(QE, 7);
  });
});

describe("heterogeneity()", () => {
  const { data, factors } = loadCase("drm-a-restoration");
  const options = { data, factors } as unknown as DrmOptions;
  const fit = drm(drmFormula("yi ~ habitat + duration + meta_V(V = vi)", "sigma ~ habitat"), options);

  it("is metafor's with moderators: rma(yi, vi, mods = ~ habitat + duration, method = 'ML')", () => {
    const plain = drm("yi ~ habitat + duration + meta_V(V = vi)", options);
    const reduced = drm("yi ~ 1 + meta_V(V = vi)", options);
    const [group] = heterogeneity(plain, { reduced }).groups;
    // R 4.2.2, metafor 3.8-1
    expect(group!.tau2).toBeCloseTo(0.07783284161266894, 6);
    expect(group!.i2).toBeCloseTo(66.54696331485283, 4);
    expect(group!.h2).toBeCloseTo(2.989265247910933, 5);
    expect(group!.r2).toBeCloseTo(22.27145125516279, 3);
  });

  it("is by group where sigma has moderators", () => {
    const { groups } = heterogeneity(fit, { by: "habitat" });
    expect(groups.map(({ group, rows }) => [group, rows])).toEqual([
      ["grassland", expect.any(Number)],
      ["forest", expect.any(Number)],
    ]);
    expect(groups[0]!.tau2).toBeCloseTo(0.01904459, 6);
    expect(groups[1]!.tau2).toBeCloseTo(0.14338056, 6);
    expect(groups[1]!.i2).toBeGreaterThan(groups[0]!.i2);
    const constant = drm("yi ~ 1 + meta_V(V = vi)", options);
    const [grassland] = heterogeneity(fit, { by: "habitat", reduced: constant }).groups;
    const [before] = heterogeneity(constant).groups;
    expect(grassland!.r2).toBeCloseTo(100 * (1 - grassland!.tau2 / before!.tau2), 10);
  });

  it("prints a table, and Q", () => {
    const text = String(heterogeneity(fit, { by: "habitat" }));
    expect(text).toMatch(/^habitat +rows +tau2 +tau +I2 +H2\ngrassland /);
    expect(text).toMatch(/\nQ\(77\) = 238\.6967, p < 1e-16\n\n/);
    expect(text).toMatch(
      /\nforest {4}tau {4}0\.3787 {4}0\.2815 {2}0\.5102\n[\s\S]*\nLimits by profile likelihood$/,
    );
  });

  it("is of each outcome, and of random intercepts too", () => {
    const given = loadCase<MaCase>("v23-bivariate-berkey");
    const job = jobOf(given, "ML");
    const two = drm(drmFormula(...job.formulas), { ...job.options, family: [gaussian(), gaussian()] });
    const { groups, sampling } = heterogeneity(two);
    expect(groups.map(({ outcome }) => outcome)).toEqual(["mu1", "mu2"]);
    expect(sampling).toBe("typical");
    expect(groups[0]!.i2).toBeCloseTo(
      100 * (1 - groups[0]!.typicalVariance / (groups[0]!.tau2 + groups[0]!.typicalVariance)),
      10,
    );
    expect(groups[0]!.tau).toBeCloseTo(two.fitted.sigma1![0]!, 12);
    const nested = jobOf(loadCase<MaCase>("v15-multilevel-konstantopoulos"), "ML");
    const multilevel = drm(drmFormula(...nested.formulas), nested.options);
    const sigma = multilevel.fitted.sigma![0]!;
    const omega = multilevel.random![0]!.sd[0]!;
    expect(heterogeneity(multilevel).groups[0]!.tau2).toBeCloseTo(sigma ** 2 + omega ** 2, 12);
  });

  it("has no Q with weights, and refuses a reduced fit of other data", () => {
    const weighted = drm("yi ~ 1 + meta_V(V = vi)", {
      ...options,
      weights: (data.vi as number[]).map(() => 2),
    });
    expect(heterogeneity(weighted).q).toBeNull();
    expect(() => heterogeneity(fit, { reduced: weighted })).toThrow("weights differ");
    expect(() => heterogeneity(fit, { by: "habitatt" })).toThrow("did you mean 'habitat'?");
  });
});
