import { describe, expect, test } from "vitest";
import { drm, predict, residualCovariance, residuals, robust, scaleIntervals } from "../../src/index";
import {
  baujatPlot,
  baujatPoints,
  bivariatePlot,
  bivariateRegions,
  caterpillarPlot,
  caterpillarRows,
  forestPlot,
  funnelPlot,
  funnelPoints,
  heterogeneityPlot,
  influencePlot,
  locationScalePlot,
  moderatorCurves,
  orchardGroups,
  orchardPlot,
  profilePlot,
  qqPoints,
  residualPlot,
  residualPoints,
} from "../../src/plot/index";
import { caseFit } from "./fits";
import { picture } from "./picture";

const SAME = 12;

describe("funnel", () => {
  test("effects and standard errors; residuals where the mean has moderators", () => {
    const { fit } = caseFit("v01-re-intercept-bcg");
    const { points, centre, of } = funnelPoints(fit);
    expect([of, points.length]).toEqual(["effect", 13]);
    expect(centre).toBeCloseTo(predict(fit, undefined, { dpar: "mu" }).estimate[0]!, SAME);
    expect(points[3]!.stdError ** 2).toBeCloseTo(fit.knownV.variances[3]!, SAME);
    const { fit: restoration } = caseFit("drm-a-restoration");
    const moderated = funnelPoints(restoration);
    expect([moderated.of, moderated.centre]).toEqual(["residual", 0]);
    expect(moderated.points[5]!.x).toBeCloseTo((residuals(restoration) as Float64Array)[5]!, SAME);
  });

  test("says how many lie outside", () => {
    const { fit } = caseFit("v01-re-intercept-bcg");
    const { points } = funnelPoints(fit);
    const outside = points.filter(({ x, stdError }) => Math.abs(x) > 2.5758293035489 * stdError).length;
    const { description, marks } = picture(funnelPlot(fit, { refline: 0, contours: [0.9, 0.99] }));
    expect(description).toContain(`${outside} of 13 lie outside its 99% region`);
    expect(marks("area")).toHaveLength(2);
    expect(marks("dot")).toHaveLength(13);
  });

  test("needs sampling variances", () => {
    const fit = drm("y ~ 1", { data: { y: [1, 2, 4, 3] } });
    expect(() => funnelPlot(fit)).toThrow(/known sampling variances/);
  });
});

describe("location-scale and heterogeneity", () => {
  test("curves are predictions at their grid, over the range of each group", () => {
    const { fit, data } = caseFit("drm-a-restoration");
    const { curves, x, by, at } = moderatorCurves(fit, {});
    expect([x, by, at]).toEqual(["duration", "habitat", ""]);
    const duration = (data as Record<string, number[]>).duration!;
    const habitat = (data as unknown as Record<string, string[]>).habitat!;
    for (const curve of curves) {
      const own = duration.filter((_, i) => habitat[i] === curve.label);
      expect([curve.x[0], curve.x.at(-1)]).toEqual([Math.min(...own), Math.max(...own)]);
      const rows = { duration: [curve.x[40]!], habitat: [curve.label] };
      const { mu, sigma } = predict(fit, rows);
      expect(curve.mean[40]).toBeCloseTo(mu!.estimate[0]!, SAME);
      expect(curve.upper[40]).toBeCloseTo(mu!.upper[0]!, SAME);
      expect(curve.sigma[40]).toBeCloseTo(sigma!.estimate[0]!, SAME);
      expect(curve.sigmaLower[40]).toBeCloseTo(sigma!.lower[0]!, SAME);
      expect(curve.heterogeneity[40]).toBeCloseTo(sigma!.estimate[0]!, SAME);
    }
  });

  test("other moderators are at their mean or most frequent level unless told, and the picture says so", () => {
    const { fit } = caseFit("v07-ls-curtis");
    const { at } = moderatorCurves(fit, { x: "logt", by: null });
    expect(at).toMatch(/^meth = (GC|other)$/);
    const { texts } = picture(locationScalePlot(fit, { x: "logt", by: null, at: { meth: "GC" } }));
    expect(texts).toContain("At meth = GC.");
    expect(() => moderatorCurves(fit, { at: { mth: "GC" } })).toThrow(
      "at 'mth' is not one of the other moderators",
    );
    expect(() => moderatorCurves(fit, { x: "meth" })).toThrow(/categorical/);
    expect(() => moderatorCurves(fit, { x: "logtt" })).toThrow("did you mean 'logt'?");
    expect(() => moderatorCurves(fit, { by: "logt" })).toThrow("by 'logt' is not a categorical moderator");
  });

  test("a point per effect, a line and two bands per curve", () => {
    const { fit } = caseFit("drm-a-restoration");
    const { marks, description } = picture(locationScalePlot(fit));
    expect(marks("dot")).toHaveLength(80 + 2);
    expect(marks("line")).toHaveLength(2);
    expect(marks("area")).toHaveLength(4);
    expect(description).toMatch(/Mean of forest: .* with SD of true effects 0\.38 at duration/);
    expect(picture(locationScalePlot(fit, { ribbon: "none" })).marks("area")).toHaveLength(2);
    expect(() => locationScalePlot(fit, { ribbon: "sd" as never })).toThrow("ribbon 'sd'");
  });

  test("SDs by group with profile intervals", () => {
    const { fit } = caseFit("drm-a-restoration");
    const { intervals } = scaleIntervals(fit, { dpar: "sigma" });
    const { texts } = picture(heterogeneityPlot(fit));
    for (const { quantity, estimate, lower, upper } of intervals) {
      if (quantity !== "sd") continue;
      expect(texts).toContain(`${estimate.toFixed(3)} [${lower.toFixed(3)}, ${upper.toFixed(3)}]`);
    }
    expect(picture(heterogeneityPlot(fit, { confint: "wald" })).texts).toContain("Intervals: Wald.");
  });

  test("nothing to draw when every SD is held", () => {
    const { fit } = caseFit("v10-fixed-effect-bcg");
    expect(() => heterogeneityPlot(fit)).toThrow("every SD of the model is held at a value");
  });
});

