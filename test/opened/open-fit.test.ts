import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createProblem } from "../../bindings/kernel";
import { influence } from "../../src/diagnostics/influence";
import type { UnivariateFit } from "../../src/fit/fit";
import { leaveOneOut, profile, residuals, summary } from "../../src/index";
import { modelOf } from "../../src/opened/model-of-fit";
import { openFit } from "../../src/opened/open-fit";
import { fromJSON } from "../../src/report/json/from-json";
import { toJSON } from "../../src/report/json/to-json";
import { fitScenario, SCENARIOS, simulatedData } from "../diagnostics/scenarios";

// what is built is counted where it is built
vi.mock("../../src/opened/model-of-fit", async (original) => {
  const actual = await original<typeof import("../../src/opened/model-of-fit")>();
  return { ...actual, modelOf: vi.fn(actual.modelOf) };
});
vi.mock("../../bindings/kernel", async (original) => {
  const actual = await original<typeof import("../../bindings/kernel")>();
  return { ...actual, createProblem: vi.fn(actual.createProblem) };
});

const models = vi.mocked(modelOf);
const problems = vi.mocked(createProblem);
const newFit = (scenario = "location-scale") => fitScenario(SCENARIOS[scenario]!, simulatedData(3));

function counted(ask: () => unknown): { models: number; problems: number } {
  models.mockClear();
  problems.mockClear();
  ask();
  return { models: models.mock.calls.length, problems: problems.mock.calls.length };
}

beforeEach(() => vi.clearAllMocks());
afterEach(() => vi.clearAllMocks());

describe("a fit is opened once", () => {
  it("summary() builds one model, and none when asked again", () => {
    const fit = newFit();
    expect(counted(() => summary(fit)).models).toBe(1);
    expect(counted(() => summary(fit)).models).toBe(0);
    expect(counted(() => residuals(fit as UnivariateFit, { type: "rstandard" })).models).toBe(0);
  });

  it("a profile of mu has one engine for the maximum and one for all held values", () => {
    const fit = newFit();
    expect(counted(() => profile(fit, { parm: "mu:x" }))).toEqual({ models: 1, problems: 2 });
  });

  it("a profile of sigma has one engine", () => {
    const fit = newFit();
    expect(counted(() => profile(fit, { parm: "sigma:x" }))).toEqual({ models: 1, problems: 1 });
  });

  it("deletions of independent rows have one engine for all", () => {
    const fit = newFit();
    expect(counted(() => influence(fit))).toEqual({ models: 1, problems: 2 });
    expect(counted(() => leaveOneOut(fit))).toEqual({ models: 0, problems: 1 });
  });

  it("other deletions have one engine each, and of the model only what is left of it", () => {
    const fit = newFit("blocks of V");
    expect(counted(() => influence(fit))).toEqual({ models: 1, problems: 1 + fit.nobs });
    expect(counted(() => leaveOneOut(fit))).toEqual({ models: 0, problems: fit.nobs });
  });

  it("parts are the same objects each time, and a copy of the fit is opened anew", () => {
    const fit = newFit();
    const opened = openFit(fit);
    expect(openFit(fit)).toBe(opened);
    expect(opened.model).toBe(opened.model);
    expect(opened.standard).toBe(opened.standard);
    expect(opened.theta).toBe(opened.theta);
    expect(opened.covariance).toBe(opened.covariance);
    for (const copy of [structuredClone(fit), fromJSON(JSON.stringify(toJSON(fit, { full: true })))]) {
      expect(openFit(copy)).not.toBe(opened);
      expect(openFit(copy).model).toEqual(opened.model);
      expect(openFit(copy).theta).toEqual(opened.theta);
    }
  });

  it("what is kept shares no memory with anything that is not", () => {
    const { model, standard } = openFit(newFit());
    const kept = [
      model.y,
      model.location.basis.values,
      standard.y,
      standard.v,
      ...standard.blocks.map(({ offset }) => offset),
    ];
    const before = kept.map((values) => values.slice());
    for (const values of kept) expect(values.buffer.byteLength).toBe(values.byteLength);
    // each of these works in lent arrays of the same lengths
    for (const scenario of ["location-scale", "location-scale REML"]) influence(newFit(scenario));
    expect(kept).toEqual(before);
  });

  it("the optimum at a boundary is sought once", () => {
    const data = simulatedData(3);
    const flat = { ...data, yi: data.yi!.map((_, i) => 0.01 * (i % 3)) };
    const fit = fitScenario({ formulas: ["yi ~ x + meta_V(V = vi)"] }, flat);
    expect(fit.coefficients.some(({ atBoundary }) => atBoundary)).toBe(true);
    expect(counted(() => openFit(fit).theta).problems).toBe(1);
    expect(counted(() => openFit(fit).theta).problems).toBe(0);
  });
});
