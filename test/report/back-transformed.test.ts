import { describe, expect, test } from "vitest";
import { escalc, harmonicMean, transforms } from "../../src/escalc/index";
import { drm, drmFormula, formatTable, report, robust, summary } from "../../src/index";
import { type Back, backTransform, backTransforms } from "../../src/stats/back-transforms";

const SHARES = { xi: [5, 12, 0, 44, 7, 20], ni: [20, 80, 31, 90, 15, 100] };
const MEAN = "yi ~ 1 + meta_V(V = vi)";

describe("every transformation of tables and plots", () => {
  test.each(Object.keys(backTransforms))("%s never falls, and is that of drmeta/escalc", (transform) => {
    const sampleSize = transform === "ipft" || transform === "iirft" ? 40 : undefined;
    const { of } = backTransform("test", { transform, sampleSize }) as Back;
    let before = of(-6);
    for (let x = -6; x <= 6; x += 0.01) {
      const value = of(x);
      expect(Number.isFinite(value), `${transform}(${x})`).toBe(true);
      expect(value).toBeGreaterThanOrEqual(before);
      expect(value).toBe(transforms[transform]!.of(x, sampleSize));
      before = value;
    }
    expect(of(Number.NaN)).toBeNaN();
  });
  test("sizes where they are needed, and only there", () => {
    const refused = (options: object) => () => backTransform("summary", options);
    expect(refused({ transform: "expp" })).toThrow(
      "summary(): unknown transformation \"expp\"; did you mean 'exp'?",
    );
    expect(refused({ transform: "ipft" })).toThrow("ipft needs sampleSize, the harmonic mean");
    expect(refused({ transform: "iirft", sampleSize: 0 })).toThrow("above 0; it is 0");
    expect(refused({ transform: "exp", sampleSize: 20 })).toThrow(
      "sampleSize is for the transformations ipft and iirft",
    );
    expect(refused({ sampleSize: 20 })).toThrow("sampleSize is for the transformations ipft and iirft");
  });
});

describe("summary() with transform", () => {
  test("proportions by the harmonic mean: metafor's predict(), transf.ipft.hm", () => {
    const { data } = escalc("PFT", SHARES);
    const sampleSize = harmonicMean(SHARES.ni);
    expect(sampleSize).toBeCloseTo(32.87026, 5);
    const { rows, label } = summary(drm(MEAN, { data }), { transform: "ipft", sampleSize }).backTransformed!;
    expect(label).toBe("ipft(yi), n = 32.87");
    expect(rows.map(({ term, is }) => [term, is])).toEqual([
      ["(Intercept)", "mean"],
      ["new study", "prediction"],
    ]);
    // rma(yi, vi, method = "ML"): its limits are 0.08628 and 0.39539, by the expected information
    expect(rows[0]!.estimate).toBeCloseTo(0.2224596, 6);
    expect(rows[0]!.lower).toBeCloseTo(0.0862822, 4);
    expect(rows[0]!.upper).toBeCloseTo(0.3953861, 4);
    expect(rows[1]!.upper).toBeCloseTo(0.6711071, 4);
    expect(rows[1]!.estimate).toBeNaN();
  });

  const data = {
    yi: [0.1, 0.4, 0.2, 0.9, 0.5, 0.7, 0.3, 0.6],
    vi: [0.02, 0.03, 0.02, 0.05, 0.04, 0.02, 0.03, 0.02],
    x: [1, 2, 3, 4, 5, 6, 7, 8],
    g: ["a", "b", "a", "b", "a", "b", "a", "b"],
  };
  test("means and ratios: limits are those of the coefficients, whatever the test and the errors", () => {
    const fit = robust(drm("yi ~ g + meta_V(V = vi)", { data }), {
      cluster: ["1", "1", "2", "2", "3", "3", "4", "4"],
    });
    const { coefficients, backTransformed } = summary(fit, { transform: "exp", level: 0.9 });
    const [intercept, slope] = coefficients;
    expect(backTransformed!.rows).toEqual([
      {
        dpar: "mu",
        term: "(Intercept)",
        is: "mean",
        estimate: Math.exp(intercept!.estimate),
        lower: Math.exp(intercept!.lower),
        upper: Math.exp(intercept!.upper),
      },
      {
        dpar: "mu",
        term: "gb",
        is: "ratio",
        estimate: Math.exp(slope!.estimate),
        lower: Math.exp(slope!.lower),
        upper: Math.exp(slope!.upper),
      },
    ]);
  });
  test("cells are means; slopes that become nothing are left, and named", () => {
    const cells = summary(drm("yi ~ 0 + g + meta_V(V = vi)", { data }), { transform: "tanh" });
    expect(cells.backTransformed!.rows.map(({ term, is }) => [term, is])).toEqual([
      ["ga", "mean"],
      ["gb", "mean"],
    ]);
    const sloped = summary(drm(drmFormula("yi ~ x + meta_V(V = vi)", "sigma ~ 1"), { data }), {
      transform: "tanh",
    });
    expect(sloped.backTransformed!.left).toEqual(["mu:x"]);
    expect(String(sloped)).toContain("Means by tanh(yi): of Fisher's z the correlation\n");
    expect(String(sloped)).toContain("Not taken back, as they are differences: mu:x");
    expect(formatTable(sloped, { format: "html" })).toContain("Means by tanh(yi)");
  });
  test("without it nothing is added", () => {
    expect(summary(drm(MEAN, { data }))).not.toHaveProperty("backTransformed");
    expect(String(summary(drm(MEAN, { data })))).not.toContain("Means by");
  });
  test("in words", () => {
    const fit = drm("yi ~ g + meta_V(V = vi)", { data });
    const text = report(fit, { transform: "exp" });
    const { rows } = summary(fit, { transform: "exp" }).backTransformed!;
    expect(text).toContain(`On the scale exp(yi): mean ${rows[0]!.estimate.toFixed(2)} (95% CI `);
    expect(text).toContain(`; ratio of gb ${rows[1]!.estimate.toFixed(2)} (95% CI `);
    expect(report(fit)).not.toContain("On the scale");
  });
});
