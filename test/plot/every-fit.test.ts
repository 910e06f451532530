import { expect, test } from "vitest";
import { plotNamed, plots } from "../../src/plot/index";
import { caseFit, fitIds } from "./fits";
import { picture } from "./picture";

const NAMES = Object.keys(plots);

/** What the plots cannot draw, and why: anything else must be drawn. */
const REASONS = /numeric moderator|fit of two outcomes|held at a value|known sampling variances/;

test.each(fitIds())("%s: every plot is drawn, or says why not", (id) => {
  const { fit } = caseFit(id);
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
      const { width, texts } = picture(plot.draw(fit, { outcome, width: 500, theme: "auto" }));
      expect(width).toBe(500);
      expect(texts.length).toBeGreaterThan(3);
    }
  }
});

test("an unknown plot names those that there are", () => {
  expect(() => plotNamed("forrest")).toThrow(/'forrest'; there are forest, orchard/);
});
