import { describe, expect, it } from "vitest";
import { type Engine, withEngine } from "../../src/fit/engine";
import { openFit } from "../../src/opened/open-fit";
import { fitScenario, SCENARIOS, simulatedData } from "../diagnostics/scenarios";

function everything({ objective, problem, model }: Engine, theta: Float64Array) {
  const defined = objective.evaluate(theta);
  return {
    defined,
    value: objective.value,
    gradient: objective.gradient.slice(),
    hessian: objective.hessian.slice(),
    beta: problem.read("beta", new Float64Array(model.location.columns)),
  };
}

describe("an engine with another response is the engine of that response", () => {
  // the rows of one section of the kernel each, and of several
  it.each(Object.keys(SCENARIOS))("%s", (name) => {
    const { standard, theta } = openFit(fitScenario(SCENARIOS[name]!, simulatedData(21)));
    const at = theta.map((value) => (Number.isFinite(value) ? value : 0));
    const y = standard.y.map((value, i) => value - 0.3 * Math.sin(5 * i));
    const wanted = withEngine({ ...standard, y }, (engine) => everything(engine, at));
    withEngine(standard, (engine) => {
      const before = everything(engine, at);
      engine.setResponse(y);
      expect(everything(engine, at)).toEqual(wanted);
      expect(wanted.value).not.toBe(before.value);
      // what was evaluated last is not that of this response
      engine.setResponse(standard.y);
      expect(engine.settleAt(at)).toBe(true);
      expect(engine.objective.value).toBe(before.value);
    });
  });
});
