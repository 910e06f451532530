import { describe, expect, test } from "vitest";
import {
  type DataInput,
  drm,
  predict,
  predictionInterval,
  ranef,
  robust as robustFit,
} from "../../src/index";
import { textWidth } from "../../src/plot/draw/text-width";
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
    const { groups, overall } = forestRows(fit);
    const intervals = [
      ...groups[0]!.rows,
      overall,
      { lower: overall.predictionLower, upper: overall.predictionUpper },
    ];
    const beyond =
      intervals.filter(({ lower }) => lower < -1).length + intervals.filter(({ upper }) => upper > 1).length;
    // the diamond and the prediction interval go on below -1, too
    expect([overall.lower < -1, overall.predictionLower < -1]).toEqual([true, true]);
    expect(arrowsOf(marks("dot"))).toHaveLength(beyond);
    expect(texts).toContain(ARROWS);
  });

  test("the axis holds the intervals of means, up to three times what the rows need", () => {
    const { data } = caseFit("v01-re-intercept-bcg");
    const robust = robustFit(drm("yi ~ alloc + meta_V(V = vi)", { data }), { cluster: "trial", data });
    const options = { data, group: "alloc" } as const;
    const { groups } = forestRows(robust, options);
    const [wide] = groups.flatMap(({ summary }) => summary ?? []);
    // two trials alone, t with one df: the limits are outside all those of the rows
    expect(wide!.lower).toBeLessThan(Math.min(...groups.flatMap(({ rows }) => rows.map((row) => row.lower))));
    const { marks, texts } = picture(forestPlot(robust, options));
    const at = axisOf(forestPlot(robust, options));
    const tips = diamondOf(marks("line")[0]!);
    expect(at(tips[0]!)).toBeCloseTo(wide!.lower, 1);
    expect(at(tips[1]!)).toBeCloseTo(wide!.upper, 1);
    // its prediction interval is wider still
    expect(arrowsOf(marks("dot"))).toHaveLength(2);
    expect(texts).toContain(ARROWS);
  });

  test("a mean with a much wider interval than the rows is cut off with arrows, not drawn as narrower", () => {
    const data = { yi: [0.12, 0.85], vi: [0.04, 0.05] };
    const fit = drm("yi ~ 1 + meta_V(V = vi)", { data, method: "REML" });
    const options = { test: "knha" } as const;
    const { overall, groups } = forestRows(fit, options);
    expect([overall.lower, overall.upper].map((x) => Number(x.toFixed(2)))).toEqual([-4.16, 5.12]);
    const svg = forestPlot(fit, options);
    const { marks, texts } = picture(svg);
    // both ends of the diamond, and of the prediction interval
    expect(arrowsOf(marks("dot"))).toHaveLength(4);
    expect(texts).toContain(ARROWS);
    const [low, high] = axisEnds(svg);
    const rows = groups[0]!.rows;
    const needed = Math.max(...rows.map(({ upper }) => upper)) - Math.min(...rows.map(({ lower }) => lower));
    expect((high - low) / needed).toBeCloseTo(3 * 1.06, 1);
    // cut off, a diamond has four corners at its ends and two in its middle
    expect(marks("line")[0]!.getAttribute("d")!.match(/[ML]/g)).toHaveLength(6);
  });

  test("beyond an axis that leaves the mean out nothing is drawn but arrows", () => {
    const { fit } = caseFit("v01-re-intercept-bcg");
    const { marks, width } = picture(forestPlot(fit, { xlim: [1, 2] }));
    expect(marks("line")).toHaveLength(0);
    expect(arrowsOf(marks("dot"))).toHaveLength(13 + 2);
    for (const rule of marks("rule")) {
      for (const name of ["x1", "x2"]) {
        const x = Number(rule.getAttribute(name));
        expect(x >= 0 && x <= width).toBe(true);
      }
    }
  });

  test("a note explains the column of precision where there is one", () => {
    const { fit } = caseFit("v08-ls-boundary-bakdash");
    const noteAt = (width: number) =>
      picture(forestPlot(fit, { width })).texts.some((text) => text.startsWith("Precision:"));
    expect([noteAt(720), noteAt(559), noteAt(360)]).toEqual([true, false, false]);
  });

  test("bold numbers have room at 360 px: a gap between the axis and the widest of them", () => {
    const { data } = caseFit("v01-re-intercept-bcg");
    const robust = robustFit(drm("yi ~ alloc + meta_V(V = vi)", { data }), { cluster: "trial", data });
    const svg = forestPlot(robust, { data, group: "alloc", width: 360 });
    const { texts, root } = picture(svg);
    const frame = Array.from(root.getElementsByTagName("line")).find(
      (element) => element.getAttribute("aria-label") === "frame",
    )!;
    // 12 px at the right edge of the picture; Helvetica's bold digits are as wide as its plain ones, DejaVu's 1.25 times
    const widest = Math.max(...texts.filter((t) => /^−?[\d.]+ \[/.test(t)).map((t) => textWidth(t, 10)));
    expect(360 - 12 - 1.1 * widest - Number(frame.getAttribute("x2"))).toBeGreaterThanOrEqual(12 - 1e-6);
    // and the axis has a scale
    expect(texts.filter((t) => /^−?\d+$/.test(t)).length).toBeGreaterThanOrEqual(2);
  });

  test("options that make no sense are refused", () => {
    const { fit } = caseFit("v12-boundary-hine");
    expect(() => forestPlot(fit, { sort: "size" as never })).toThrow(
      "sort 'size': rows are sorted by data, label",
    );
    expect(() => forestPlot(fit, { width: 10 })).toThrow("width 10: pictures are 240 to 10000 px wide");
    expect(() => forestPlot(fit, { theme: "sepia" as never })).toThrow("theme 'sepia'");
    expect(() => forestPlot(fit, { transform: "log" as never })).toThrow(
      'forestPlot(): unknown transformation "log"',
    );
    expect(() => forestPlot(fit, { level: 95 })).toThrow("level 95");
  });
});

