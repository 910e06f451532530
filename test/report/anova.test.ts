import { describe, expect, it } from "vitest";
import { type DrmOptions, drm } from "../../src/drm";
import type { Fit } from "../../src/fit/fit";
import { drmFormula } from "../../src/formula/formula";
import { anova, compareFits } from "../../src/report/anova";
import { update } from "../../src/update/update";
import { listCases, loadCase } from "../cases";
import { jobOf, type MaCase } from "../fit/ma-case";

interface LrTest {
  readonly LRT: number;
  readonly df: number;
  readonly pval: number;
  readonly reduced_mu?: string;
}
type WithTests = MaCase & {
  readonly inference?: {
    readonly anova_LRT_ML?: LrTest;
    readonly ML?: { readonly LRT_constant_sigma?: LrTest };
  };
};

const CASES = listCases("v").map((id) => loadCase<WithTests>(id));
/** metafor's log-likelihoods are good to about 1e-8. */
const STATISTIC = 1e-6;

function fitWith(given: MaCase, change: (formulas: readonly string[]) => readonly string[]): Fit {
  const { formulas, options } = jobOf(given, "ML");
  return drm(drmFormula(...change(formulas)), options);
}

describe("anova() on the reference cases", () => {
  const location = CASES.filter(({ inference }) => inference?.anova_LRT_ML);
  it.for(location)("$id: moderators of mu", (given) => {
    const wanted = given.inference!.anova_LRT_ML!;
    const right = wanted.reduced_mu!.replace("~", "");
    const reduced = fitWith(given, ([mu, ...rest]) => {
      // the moderators go, V and the random intercepts stay
      const kept = mu!.split("~")[1]!.match(/meta_V\([^)]*\)|\([^)]*\|[^)]*\)/g)!;
      return [`${mu!.split("~")[0]} ~ ${[right, ...kept].join(" + ")}`, ...rest];
    });
    const seen = anova(
      reduced,
      fitWith(given, (formulas) => formulas),
    );
    expect(Math.abs(seen.statistic - wanted.LRT)).toBeLessThan(STATISTIC);
    expect(seen.df).toBe(wanted.df);
    expect(seen.pValue).toBeCloseTo(wanted.pval, 6);
    expect(seen).toMatchObject({ boundary: [], boundaryPValue: null, notes: [] });
  });

  const scale = CASES.filter(({ inference }) => inference?.ML?.LRT_constant_sigma);
  it.for(scale)("$id: moderators of sigma", (given) => {
    const wanted = given.inference!.ML!.LRT_constant_sigma!;
    const full = fitWith(given, (formulas) => formulas);
    const seen = anova(
      full,
      fitWith(given, ([mu]) => [mu!]),
    );
    expect(Math.abs(seen.statistic - wanted.LRT)).toBeLessThan(STATISTIC);
    expect(seen.df).toBe(wanted.df);
    expect(seen.pValue).toBeCloseTo(wanted.pval, 6);
  });

  it("are all there", () => expect([location.length, scale.length]).toEqual([4, 6]));
});

const { data, factors } = loadCase("drm-a-restoration");
const OPTIONS = { data, factors } as unknown as DrmOptions;
const restoration = (formulas: readonly string[], options: Partial<DrmOptions> = {}) =>
  drm(drmFormula(...formulas), { ...OPTIONS, ...options });
const FULL = ["yi ~ habitat + duration + meta_V(V = vi)", "sigma ~ habitat"];

