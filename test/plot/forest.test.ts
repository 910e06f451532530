import { describe, expect, test } from "vitest";
import { type DataInput, drm, predict, predictionInterval, ranef } from "../../src/index";
import { forestPlot, forestRows } from "../../src/plot/index";
import { caseFit } from "./fits";
import { picture } from "./picture";

/** Two ways to the same number in double precision. */
const SAME = 12;

describe("forestRows", () => {
  test("effects, limits and weights are metafor's", () => {
    const { fit, data } = caseFit("v01-re-intercept-bcg");
    const { groups, overall, weighted } = forestRows(fit, { data, labels: "author" });
    const [first] = groups[0]!.rows;
    expect(first).toMatchObject({ label: "Aronson", row: 0 });
    // escalc(measure = "RR") and weights(rma(yi, vi, method = "ML"))
    expect(first!.estimate).toBeCloseTo(-0.88931133, 7);
    expect(first!.lower).toBeCloseTo(-0.88931133 - 1.959964 * Math.sqrt(0.3255847650039614), 5);
    expect(weighted).toBe(true);
    const weights = groups[0]!.rows.map(({ weight }) => weight);
    const metafor = [4.879109072, 6.225861182, 4.249163053, 9.848251127, 8.920620546];
    metafor.forEach((weight, i) => {
      expect(weights[i]).toBeCloseTo(weight, 4);
    });
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(100, SAME);
    // predict(): the estimate; its standard error is larger here, see the conventions of the README
    expect(overall.estimate).toBeCloseTo(-0.71119914, 6);
  });

  test("the overall mean without moderators is predict()'s, and its interval predictionInterval()'s", () => {
    for (const id of ["v01-re-intercept-bcg", "v15-multilevel-konstantopoulos", "v12-boundary-hine"]) {
      const { fit } = caseFit(id);
      const { overall } = forestRows(fit, { level: 0.9 });
      const mean = predict(fit, undefined, { dpar: "mu", level: 0.9 });
      const interval = predictionInterval(fit, undefined, { level: 0.9 });
      expect(overall.estimate).toBeCloseTo(mean.estimate[0]!, SAME);
      expect(overall.stdError).toBeCloseTo(mean.stdError[0]!, SAME);
      expect(overall.upper).toBeCloseTo(mean.upper[0]!, SAME);
      expect(overall.heterogeneity).toBeCloseTo(interval.heterogeneity[0]!, SAME);
      expect(overall.predictionLower).toBeCloseTo(interval.lower[0]!, SAME);
    }
  });

  test("a group's mean, where its rows share their moderators, is predict()'s for the group", () => {
    const { fit } = caseFit("v08-ls-boundary-bakdash");
    const { groups } = forestRows(fit, { group: "measure" });
    expect(groups).toHaveLength(6);
    for (const { label, rows, summary } of groups) {
      const expected = predictionInterval(fit, { measure: [label] });
      expect(summary!.label).toBe(`Mean, ${label}`);
      expect(summary!.estimate).toBeCloseTo(expected.estimate[0]!, SAME);
      expect(summary!.stdError).toBeCloseTo(expected.stdError[0]!, SAME);
      expect(summary!.predictionUpper).toBeCloseTo(expected.upper[0]!, SAME);
      expect(rows[0]!.fitted).toBeCloseTo(expected.estimate[0]!, SAME);
    }
    // one level's sigma is at its boundary: a prediction interval as narrow as the mean's own
    const flat = groups.find(({ summary }) => summary!.heterogeneity === 0)!;
    expect(flat.label).toBe("SABARS");
    expect(flat.summary!.predictionLower).toBe(flat.summary!.lower);
  });

  test("over all rows with moderators: the mean of the fitted values", () => {
    const { fit } = caseFit("drm-a-restoration");
    const { overall, weighted } = forestRows(fit);
    const mean = fit.fitted.mu!.reduce((sum, mu) => sum + mu / fit.nobs, 0);
    expect(overall.estimate).toBeCloseTo(mean, SAME);
    expect(weighted).toBe(false);
  });

  test("groups of a random intercept get their predicted means, without an interval", () => {
    const { fit } = caseFit("v15-multilevel-konstantopoulos");
    const { groups, overall } = forestRows(fit, { group: "district" });
    const blups = ranef(fit, "district");
    expect(groups).toHaveLength(blups.length);
    for (const { label, summary } of groups) {
      const { estimate } = blups.find(({ level }) => `district ${level}` === label)!;
      expect(summary!.estimate).toBeCloseTo(overall.estimate + estimate, SAME);
      expect(summary!.lower).toBeNaN();
    }
  });

  test("groups that the model does not tell apart get headings only", () => {
    const { fit, data } = caseFit("v01-re-intercept-bcg");
    const { groups } = forestRows(fit, { data, group: "alloc" });
    expect(groups.map(({ label, summary }) => [label, summary])).toEqual([
      ["alternate", null],
      ["random", null],
      ["systematic", null],
    ]);
  });

  test("order: Study 2 before Study 10, and the reverse with a minus sign", () => {
    const yi = [0.3, 0.1, 0.2];
    const fit = drm("yi ~ 1 + meta_V(V = vi)", { data: { yi, vi: [0.1, 0.2, 0.3] } });
    const labels = ["Study 10", "Study 2", "Study 1"];
    const order = (sort: "label" | "estimate" | "-estimate" | "-precision") =>
      forestRows(fit, { labels, sort }).groups[0]!.rows.map(({ label }) => label);
    expect(order("label")).toEqual(["Study 1", "Study 2", "Study 10"]);
    expect(order("estimate")).toEqual(["Study 2", "Study 1", "Study 10"]);
    expect(order("-estimate")).toEqual(["Study 10", "Study 1", "Study 2"]);
    expect(order("-precision")).toEqual(["Study 10", "Study 2", "Study 1"]);
  });

  test("labels follow the rows that were used", () => {
    const data = {
      yi: [0.3, null, 0.2],
      vi: [0.1, 0.2, 0.3],
      name: ["a", "b", "c"],
    } as unknown as DataInput;
    const fit = drm("yi ~ 1 + meta_V(V = vi)", { data });
    const labelsOf = (options: Parameters<typeof forestRows>[1]) =>
      forestRows(fit, options).groups[0]!.rows.map(({ label }) => label);
    expect(labelsOf({ labels: ["a", "b", "c"] })).toEqual(["a", "c"]);
    expect(labelsOf({ data, labels: "name" })).toEqual(["a", "c"]);
    expect(labelsOf({})).toEqual(["Row 1", "Row 3"]);
    expect(() => labelsOf({ labels: ["a", "c"] })).toThrow("labels: 2 values for 3 data rows");
    expect(() => labelsOf({ labels: "name" })).toThrow(/labels 'name': a fit keeps only/);
    expect(() => labelsOf({ data, labels: "nam" })).toThrow("did you mean 'name'?");
  });

  test("a bivariate fit has one forest for each outcome", () => {
    const { fit } = caseFit("v28-bivariate-missing-outcomes-riley");
    const [first, second] = ["mu1", "mu2"].map((outcome) => forestRows(fit, { outcome }));
    const observed = (dpar: string) => fit.response[dpar]!.values.filter((y) => !Number.isNaN(y)).length;
    expect(first!.groups[0]!.rows).toHaveLength(observed("mu1"));
    expect(second!.groups[0]!.rows).toHaveLength(observed("mu2"));
    expect(first!.overall.estimate).not.toBe(second!.overall.estimate);
    expect(() => forestRows(fit, { outcome: "mu3" })).toThrow("this fit has mu1 and mu2");
  });
});