describe("means that rest on one cluster", () => {
  test("have a note on why they have no limits", () => {
    const data = {
      yi: [0.1, 0.5, 0.3, 0.9, 0.4, 0.2, 0.7],
      vi: [0.02, 0.03, 0.02, 0.05, 0.03, 0.02, 0.04],
      g: ["one", "more", "more", "more", "more", "more", "more"],
      id: ["a", "b", "b", "c", "d", "e", "f"],
    };
    const plain = drm("yi ~ g + meta_V(V = vi)", { data });
    const fit = robust(plain, { cluster: "id", data });
    for (const draw of [orchardPlot, forestPlot]) {
      const noteOf = (of: typeof fit) =>
        picture(draw(of, { data, group: "g" })).texts.filter((text) => text.startsWith("No limits"));
      expect(noteOf(fit)).toEqual([
        `No limits (${draw === forestPlot ? "Mean, " : ""}one): it rests on one cluster, and its robust error is 0.`,
      ]);
      expect(noteOf(plain)).toEqual([]);
    }
  });
});

describe("negative numbers", () => {
  test("have the minus sign throughout the words of a location-scale plot", () => {
    const x = [-2, -1.5, -1, 0.5, 1, 2];
    const data = {
      yi: [-0.4, -0.1, 0.1, 0.2, 0.5, 0.6],
      vi: x.map(() => 0.02),
      x,
      z: x.map((one) => one - 3),
    };
    const svg = locationScalePlot(drm("yi ~ x + z:x + meta_V(V = vi)", { data }), { x: "x" });
    const { description, texts } = picture(svg);
    expect(description).toContain("at x = −2");
    expect([description, ...texts].join(" ")).not.toMatch(/-\d/);
    expect(svg).not.toMatch(/<title>[^<]*-\d/);
  });
});

describe("orchard and caterpillar", () => {
  test("a band for each group", () => {
    const { fit } = caseFit("v08-ls-boundary-bakdash");
    const groups = orchardGroups(fit);
    expect(groups.map(({ members }) => members.length).reduce((a, b) => a + b)).toBe(fit.nobs);
    const { marks, texts } = picture(orchardPlot(fit));
    expect(marks("dot")).toHaveLength(fit.nobs + groups.length);
    for (const { label, members } of groups) expect(texts).toContain(`${label} (${members.length})`);
  });

  test("BLUPs in order, or the effects", () => {
    const { fit } = caseFit("v15-multilevel-konstantopoulos");
    const [section] = caterpillarRows(fit);
    expect([section!.of, section!.rows.length]).toEqual(["district", 11]);
    const sizes = section!.rows.map(({ estimate }) => estimate);
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
    expect(caterpillarRows(fit, { show: "effects" })[0]!.rows).toHaveLength(56);
    expect(picture(caterpillarPlot(fit)).marks("dot")).toHaveLength(11);
    expect(() => caterpillarPlot(fit, { show: "school" })).toThrow(
      "show 'school': this model has effects, district to show",
    );
  });
});