describe("anova()", () => {
  it("takes the models in either order, and moderators in any coding", () => {
    const full = restoration(FULL);
    const reduced = restoration(["yi ~ 0 + habitat + meta_V(V = vi)"]);
    const seen = anova(full, reduced);
    expect(seen).toEqual(anova(reduced, full));
    expect(seen.df).toBe(2);
    expect(seen.statistic).toBeCloseTo(2 * (full.logLik - reduced.logLik), 12);
    expect(String(seen)).toMatch(/full +5 +-24\.7732 .*\nLRT: chi-squared\(2\) = /);
  });

  it("halves the p-value of one SD, whose null is at the boundary", () => {
    const common = restoration(["yi ~ 1 + meta_V(V = vi)"], { fixed: { sigma: 0 } });
    const random = restoration(["yi ~ 1 + meta_V(V = vi)"]);
    const seen = anova(common, random);
    expect(seen.boundary).toEqual(["sigma"]);
    expect(seen.boundaryPValue).toBe(0.5 * seen.pValue);
    expect(String(seen)).toContain(
      "note: sigma is 0 under the null hypothesis: boundaryPValue allows for that",
    );
    const held = restoration(["yi ~ 1 + meta_V(V = vi)"], { fixed: { sigma: 0.3 } });
    expect(held.fixed).toEqual({ sigma: 0.3 });
    expect(anova(held, random)).toMatchObject({ boundary: [], boundaryPValue: null });
    // two parameters at once: no simple mixture
    const moderated = restoration(["yi ~ 1 + meta_V(V = vi)", "sigma ~ habitat"]);
    const two = anova(common, moderated);
    expect(two.boundaryPValue).toBeNull();
    expect(two.notes).toEqual(["sigma is 0 under the null hypothesis: the p-value is conservative"]);
  });

  it("knows a random intercept that was left out", () => {
    const given = CASES.find(({ id }) => id.startsWith("v15"))!;
    const full = fitWith(given, (formulas) => formulas);
    const reduced = fitWith(given, ([mu]) => [mu!.replace(/\+ \(1 \| district\)/, "")]);
    const seen = anova(reduced, full);
    expect(seen.boundary).toEqual(["sd(district)"]);
    expect(seen.df).toBe(1);
    expect(seen.boundaryPValue).toBeLessThan(seen.pValue);
  });

  it("notes a fit that missed its maximum or did not converge", () => {
    const full = restoration(FULL);
    const reduced = restoration(["yi ~ habitat + meta_V(V = vi)"]);
    expect(anova({ ...full, logLik: reduced.logLik - 1 }, reduced)).toMatchObject({
      statistic: 0,
      pValue: 1,
      notes: [expect.stringContaining("missed the maximum")],
    });
    const failed = { ...full, optim: { ...full.optim, code: 1 as const } };
    expect(anova(failed, reduced).notes[0]).toContain("did not converge");
  });

  it("refuses what is not nested, or on other data", () => {
    const full = restoration(FULL);
    const refused = (other: Fit) => {
      try {
        return String(anova(full, other));
      } catch (error) {
        return (error as Error).message;
      }
    };
    const V = "meta_V(V = vi)";
    expect(refused(restoration([`yi ~ log(vi) + ${V}`]))).toMatch(
      /not nested: .* all terms of mu; see compareFits/,
    );
    expect(refused(restoration([`yi ~ 1 + ${V}`, "sigma ~ duration"]))).toMatch(/all terms of sigma/);
    expect(refused(restoration([`yi ~ 1 + offset(duration) + ${V}`]))).toMatch(/offset of mu differs/);
    expect(refused(full)).toMatch(/both models have 5 parameters/);
    expect(refused({ ...restoration(["yi ~ 1 + meta_V(V = vi)"]), method: "REML" })).toMatch(
      /methods differ/,
    );
    expect(refused(restoration([`yi ~ 1 + ${V}`], { weights: data.vi as number[] }))).toMatch(
      /weights differ/,
    );
    expect(refused(restoration(["yi ~ 1 + meta_V(V = 2 * vi)"]))).toMatch(
      /covariances differ \(vi and 2 \* vi\)/,
    );
    expect(refused(restoration([`I(2 * yi) ~ 1 + ${V}`]))).toMatch(/responses differ/);
    const fewer = Object.fromEntries(Object.entries(data).map(([name, column]) => [name, column.slice(1)]));
    expect(refused(restoration([`yi ~ 1 + ${V}`], { data: fewer as DrmOptions["data"] }))).toMatch(
      /numbers of rows differ \(80 and 79\)/,
    );
  });
});

