import { describe, expect, it } from "vitest";
import { predict } from "../../src/inference/predict";
import { ranef } from "../../src/inference/ranef";
import { fitTo } from "../fit/simulated";

const DATA = {
  district: ["n", "n", "n", "n", "s", "s", "s", "s", "e", "e", "e", "e"],
  school: [1, 1, 2, 2, 1, 1, 2, 2, 1, 1, 2, 2],
  x: [0.1, 0.7, -0.4, 1.2, 0.3, -1.1, 0.8, 0.2, -0.6, 0.5, 1.4, -0.2],
  yi: [1.31, 1.52, 0.62, 1.1, -0.52, -0.94, 0.28, 0.05, 0.42, 0.71, 0.2, -0.31],
  vi: new Array<number>(12).fill(0.02),
};
const fit = fitTo(DATA, ["yi ~ x + (1 | district/school) + meta_V(V = vi)"]);
const blup = (group: string, level: string) => ranef(fit, group).find((row) => row.level === level)!.estimate;
const known = { dpar: "mu", groups: "known" } as const;

describe("predictions", () => {
  it("are the population's unless asked otherwise", () => {
    const mu = predict(fit, undefined, { dpar: "mu" });
    for (const [i, value] of mu.estimate.entries()) expect(value).toBeCloseTo(fit.fitted.mu![i]!, 12);
    expect(mu.stdError.every((se) => se > 0)).toBe(true);
  });

  it("of known groups add the predicted intercepts of the row's levels", () => {
    const mu = predict(fit, undefined, known);
    const added = blup("district", "n") + blup("district:school", "n:2");
    expect(added).not.toBe(0);
    expect(mu.estimate[3]).toBeCloseTo(fit.fitted.mu![3]! + added, 12);
    expect(mu.stdError.every((se) => se > 0)).toBe(true);
  });

  it("find the levels of new rows, in any order and type", () => {
    const newdata = { x: [1.2, -1.1], school: ["2", "1"], district: ["n", "s"] };
    const mu = predict(fit, newdata, known);
    const all = predict(fit, undefined, known);
    expect(mu.estimate[0]).toBeCloseTo(all.estimate[3]!, 12);
    expect(mu.estimate[1]).toBeCloseTo(all.estimate[5]!, 12);
  });

  it("take what is known of a row, and the expectation 0 of what is not", () => {
    const newdata = { x: [0, 0, 0], district: ["n", "w", null], school: [9, 1, 1] };
    const mu = predict(fit, newdata as never, known);
    const population = predict(fit, newdata as never, { dpar: "mu" });
    expect(mu.estimate[0]).toBeCloseTo(population.estimate[0]! + blup("district", "n"), 12);
    expect(mu.stdError[0]).toBeLessThan(population.stdError[0]!);
    for (const i of [1, 2]) {
      expect(mu.estimate[i]).toBe(population.estimate[i]);
      expect(mu.stdError[i]).toBe(population.stdError[i]);
    }
  });

  it("of scale parameters do not change", () => {
    const { sigma } = predict(fit, { x: [0], district: ["n"], school: [1] }, { groups: "known" });
    expect(sigma!.estimate).toEqual(predict(fit, { x: [0] }, { dpar: "sigma" }).estimate);
  });

  it("refuse other groups, and new data without the grouping columns", () => {
    expect(() => predict(fit, undefined, { groups: "all" as "known" })).toThrow(
      'of the "population" or of "known" groups',
    );
    expect(() => predict(fit, { x: [0], district: ["n"] }, known)).toThrow(
      `groups: "known" needs column 'school' for the levels of sd(district:school)`,
    );
  });

  it("of a model without random intercepts are the population's", () => {
    const plain = fitTo(DATA, ["yi ~ x + meta_V(V = vi)"]);
    expect(predict(plain, undefined, known)).toEqual(predict(plain, undefined, { dpar: "mu" }));
  });
});
