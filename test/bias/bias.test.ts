import { expect, test } from "vitest";
import { bias, biasJson, petPeese, rankTest, smallStudy, trimFill, weightedLine } from "../../src/bias/index";
import { kendall } from "../../src/bias/rank-test";
import { drm, drmFormula, report, robust, update } from "../../src/index";

// seeded by hand: small studies have large effects
const yi = [0.9, -0.2, 0.65, 0.5, 0.1, 0.61, 0.3, 0.05, 0.28, 0.2, 0.22, 0.15];
const vi = [0.2, 0.15, 0.12, 0.1, 0.09, 0.08, 0.05, 0.04, 0.03, 0.02, 0.01, 0.005];
const n = vi.map((v) => Math.round(4 / v));
const study = ["a", "a", "b", "b", "c", "c", "d", "d", "e", "e", "f", "f"];
const x = [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6];
const data = { yi, vi, n, study, x, se: vi.map(Math.sqrt) };

test("a small-study fit is the fit with the predictor typed into its formula", () => {
  for (const [formulas, method] of [
    [["yi ~ x + (1 | study) + meta_V(V = vi)"], "REML"],
    [["yi ~ x + meta_V(V = vi)", "sigma ~ x"], "ML"],
    [["yi ~ 1 + meta_V(V = meta_vcov_cluster(vi, study, rho = 0.5))"], "REML"],
  ] as const) {
    const fit = drm(drmFormula(...formulas), { data, method });
    const typed = drm(
      drmFormula(
        ...formulas.map((formula) =>
          formula
            .replace("~ x", "~ x + se")
            .replace("~ 1", "~ 1 + se")
            .replace(/^sigma.*/, "sigma ~ x"),
        ),
      ),
      { data, method },
    );
    const { fit: refit, slope } = smallStudy(fit);
    expect(refit.logLik).toBeCloseTo(typed.logLik, 9);
    const own = typed.coefficients.find(({ term }) => term === "se")!;
    expect(slope.estimate).toBeCloseTo(own.estimate, 7);
    expect(slope.stdError).toBeCloseTo(own.stdError, 7);
  }
});

test("predictors in columns, in log sigma, and robust errors", () => {
  const fit = drm("yi ~ 1 + meta_V(V = vi)", { data, method: "REML" });
  const bySize = smallStudy(fit, { predictor: "sqrt(1 / n)", data });
  expect(bySize.fit.formulas[0]).toContain("sqrt(1/n)");
  expect(() => smallStudy(fit, { predictor: "sqrt(1 / n)" })).toThrow(/'n'/);
  expect(smallStudy(fit, { scale: true, test: "z" }).scaleSlope).toBeDefined();
  const tested = robust(fit, { cluster: "study", data });
  const after = smallStudy(tested);
  const same = robust(after.fit, { cluster: study });
  expect(after.slope.stdError).toBeCloseTo(same.coefficients[1]!.stdError, 12);
  expect(after.slope.df).toBeCloseTo(same.robust!.df[1]!, 10);
  expect(after.fit.robust!.cluster).toBe("study");
});