describe("anova() of REML fits", () => {
  type WithReml = MaCase & { readonly inference?: { readonly anova_no_study_effect_REML?: LrTest } };
  // in the other two cases the reduced model has the inner grouping's labels alone, which studies share
  const cases = ["v16-multilevel-metareg-crede", "v18-longitudinal-blockV-ishak"].map((id) =>
    loadCase<WithReml>(id),
  );

  it.for(cases)("$id: no random intercept, as metafor's", (given) => {
    const wanted = given.inference!.anova_no_study_effect_REML!;
    const { formulas, options } = jobOf(given, "REML");
    const full = drm(drmFormula(...formulas), options);
    const group = full.random![0]!.group;
    const seen = anova(full, update(full, { formula: `~ . - (1 | ${group})` }));
    expect(Math.abs(seen.statistic / wanted.LRT - 1)).toBeLessThan(1e-5);
    expect(Math.abs(seen.pValue / wanted.pval - 1)).toBeLessThan(1e-3);
    expect(seen).toMatchObject({ df: wanted.df, boundary: [`sd(${group})`] });
  });

  it("of districts whose schools differ, by metafor 3.8", () => {
    const { formulas, options } = jobOf(loadCase("v15-multilevel-konstantopoulos"), "REML");
    const full = drm(drmFormula(...formulas), options);
    const reduced = update(full, { formula: "~ . - (1 | district)" });
    expect(reduced.logLik).toBeCloseTo(-16.845499453, 8);
    expect(anova(full, reduced).statistic).toBeCloseTo(17.7736, 4);
  });

  it("takes one location in two codings, and refuses two locations", () => {
    const full = restoration(FULL, { method: "REML" });
    const coded = restoration(["yi ~ 0 + habitat + scale(duration) + meta_V(V = vi)"], { method: "REML" });
    const plain = restoration([FULL[0]!], { method: "REML" });
    expect(coded.logLik).toBeCloseTo(plain.logLik, 10);
    expect(anova(full, coded).df).toBe(1);
    const other = restoration(["yi ~ habitat + meta_V(V = vi)", "sigma ~ habitat"], { method: "REML" });
    expect(() => anova(full, other)).toThrow(
      'REML fits with different location formulas cannot be compared by their likelihoods: fit both again with method: "ML"',
    );
  });
});

describe("compareFits()", () => {
  it("is a table of models, nested or not", () => {
    const full = restoration(FULL);
    const other = restoration(["yi ~ duration + meta_V(V = vi)"]);
    const { models } = compareFits({ full, other });
    expect(models.map(({ name, df }) => [name, df])).toEqual([
      ["full", 5],
      ["other", 3],
    ]);
    expect(models[0]!.AIC).toBeCloseTo(59.5464, 4);
    expect(models[0]!.BIC).toBeCloseTo(71.4565, 4);
    expect(models.map(({ deltaAIC }) => deltaAIC)).toEqual([0, models[1]!.AIC - models[0]!.AIC]);
    const text = String(compareFits([full, other]));
    expect(text.split("\n")).toHaveLength(5);
    expect(text).toContain("model 1: yi ~ habitat + duration + meta_V(V = vi); sigma ~ habitat");
  });

  it("refuses nothing, other data, and REML with other locations", () => {
    const full = restoration(FULL);
    expect(() => compareFits([])).toThrow("at least one fit");
    const other = restoration(["yi ~ duration + meta_V(V = vi)"]);
    expect(() => compareFits([full, { ...other, method: "REML" }])).toThrow("methods differ (ML and REML)");
    const reml = (fit: Fit): Fit => ({ ...fit, method: "REML" });
    expect(() => compareFits([reml(full), reml(other)])).toThrow(
      "REML fits with different location formulas cannot be compared",
    );
    expect(compareFits([reml(full), reml(full)]).models).toHaveLength(2);
  });
});
