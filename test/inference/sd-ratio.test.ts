import { expect, it } from "vitest";
import { sdRatio } from "../../src/inference/sd-ratio";
import { restorationFit } from "../fit-literal";

it("exponentiates a sigma coefficient and its limits, squared for variances", () => {
  const ratio = sdRatio(restorationFit(), "habitatforest");
  expect(ratio.sdRatio).toBeCloseTo(2.743843, 6);
  expect(ratio.varianceRatio).toBeCloseTo(ratio.sdRatio ** 2, 12);
  const half = 1.959963984540054 * 0.37667018928915225;
  expect(Math.log(ratio.sdUpper)).toBeCloseTo(1.0093594916974027 + half, 10);
  expect(Math.log(ratio.varianceLower)).toBeCloseTo(2 * (1.0093594916974027 - half), 10);
});

it("names the terms there are", () => {
  const fit = restorationFit();
  expect(() => sdRatio(fit, "habitat")).toThrow("no term 'habitat': sigma has (Intercept), habitatforest");
  expect(() => sdRatio(fit, "habitatforest", { dpar: "mu" })).toThrow("'mu' is not one");
  expect(() => sdRatio(fit, "x", { dpar: "sd(study)" })).toThrow("there is no formula for sd(study)");
});