describe("diagnostics", () => {
  test("Pearson residuals against whatever is asked", () => {
    const { fit } = caseFit("drm-a-restoration");
    const pearson = residuals(fit, { type: "pearson" }) as Float64Array;
    const { points } = residualPoints(fit);
    points.forEach(({ residual, x }, i) => {
      expect(residual).toBeCloseTo(pearson[i]!, SAME);
      expect(x).toBe(fit.fitted.mu![i]);
    });
    expect(residualPoints(fit, { x: "se" }).points[3]!.x ** 2).toBeCloseTo(fit.knownV.variances[3]!, SAME);
    expect(picture(residualPlot(fit, { x: "duration" })).texts).toContain("duration");
    expect(() => residualPlot(fit, { x: "durat" })).toThrow(/neither "fitted", "se"/);
    expect(() => residualPlot(fit, { x: "habitat" })).toThrow(/categorical/);
  });

  test("normal quantiles are those of R's qqnorm()", () => {
    const small = drm("y ~ 1 + meta_V(V = v)", { data: { y: [3, 1, 2, 5, 4], v: [1, 1, 1, 1, 1] } });
    const points = qqPoints(small);
    // qqnorm(1:5)$x
    const expected = [-1.1797611176118612, -0.4972005706815567, 0, 0.4972005706815567, 1.1797611176118612];
    points.forEach(({ theoretical }, i) => {
      expect(theoretical).toBeCloseTo(expected[i]!, SAME);
    });
    expect(points.map(({ label }) => label)).toEqual(["Row 2", "Row 3", "Row 1", "Row 5", "Row 4"]);
    // more than ten: qnorm((1:80 - 0.5) / 80)
    expect(qqPoints(caseFit("drm-a-restoration").fit)[0]!.theoretical).toBeCloseTo(-2.497705474412374, SAME);
  });

  test("Baujat's numbers are metafor's", () => {
    const { fit } = caseFit("v01-re-intercept-bcg");
    const { points, measure } = baujatPoints(fit);
    expect(measure).toBe("pooled effect");
    // baujat(rma(yi, vi, method = "ML")) of metafor 3.8, whose search for tau^2 stops at 1e-5
    const metafor = [
      [0.05238321711, 0.0016848980019],
      [1.61018194452, 0.1199699299607],
      [0.58327690109, 0.0249883498268],
      [1.77782066719, 0.2928968677947],
      [0.73570020318, 0.0733272534423],
    ] as const;
    metafor.forEach(([heterogeneity, influence], i) => {
      expect(points[i]!.heterogeneity / heterogeneity).toBeCloseTo(1, 5);
      expect(points[i]!.influence / influence).toBeCloseTo(1, 4);
    });
    const { description, marks } = picture(baujatPlot(fit));
    expect(marks("dot")).toHaveLength(13);
    expect(description).toContain("Row 4 (1.78, 0.29)");
  });

  test("studies can be left out instead of rows", () => {
    const { fit } = caseFit("v15-multilevel-konstantopoulos");
    const { points } = baujatPoints(fit, { by: "district" });
    expect(points).toHaveLength(11);
    const pearson = residuals(fit, { type: "pearson" }) as Float64Array;
    const total = pearson.reduce((sum, r) => sum + r * r, 0);
    expect(points.reduce((sum, { heterogeneity }) => sum + heterogeneity, 0)).toBeCloseTo(total, 10);
    expect(picture(influencePlot(fit, { by: "district" })).description).toContain("11 levels of district");
  });
});

describe("profile", () => {
  test("shades the likelihood-ratio interval", () => {
    const { fit } = caseFit("drm-a-restoration");
    // cases/drm-a-restoration.json, profile_95 of sigma:(Intercept)
    const { lower, upper } = scaleIntervals(fit, { dpar: "sigma" }).intervals[0]!;
    const { description } = picture(profilePlot(fit, { parm: "sigma:(Intercept)" }));
    const [, from, to] = /interval shown is (\S+) to (\S+)\./
      .exec(description)!
      .map((s) => s.replace("−", "-"));
    expect(Number(from)).toBeCloseTo(Math.log(lower), 2);
    expect(Number(to)).toBeCloseTo(Math.log(upper), 2);
    expect(() => profilePlot(fit, { parm: "sigma" })).toThrow(/several coefficients .*name one/);
  });
});

describe("bivariate", () => {
  test("means, covariances and who is missing", () => {
    const { fit } = caseFit("v23-bivariate-berkey");
    const { regions, points, incomplete } = bivariateRegions(fit);
    const { between, sampling } = residualCovariance(fit);
    const [region] = regions;
    expect([regions.length, points.length, incomplete]).toEqual([1, 5, 0]);
    expect(region!.mu1).toBeCloseTo(fit.fitted.mu1![0]!, SAME);
    expect(region!.between.v12).toBeCloseTo(between.covariance[0]!, SAME);
    expect(points[2]!.sampling.v12).toBeCloseTo(sampling.covariance[2]!, SAME);
    const index = (dpar: string) => fit.coefficients.findIndex((coefficient) => coefficient.dpar === dpar);
    const k = fit.coefficients.length;
    expect(region!.ofMean.v12).toBeCloseTo(fit.vcov[index("mu1") * k + index("mu2")]!, SAME);
    expect(bivariateRegions(caseFit("v28-bivariate-missing-outcomes-riley").fit).incomplete).toBe(64);
  });

  test("an ellipse a study, one of true effects and one of the means", () => {
    const { fit } = caseFit("v23-bivariate-berkey");
    expect(picture(bivariatePlot(fit)).marks("line")).toHaveLength(5 + 2);
    expect(() => bivariatePlot(caseFit("v01-re-intercept-bcg").fit)).toThrow(
      "it needs a fit of two outcomes",
    );
  });
});
