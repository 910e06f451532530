import { expect, it } from "vitest";
import { augment } from "../../src/report/augment";
import { glance } from "../../src/report/glance";
import { tidy } from "../../src/report/tidy";
import { bivariateFit, boundaryFit, restorationFit } from "../fit-literal";

const fit = restorationFit();

it("tidy has broom's columns, intervals on demand", () => {
  const [row] = tidy(fit);
  expect(Object.keys(row)).toEqual(["component", "term", "estimate", "std.error", "statistic", "p.value"]);
  const rows = tidy(fit, { conf_int: true, conf_level: 0.9 });
  expect(rows[4]).toMatchObject({ component: "sigma", term: "habitatforest" });
  expect(rows[2]["conf.low"]).toBeCloseTo(0.10332845534887833 - 1.6448536269514722 * 0.0359526980050917, 10);
});

it("tidy has null where a number does not exist", () => {
  expect(tidy(boundaryFit(), { conf_int: true })[3]).toEqual({
    component: "sigma",
    term: "(Intercept)",
    estimate: Number.NEGATIVE_INFINITY,
    "std.error": null,
    statistic: null,
    "p.value": null,
    "conf.low": null,
    "conf.high": null,
  });
});

it("glance is one row", () => {
  const row = glance(fit);
  expect(row).toMatchObject({ method: "ML", nobs: 80, df: 5, "df.residual": 75, converged: true });
  expect(row.AIC).toBeCloseTo(59.54639343897, 9);
  expect(row.deviance).toBeCloseTo(49.54639343897, 9);
});

it("augment adds dotted columns to the data", () => {
  const rows = augment(fit);
  expect(rows).toHaveLength(80);
  expect(Object.keys(rows[0])).toEqual([
    ".row",
    "yi",
    "habitat",
    "duration",
    "vi",
    ".fitted",
    ".se.fit",
    ".sigma",
    ".resid",
    ".pearson",
  ]);
  expect(rows[1]).toMatchObject({ ".row": 2, habitat: "forest", yi: 1.2500078448492 });
  expect(rows[1][".resid"]).toBeCloseTo(1.2500078448492 - fit.fitted.mu[1], 12);
});

it("augment names both outcomes, and has null for a missing one", () => {
  const rows = augment(bivariateFit());
  expect(rows[2]).toMatchObject({ y2: null, ".resid_mu2": null, ".sigma_mu2": 0.1, ".rho12": 0.4999995 });
});
