import { expect, test } from "vitest";
import { drm, type Fit, fromJSON, robust, toJSON } from "../../src/index";
import { optionsOfPlot, type PlotName } from "../../src/plot/catalogue";
import { plotNamed, plots } from "../../src/plot/index";
import { listCases, listFits } from "../cases";
import { caseFit } from "./fits";
import { picture } from "./picture";

const NAMES = Object.keys(plots);

/** What the plots cannot draw, and why: anything else must be drawn. */
const REASONS = /numeric moderator|fit of two outcomes|held at a value|known sampling variances/;

test.each([...listFits(), ...listCases("next/p0")])("%s: every plot is drawn, or says why not", (id) => {
  expectPlots(caseFit(id).fit);
});

test("REML and robust fits, and one that has been saved and reopened", () => {
  const { data } = caseFit("v15-multilevel-konstantopoulos");
  const reml = drm("yi ~ year + (1 | district) + meta_V(V = vi)", { data, method: "REML" });
  expectPlots(reml);
  expectPlots(robust(reml, { cluster: "district" }));
  expectPlots(fromJSON(JSON.stringify(toJSON(reml, { full: true }))));
});

test("without known variances, with one row more than parameters, with zero variances", () => {
  expectPlots(drm("y ~ x", { data: { y: [1, 2, 4, 3, 5.5], x: [1, 2, 3, 4, 5] } }));
  expectPlots(drm("y ~ 1 + meta_V(V = v)", { data: { y: [1, 2, 4], v: [0.1, 0.2, 0.1] } }));
  expectPlots(drm("y ~ 1 + meta_V(V = v)", { data: { y: [1, 2, 4, 3.2], v: [0.1, 0, 0.1, 0] } }));
});

function expectPlots(fit: Fit): void {
  for (const name of NAMES) {
    const plot = plotNamed(name);
    const reason = plot.unsuitable(fit);
    if (reason !== null) {
      expect(reason).toMatch(REASONS);
      // what is said beforehand is what drawing says
      expect(() => plot.draw(fit)).toThrow();
      continue;
    }
    for (const outcome of fit.family === "gaussian" ? [undefined] : ["mu1", "mu2"]) {
      const { width, texts } = picture(
        plot.draw(fit, optionsOfPlot(name as PlotName, { outcome, width: 500, theme: "auto" })),
      );
      expect(width).toBe(500);
      expect(texts.length).toBeGreaterThan(3);
    }
  }
}

test("an unknown plot names those that there are", () => {
  expect(() => plotNamed("forrest")).toThrow(/"forrest"; there are forest, orchard/);
});