const ARROWS = "Arrows: intervals that go on beyond the axis.";

type Marks = ReturnType<ReturnType<typeof picture>["marks"]>;

function arrowsOf(dots: Marks): Marks {
  return dots.filter((mark) => mark.getAttribute("transform")?.includes("rotate"));
}

/** Where a diamond begins and ends, px. */
function diamondOf(mark: Marks[number]): readonly [number, number] {
  const xs = [...mark.getAttribute("d")!.matchAll(/[ML]([-\d.]+),/g)].map(([, x]) => Number(x));
  return [Math.min(...xs), Math.max(...xs)];
}

/** From px to the scale of the axis, by its first and last tick. */
function axisOf(svg: string): (px: number) => number {
  const { root } = picture(svg);
  const labels = Array.from(root.getElementsByTagName("g")).find(
    (element) => element.getAttribute("aria-label") === "x-axis tick label",
  )!;
  const ticks = Array.from(labels.getElementsByTagName("text")).map((tick) => ({
    px: Number(/translate\(([-\d.]+)/.exec(tick.getAttribute("transform")!)![1]),
    value: Number(tick.textContent!.replace("−", "-")),
  }));
  const [first, last] = [ticks[0]!, ticks.at(-1)!];
  const scale = (last.value - first.value) / (last.px - first.px);
  return (px) => first.value + (px - first.px) * scale;
}

function axisEnds(svg: string): readonly [number, number] {
  const frame = Array.from(picture(svg).root.getElementsByTagName("line")).find(
    (element) => element.getAttribute("aria-label") === "frame",
  )!;
  const at = axisOf(svg);
  return [at(Number(frame.getAttribute("x1"))), at(Number(frame.getAttribute("x2")))];
}
