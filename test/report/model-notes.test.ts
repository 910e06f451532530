import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseCsv } from "../../src/data/csv";
import { drm } from "../../src/drm";
import { drmFormula } from "../../src/formula/formula";
import { toJSON } from "../../src/report/json/to-json";
import { report } from "../../src/report/report";
import { summary } from "../../src/report/summary";
import { formatTable } from "../../src/report/table/format-table";

const data = {
  y: [0.31, 0.52, -0.12, 0.24, 0.66, 0.7, 0.05, 0.43],
  z: [0.1, 0.3, 0.2, 0.5, 0.1, 0.2, 0.4, 0.1],
  vi: [0.021, 0.024, 0.032, 0.03, 0.018, 0.02, 0.041, 0.027],
  se: [0.14, 0.15, 0.18, 0.17, 0.13, 0.14, 0.2, 0.16],
  w: [1, 2, 0.5, 1, 1, 1, 1, 1],
};
const MODEL = "y ~ 1 + meta_V(V = vi)";

test("an ordinary meta-analysis has nothing to be said", () => {
  const fit = drm(MODEL, { data });
  expect(summary(fit).notes).toEqual([]);
  expect(String(summary(fit))).toMatch(/^Meta-analysis by distributional regression, ML\n/);
  const json = toJSON(fit);
  for (const key of ["known_v", "fixed", "weighted", "notes"]) expect(json).not.toHaveProperty(key);
});

test("a model without sampling variances says so in its heading, in a note, in words and in JSON", () => {
  const fit = drm("y ~ 1", { data });
  const text = String(summary(fit));
  expect(text).toMatch(/^Gaussian model without sampling variances, by distributional regression, ML\n/);
  expect(text).toContain(
    "\nNo meta_V(): no sampling variances are known, and sigma holds the sampling errors too\n",
  );
  expect(report(fit)).toContain("No sampling variances were given");
  expect(toJSON(fit)).toMatchObject({ known_v: "none", notes: [expect.stringContaining("No meta_V()")] });
  const two = drm(drmFormula("mu1 = y ~ 1", "mu2 = z ~ 1"), { data });
  expect(String(summary(two))).toMatch(/^Bivariate Gaussian model without sampling variances/);
});

test("a parameter that is held", () => {
  const fit = drm(MODEL, { data, fixed: { sigma: 0 } });
  expect(String(summary(fit))).toContain("\nHeld, not estimated: sigma = 0\n");
  expect(report(fit)).toContain("was not estimated but held at 0");
  expect(toJSON(fit)).toMatchObject({ fixed: { sigma: 0 } });
});

test("likelihood weights", () => {
  const fit = drm(MODEL, { data, weights: "w" });
  const note = "Likelihood weights: 0.5 to 2, multiplying log-likelihoods (not 1 / vi)";
  expect(String(summary(fit))).toContain(`\n${note}\n`);
  expect(report(fit)).toContain("Rows were weighted by likelihood weights.");
  expect(toJSON(fit)).toMatchObject({ weighted: true, notes: [note] });
});

test("standard errors in the place of variances, wherever a fit is printed", () => {
  const fit = drm("y ~ 1 + meta_V(V = se)", { data: { y: data.y, se: data.se } });
  const words = "says that it holds standard errors. If it does, write meta_V(V = se^2)";
  expect(String(summary(fit))).toContain(words);
  expect(report(fit)).toContain(words);
  expect(formatTable(summary(fit), { format: "markdown" })).toContain("If it does, write meta_V(V = se^2)");
  expect(toJSON(fit).notes).toEqual([expect.stringContaining(words)]);
});

test("a hundred rows of seventeen studies", () => {
  const assink = parseCsv(readFileSync("examples/assink.csv", "utf8"));
  const fit = drm("yi ~ 1 + meta_V(V = vi)", { data: assink });
  const words = "Column 'study' names 17 studies for the 100 rows used";
  expect(String(summary(fit))).toContain(words);
  expect(report(fit)).toContain(words);
  expect(toJSON(fit).notes).toEqual([expect.stringContaining(words)]);
});