test("rows that were left out for missing cells keep their numbers", () => {
  const gaps = { ...data, yi: yi.map((y, i) => (i === 2 ? null : y)) };
  const fit = drm("yi ~ 1 + meta_V(V = vi)", { data: gaps, method: "REML" });
  const { fit: refit } = smallStudy(fit, { predictor: "x", data: gaps });
  expect([...refit.rows]).toEqual([0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect([...(refit.data.x as { values: Float64Array }).values].slice(0, 3)).toEqual([1, 2, 4]);
});

test("the conditional rule chooses by PET's one-sided p", () => {
  const fit = drm("yi ~ 1 + meta_V(V = vi)", { data, method: "REML" });
  const { chosen, pet, peese, adjusted } = petPeese(fit);
  expect(chosen).toBe(pet.adjusted.statistic > 1.6449 ? "PEESE" : "PET");
  expect(adjusted).toEqual(chosen === "PEESE" ? peese.adjusted : pet.adjusted);
  const turned = drm("yi ~ 1 + meta_V(V = vi)", { data: { yi: yi.map((y) => -y), vi }, method: "REML" });
  expect(petPeese(turned).chosen).toBe(chosen);
});

test("Kendall's exact p-value is the share of all orders", () => {
  const ranks = [2, 1, 4, 3, 5];
  const orders = (rest: number[]): number[][] =>
    rest.length === 0
      ? [[]]
      : rest.flatMap((r) => orders(rest.filter((s) => s !== r)).map((more) => [r, ...more]));
  const score = (y: number[]) =>
    y.reduce((s, a, i) => s + y.slice(0, i).reduce((t, b) => t + Math.sign(a - b), 0), 0);
  const all = orders([1, 2, 3, 4, 5]).map(score);
  const share = all.filter((s) => Math.abs(s) >= Math.abs(score(ranks))).length / all.length;
  expect(kendall([1, 2, 3, 4, 5], ranks).pValue).toBeCloseTo(share, 12);
});

test("units do not matter, and order does not", () => {
  const fit = drm("yi ~ 1 + meta_V(V = vi)", { data, method: "REML" });
  const scaled = drm("yi ~ 1 + meta_V(V = vi)", {
    data: { yi: yi.map((y) => 1000 * y).reverse(), vi: vi.map((v) => 1e6 * v).reverse() },
    method: "REML",
  });
  const [a, b] = [bias(fit), bias(scaled)];
  expect(b.rank!.pValue).toBeCloseTo(a.rank!.pValue, 12);
  expect(b.henmiCopas!.upper / 1000).toBeCloseTo(a.henmiCopas!.upper, 8);
  expect(b.trimFill.L0!.filled).toBe(a.trimFill.L0!.filled);
  expect(b.trimFill.L0!.estimate / 1000).toBeCloseTo(a.trimFill.L0!.estimate, 8);
  expect(b.petWls!.slope.statistic).toBeCloseTo(a.petWls!.slope.statistic, 9);
  expect(b.excessSignificance!.pValue).toBeCloseTo(a.excessSignificance!.pValue, 12);
  expect(b.failSafeN).toMatchObject(
    Object.fromEntries(Object.entries(a.failSafeN!).map(([type, { number }]) => [type, { number }])),
  );
});

test("a fit that a method does not suit is told so", () => {
  const fit = drm("yi ~ x + (1 | study) + meta_V(V = vi)", { data, method: "REML" });
  expect(() => trimFill(fit)).toThrow("trimFill() is for a mean without moderators");
  const nested = update(fit, { formula: "~ . - x" });
  expect(() => trimFill(nested)).toThrow("independent effect sizes");
  expect(rankTest(nested).notes[0]).toContain("takes all rows as independent");
  const table = bias(nested);
  expect(table.trimFill.L0).toBeNull();
  expect(String(table)).toContain("left out: trimFill");
  const steep = { yi: [0.9, 0.7, 0.65, 0.5, 0.42, 0.61, 0.3, 0.25, 0.28, 0.2, 0.22, 0.15], vi };
  const oneSided = drm("yi ~ 1 + meta_V(V = vi)", { data: steep, method: "REML" });
  expect(() => trimFill(oneSided, { estimator: "Q0" })).toThrow("too one-sided");
  const same = drm("yi ~ 1 + meta_V(V = vi)", { data: { yi, vi: vi.map(() => 0.1) } });
  expect(() => weightedLine(same, "sei")).toThrow("same sampling variance");
  expect(() => smallStudy(same)).toThrow();
  expect(() => bias(drm("yi ~ x", { data }))).toThrow("needs sampling variances");
  const exact = drm("yi ~ 1 + meta_V(V = vi)", { data: { yi, vi: vi.map((v, i) => (i === 3 ? 0 : v)) } });
  expect(() => bias(exact)).toThrow("row 4");
});

test("JSON has the names of the contract, and null for what does not exist", () => {
  const json = biasJson(bias(drm("yi ~ 1 + meta_V(V = vi)", { data, method: "REML" })));
  expect(Object.keys(json)).toEqual(
    expect.arrayContaining([
      ..."egger pet peese egger_wls pet_wls peese_wls rank trimfill henmi_copas fsn tes uwls waap".split(" "),
    ]),
  );
  expect(json.pet).toMatchObject({
    estimate: expect.any(Number),
    std_error: expect.any(Number),
    conf_low: expect.any(Number),
    p_value: expect.any(Number),
    df: null,
  });
  expect(JSON.stringify(json)).not.toContain("NaN");
});

test("the words say what was found, and what was left out, and report() takes them", () => {
  const fit = drm("yi ~ 1 + meta_V(V = vi)", { data, method: "REML" });
  const found = bias(fit);
  const { slope } = found.petPeese!.pet;
  expect(found.sentences[0]).toContain(`(Egger's test) is ${slope.estimate.toFixed(2)} (95% CI `);
  expect(found.sentences.at(-1)).toBe("None of these methods sees what is missing.");
  expect(report(fit, { bias: found })).toContain(found.sentences.join(" "));
  expect(report(fit)).not.toContain("missing.");
  const moderated = bias(
    drm("yi ~ x + meta_V(V = vi)", { data: { ...data, x: data.vi.map((_, i) => i % 3) } }),
  );
  expect(moderated.sentences.join(" ")).toContain("do not suit this model were left out: trimFill");
});