describe("forestPlot", () => {
  test("a square, an interval and three texts a row, a diamond and its bar", () => {
    const { fit, data } = caseFit("v01-re-intercept-bcg");
    const { marks, texts, description, title } = picture(forestPlot(fit, { data, labels: "author" }));
    expect(marks("dot")).toHaveLength(13);
    // 13 intervals, and the prediction interval with its two ends
    expect(marks("link")).toHaveLength(13 + 3);
    expect(marks("line")).toHaveLength(1);
    for (const shown of [
      "Aronson",
      "−0.89 [−2.01, 0.23]",
      "4.9%",
      "Overall",
      "95% prediction interval",
      "Weight",
    ]) {
      expect(texts).toContain(shown);
    }
    expect(title).toBe("Forest plot of yi");
    expect(description).toContain("13 effect sizes");
    expect(description).toContain("Overall: −0.71 [−1.05, −0.37], prediction interval [−1.80, 0.38].");
  });

  test("ratios", () => {
    const { fit } = caseFit("v01-re-intercept-bcg");
    const { texts } = picture(forestPlot(fit, { transform: "exp" }));
    // exp(-0.71119914)
    expect(texts.some((shown) => shown.startsWith("0.49 [0.35, 0.69]"))).toBe(true);
    expect(texts).toEqual(expect.arrayContaining(["0.1", "0.5", "1", "exp(yi)"]));
  });

  test("what a label holds does no harm", () => {
    const { fit } = caseFit("v12-boundary-hine");
    const nasty = [`<b>&"'`, "]]>", "\u0001\u0000", "", "<!--", "日本語 🙂"];
    const svg = forestPlot(fit, { labels: nasty, title: "<&>", description: 'a "b" <c>' });
    const { texts, title, description } = picture(svg);
    expect(texts).toEqual(expect.arrayContaining([`<b>&"'`, "]]>", "<!--", "日本語 🙂", "<&>"]));
    expect([title, description]).toEqual(["<&>", 'a "b" <c>']);
  });

  test("several hundred rows keep their height; columns give way on a phone", () => {
    const { fit } = caseFit("v08-ls-boundary-bakdash");
    const wide = picture(forestPlot(fit, { group: "measure" }));
    expect(wide.height).toBeGreaterThan(453 * 14);
    const phone = picture(forestPlot(fit, { width: 360 }));
    expect(phone.width).toBe(360);
    expect(phone.texts).not.toContain("Precision");
    expect(phone.marks("dot").length).toBeGreaterThan(400);
  });

  test("intervals beyond the axis end in an arrow, and a note says so", () => {
    const { fit } = caseFit("v01-re-intercept-bcg");
    const { marks, texts } = picture(forestPlot(fit, { xlim: [-1, 1] }));
    const arrows = marks("dot").filter((mark) => mark.getAttribute("transform")?.includes("rotate"));
    const rows = forestRows(fit).groups[0]!.rows;
    const beyond =
      rows.filter(({ lower }) => lower < -1).length + rows.filter(({ upper }) => upper > 1).length;
    expect(arrows).toHaveLength(beyond);
    expect(texts).toContain("Arrows: the interval goes on beyond the axis.");
  });

  test("options that make no sense are refused", () => {
    const { fit } = caseFit("v12-boundary-hine");
    expect(() => forestPlot(fit, { sort: "size" as never })).toThrow(
      "sort 'size': rows are sorted by data, label",
    );
    expect(() => forestPlot(fit, { width: 10 })).toThrow("width 10: pictures are 240 to 10000 px wide");
    expect(() => forestPlot(fit, { theme: "sepia" as never })).toThrow("theme 'sepia'");
    expect(() => forestPlot(fit, { transform: "log" as never })).toThrow("transform 'log'");
    expect(() => forestPlot(fit, { level: 95 })).toThrow("level 95");
  });
});
