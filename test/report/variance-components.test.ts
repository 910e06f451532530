import { describe, expect, it } from "vitest";
import { varianceComponents } from "../../src/report/variance-components";
import { bivariateFit, restorationFit } from "../fit-literal";

const fit = restorationFit();

describe("varianceComponents", () => {
  it("averages by habitat as the worked example does", () => {
    const [grassland, forest] = varianceComponents(fit, { by: "habitat" }).groups;
    expect(grassland).toMatchObject({ group: "grassland", rows: 40, studyVariance: 0 });
    // printed to seven digits from an optimizer that stopped early: relative 1e-5
    expect(grassland.sigma / 0.1380024).toBeCloseTo(1, 5);
    expect(grassland.heterogeneityVariance / 0.01904467).toBeCloseTo(1, 5);
    expect(grassland.totalVariance / 0.06715651).toBeCloseTo(1, 5);
    expect(forest.heterogeneityVariance / 0.14338053).toBeCloseTo(1, 5);
    expect(forest.totalVariance / 0.19328933).toBeCloseTo(1, 5);
    const sum = forest.samplingVariance + forest.heterogeneityVariance;
    expect(forest.totalVariance).toBeCloseTo(sum, 12);
  });

  it("prints the groups", () => {
    const lines = String(varianceComponents(fit, { by: "habitat" })).split("\n");
    expect(lines[0]).toBe("habitat   rows sampling_variance     sigma heterogeneity_variance total_variance");
    expect(lines[1]).toBe("grassland   40        0.04811184 0.1380022              0.0190446     0.06715643");
  });

  it("has every row, and all rows as one group", () => {
    const { rows, groups } = varianceComponents(fit);
    expect(rows[0].totalVariance[0]).toBeCloseTo(0.0284251463203691 + fit.fitted.sigma[0] ** 2, 14);
    expect(groups).toMatchObject([{ group: "all", rows: 80 }]);
  });

  it("leaves studies out that lack the outcome", () => {
    const { groups } = varianceComponents(bivariateFit());
    expect(groups.map(({ outcome, rows }) => [outcome, rows])).toEqual([
      ["mu1", 3],
      ["mu2", 2],
    ]);
    expect(groups[1].samplingVariance).toBeCloseTo(0.025, 12);
  });

  it("names the columns there are", () => {
    expect(() => varianceComponents(fit, { by: "habitats" })).toThrow("did you mean 'habitat'?");
  });
});
