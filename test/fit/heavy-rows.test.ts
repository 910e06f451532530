import { describe, expect, it } from "vitest";
import { createEngine, withEngine } from "../../src/fit/engine";
import { heavyRows } from "../../src/fit/exact-rows";
import { blockOf, linearPredictor } from "../../src/fit/theta-blocks";
import { openFit } from "../../src/opened/open-fit";
import { close } from "./edge-expectations";
import { fitTo } from "./simulated";

/** The last row is far out in t: its sigma can be tiny beside that of the others. */
const data = {
  yi: [0.31, -0.42, 0.14, 0.97, -0.66, 0.53, 0.08, -0.27],
  x: [0.4, -1.1, 0.2, 1.3, -0.5, 0.9, -1.6, 0.1],
  t: [0, 0.1, 0.2, 0.3, 0.25, 0.4, 0.15, 2.5],
};

describe("rows without a known variance whose sigma is tiny beside that of others", () => {
  /**
   * As its sigma goes to 0 the mean goes through that row, with the slope that weighted least squares give the others. The next
   * term is of the order of its sigma squared.
   */
  it("keep all digits of the likelihood and its slopes", () => {
    const { standard } = openFit(fitTo(data, ["yi ~ x", "sigma ~ t"]));
    const sigma = blockOf(standard, "sigma");
    for (const steep of [-6, -7, -8]) {
      const theta = Float64Array.of(-2, steep);
      expect(heavyRows(standard, theta)![0]).toBe(7);
      const u = linearPredictor(sigma, theta);
      const x = data.x.map((one) => one - data.x[7]!);
      const y = data.yi.map((one) => (one - data.yi[7]!) / standard.unit);
      const w = Array.from(u, (one, i) => (i === 7 ? 0 : Math.exp(-2 * one)));
      const total = (f: (i: number) => number) => w.reduce((sum, one, i) => sum + one * f(i), 0);
      const slope = total((i) => x[i]! * y[i]!) / total((i) => x[i]! ** 2);
      const squares = w.map((one, i) => one * (y[i]! - slope * x[i]!) ** 2);
      const value = squares.reduce((sum, square, i) => sum + u[i]! + 0.5 * square, 0);
      withEngine(standard, ({ objective }) => {
        expect(objective.evaluate(theta)).toBe(true);
        // beside the largest of their terms
        const rounding = 1e-12 * Math.max(1, ...squares);
        close(objective.value, value, rounding);
        for (const k of [0, 1]) {
          const wanted = squares.reduce(
            (sum, square, i) => sum + (1 - square) * sigma.basis.values[k * 8 + i]!,
            0,
          );
          close(objective.gradient[k]!, wanted, rounding);
        }
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
