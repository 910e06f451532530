import { describe, expect, it } from "vitest";
import { createEngine, withEngine } from "../../src/fit/engine";
import { heavyRows } from "../../src/fit/exact-rows";
import { blockOf, linearPredictor } from "../../src/fit/theta-blocks";
import { openFit } from "../../src/opened/open-fit";
import { close } from "./edge-expectations";
import { fitTo } from "./simulated";

/** The last two rows are far out in t: their sigma can be tiny beside that of the others. */
const data = {
  yi: [0.31, -0.42, 0.14, 0.97, -0.66, 0.53, 0.08, -0.27],
  x: [0.4, -1.1, 0.2, 1.3, -0.5, 0.9, -1.6, 0.1],
  t: [0, 0.1, 0.2, 0.3, 0.25, 0.4, 2, 2.5],
};

describe("rows without a known variance whose sigma is tiny beside that of others", () => {
  /**
   * As their sigma goes to 0 the mean is the line through the two, exactly; each other row is N(line, sigma_i^2). The next term
   * is of the order of their sigma squared.
   */
  it("keep all digits of the likelihood and its slopes", () => {
    const { standard } = openFit(fitTo(data, ["yi ~ x", "sigma ~ t"]));
    const sigma = blockOf(standard, "sigma");
    for (const steep of [-6, -8, -10]) {
      const theta = Float64Array.of(-2, steep);
      expect(heavyRows(standard, theta)).toEqual([7, 6]);
      const u = linearPredictor(sigma, theta);
      const slope = (data.yi[7]! - data.yi[6]!) / (data.x[7]! - data.x[6]!);
      const slopes = new Float64Array(2);
      let value = 0;
      data.yi.forEach((y, i) => {
        const off = i >= 6 ? 0 : (y - data.yi[7]! - slope * (data.x[i]! - data.x[7]!)) / standard.unit;
        const square = (off * Math.exp(-u[i]!)) ** 2;
        value += u[i]! + 0.5 * square;
        slopes.forEach((_, k) => {
          slopes[k]! += (1 - square) * sigma.basis.values[k * 8 + i]!;
        });
      });
      withEngine(standard, ({ objective }) => {
        expect(objective.evaluate(theta)).toBe(true);
        const ratio = Math.exp(2 * (Math.max(u[6]!, u[7]!) - Math.min(...u.subarray(0, 6))));
        close(objective.value, value, 1e-12 + 10 * ratio);
        slopes.forEach((wanted, k) => {
          close(objective.gradient[k]!, wanted, 1e-11 + 100 * ratio);
        });
      });
    }
  });

  it("another response is seen by them, too", () => {
    const { standard } = openFit(fitTo(data, ["yi ~ x", "sigma ~ t"]));
    const theta = Float64Array.of(-2, -8);
    const y = standard.y.map((value, i) => value + 0.1 * i * i);
    const engine = createEngine(standard);
    const before = engine.objective.valueAt(theta);
    engine.setResponse(y);
    const after = engine.objective.valueAt(theta);
    engine.dispose();
    expect(after).not.toBe(before);
    close(
      after,
      withEngine({ ...standard, y }, ({ objective }) => objective.valueAt(theta)),
      1e-13,
    );
  });
});
