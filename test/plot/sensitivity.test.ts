import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { correlationSensitivity, selection, smallStudy, trimFill } from "../../src/bias/index";
import { cumulative, drm, gosh, parseCsv } from "../../src/index";
import { correlationPlot, cumulativePlot, funnelPlot, goshPlot, selectionPlot } from "../../src/plot/index";
import { picture } from "./picture";

const read = (name: string) =>
  parseCsv(readFileSync(new URL(`../../examples/${name}.csv`, import.meta.url), "utf8"));
const fit = drm("yi ~ 1 + meta_V(V = vi)", { data: read("bcg"), method: "REML" });

describe("funnel", () => {
  test("the line of Egger's test is the mean of smallStudy() at each standard error", () => {
    const egger = smallStudy(fit);
    const { marks, texts } = picture(funnelPlot(fit, { smallStudy: egger }));
    expect(marks("line")).toHaveLength(1);
    expect(texts.join(" ")).toContain("Line: the mean by sei.");
    expect(() => funnelPlot(fit, { smallStudy: { ...egger, predictor: "n" } })).toThrow(
      'wanted "sei" or "vi"',
    );
    expect(() => funnelPlot(fit, { smallStudy: egger, of: "residual" })).toThrow(
      "this funnel is of residuals",
    );
  });

  test("effect sizes that were filled in are open circles, and in the picture", () => {
    const filled = trimFill(fit, { side: "left", estimator: "L0" });
    const right = trimFill(fit, { side: "right" });
    expect(right.filled).toBe(1);
    const { marks, texts } = picture(funnelPlot(fit, { trimFill: right }));
    expect(marks("dot")).toHaveLength(14);
    expect(texts.join(" ")).toContain("Open: 1 effect size filled in (L0).");
    expect(picture(funnelPlot(fit, { trimFill: filled })).marks("dot")).toHaveLength(13 + filled.filled);
  });
});

test("cumulative estimates, one line a fit that can be trusted", () => {
  const found = cumulative(fit);
  const { description, marks, texts } = picture(cumulativePlot(found, { transform: "exp" }));
  expect(marks("dot")).toHaveLength(12);
  expect(texts.join(" ")).toContain("1 fit of too few rows not shown.");
  expect(description).toContain("13 rows came in");
  expect(() => cumulativePlot(found, { parm: "mu:x" })).toThrow(
    "there are mu:(Intercept), sigma:(Intercept)",
  );
  expect(() => cumulativePlot(found, { labels: ["a"] })).toThrow("1 name, and 13 came in");
});

test("subsets of gosh(), with a study in another colour", () => {
  const found = gosh(fit, { subsets: 300 });
  const { description, marks, texts } = picture(goshPlot(found, { highlight: "4" }));
  expect(marks("dot")).toHaveLength(found.subsets + 2); // and two in the legend
  expect(description).toContain(`${found.subsets} subsets of 13 rows`);
  expect(texts.join(" ")).toContain("with 4");
  expect(() => goshPlot(found, { highlight: "14" })).toThrow("there are 1, 2, 3");
});

test("estimates by the assumed correlation", () => {
  const assink = drm("yi ~ 1 + (1 | study) + meta_V(V = vi)", { data: read("assink") });
  const found = correlationSensitivity(assink, { cluster: "study", rho: [0, 0.4, 0.8] });
  const { description, marks, texts } = picture(correlationPlot(found));
  expect(marks("dot")).toHaveLength(3);
  const [first] = found.fits;
  expect(description).toContain(`${first!.coefficients[0]!.estimate.toFixed(1)}`);
  expect(texts.join(" ")).toContain("Shaded: 95% intervals.");
  expect(() => correlationPlot(found, { parm: "mu:x" })).toThrow("there are mu:(Intercept)");
});

test("the selection curve steps down where the weights do", () => {
  const fitted = selection(fit, { type: "stepfun", steps: [0.025, 0.5], alternative: "less" });
  const { description, marks, texts } = picture(selectionPlot(fitted));
  expect(marks("line")).toHaveLength(1);
  expect(texts.join(" ")).toContain("Dotted: p = 0.025, 0.5.");
  expect(description).toContain("one-sided p-value (stepfun)");
});
