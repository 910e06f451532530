import { describe, expect, it } from "vitest";
import { fromJSON } from "../../src/report/json/from-json";
import { decodeState, encodeState } from "../../src/report/json/state";
import { toJSON } from "../../src/report/json/to-json";
import { loadCase } from "../cases";
import { bivariateFit, boundaryFit, fitLiteral, restorationFit } from "../fit-literal";

const roundTrip = (fit: Parameters<typeof toJSON>[0]) =>
  fromJSON(JSON.stringify(toJSON(fit, { full: true })));

describe("toJSON", () => {
  it("has the documented keys in the documented order", () => {
    const json = toJSON(restorationFit(), { fitted: true, heterogeneity: true, checks: true, full: true });
    expect(Object.keys(json)).toEqual([
      "drmeta",
      "formulas",
      "family",
      "method",
      "nobs",
      "dropped",
      "logLik",
      "df",
      "AIC",
      "BIC",
      "confint",
      "coefficients",
      "vcov",
      "convergence",
      "random",
      "fitted",
      "heterogeneity",
      "checks",
      "fit",
    ]);
    expect(Object.keys(json.coefficients[0])).toEqual([
      "dpar",
      "term",
      "estimate",
      "std_error",
      "statistic",
      "p_value",
      "conf_low",
      "conf_high",
    ]);
    expect(Object.keys(json.fitted!)).toEqual(["mu", "sigma"]);
    expect(json.dropped).toBe(0);
    expect(json.convergence).toEqual({
      code: 0,
      message: "converged",
      iterations: 5,
      evaluations: 7,
      max_gradient: 2e-10,
    });
  });

  it("adds the last four only when asked", () => {
    const json = toJSON(restorationFit());
    expect("fitted" in json || "heterogeneity" in json || "checks" in json || "fit" in json).toBe(false);
  });

  it("has null, never NaN or an infinity", () => {
    const json = toJSON(boundaryFit(), { fitted: true, checks: true });
    expect(json.coefficients[3]).toMatchObject({
      estimate: null,
      std_error: null,
      p_value: null,
      conf_low: null,
    });
    expect(json.vcov[3]).toEqual([null, null, null, null, null]);
    // what JSON.stringify would have to change is not in it
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  });

  it("lists random intercepts by level", () => {
    const one = (x: number) => Float64Array.of(x);
    const random = [
      {
        dpar: "sd(study)",
        group: "study",
        term: "(Intercept)",
        levels: ["s1"],
        codes: new Int32Array(80),
        sd: one(0.3),
        estimate: one(-0.1),
        stdError: one(0.2),
      },
    ];
    expect(toJSON(restorationFit({ random })).random).toEqual([
      {
        dpar: "sd(study)",
        group: "study",
        term: "(Intercept)",
        level: "s1",
        sd: 0.3,
        estimate: -0.1,
        std_error: 0.2,
      },
    ]);
  });
});

describe("fromJSON", () => {
  it.each([
    ["the restoration example", restorationFit()],
    ["a boundary", boundaryFit()],
    ["two outcomes", bivariateFit()],
    ["polynomials", fitLiteral(loadCase("drm-k2-poly-interaction"))],
  ])("reopens %s", (_, fit) => {
    expect(roundTrip(fit)).toEqual(fit);
  });

  it("gives a frozen fit", () => {
    const fit = roundTrip(restorationFit());
    expect(
      Object.isFrozen(fit) && Object.isFrozen(fit.coefficients[0]) && Object.isFrozen(fit.designs.mu),
    ).toBe(true);
  });

  it("says how to save when there is no complete fit", () => {
    expect(() => fromJSON(toJSON(restorationFit()))).toThrow("save it with toJSON(fit, { full: true })");
    expect(() => fromJSON("{")).toThrow("not JSON");
    expect(() => fromJSON("null")).toThrow("no complete fit");
    expect(() => fromJSON({ ...toJSON(restorationFit()), fit: { kind: "other" } })).toThrow(
      "not a drmeta fit",
    );
  });
});

describe("encodeState", () => {
  it("keeps every double, typed arrays and awkward keys", () => {
    const state = {
      numbers: [Number.NaN, Number.POSITIVE_INFINITY, -0, 0.1, 5e-324],
      typed: Float64Array.of(-0, Number.NaN, 1 / 3),
      codes: Int32Array.of(-1, 2),
      awkward: { $number: "text", "a b": null },
    };
    expect(decodeState(JSON.parse(JSON.stringify(encodeState(state))))).toEqual(state);
  });
  it("a column may be called __proto__", () => {
    const state = JSON.parse('{"data": {"__proto__": [1]}}') as unknown;
    const back = decodeState(JSON.parse(JSON.stringify(encodeState(state)))) as { data: object };
    expect(Object.keys(back.data)).toEqual(["__proto__"]);
  });
  it("refuses what is not plain data", () => {
    expect(() => encodeState({ f: () => 1 })).toThrow("cannot save a function");
    expect(() => encodeState(new Map())).toThrow("cannot save an instance of Map");
    expect(() => decodeState({ $Float16Array: [1] })).toThrow("written by another version, or damaged");
  });
});
