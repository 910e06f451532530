import { describe, expect, it } from "vitest";
import { type Engine, withEngine } from "../../src/fit/engine";
import type { Fit } from "../../src/fit/fit";
import { locationPrecision, locationVariances } from "../../src/fit/location-precision";
import { withMaskedRows } from "../../src/fit/masked-rows";
import { standardModel } from "../../src/fit/standard-model";
import { selection } from "../../src/model/selection";
import { openFit } from "../../src/opened/open-fit";
import { refit, refitOn } from "../../src/opened/refit";
import { fromCoefficients } from "../../src/opened/scale-coefficients";
import { withoutRows } from "../../src/opened/without-rows";
import { fitScenario, SCENARIOS, simulatedData } from "../diagnostics/scenarios";
import { fitTo } from "./simulated";

const OF_ROWS = ["location-scale", "location-scale REML", "common effect", "no meta_V", "offset", "weights"];
const LEFT_OUT = [[0], [31], [5], [3, 4], [1, 8, 16, 30], [10, 11, 12, 13, 14, 15, 16, 17]];

const flags = (fit: Fit, rows: readonly number[]) =>
  Uint8Array.from({ length: fit.nobs }, (_, i) => (rows.includes(i) ? 1 : 0));

/** What an engine says at coefficients of the scale, in the user's columns and units. */
function answers(engine: Engine, scale: readonly number[]) {
  const theta = fromCoefficients(engine.model, scale);
  expect(engine.settleAt(theta)).toBe(true);
  return [
    engine.model.logLikConstant - engine.problem.value,
    ...locationVariances(locationPrecision(engine)),
  ];
}

const close = (found: ArrayLike<number>, wanted: ArrayLike<number>, digits: number) => {
  expect(found.length).toBe(wanted.length);
  for (let i = 0; i < found.length; i++) {
    const off = Math.abs(found[i]! - wanted[i]!);
    if (!Number.isNaN(wanted[i]!) || !Number.isNaN(found[i]!))
      expect(off).toBeLessThanOrEqual(digits * Math.max(1, Math.abs(wanted[i]!)));
  }
};

function opened(name: string) {
  const fit = fitScenario(SCENARIOS[name]!, simulatedData(11));
  const { model, standard } = openFit(fit);
  const scale = fit.coefficients.slice(model.location.columns).map(({ estimate }) => estimate);
  return { fit, model, standard, scale };
}

describe.each(OF_ROWS)("%s: rows that are padding are rows that are not there", (name) => {
  const { fit, model, standard, scale } = opened(name);

  it("at any SDs the likelihood and the precision of the mean are those of a model of the others", () => {
    withMaskedRows(standard, (masked) => {
      for (const rows of LEFT_OUT) {
        for (const shift of [0, -1.5, 2]) {
          const at = scale.map((estimate, k) => estimate + shift / (1 + k));
          const own = standardModel(withoutRows(model, flags(fit, rows)));
          const wanted = withEngine(own, (engine) => answers(engine, at));
          const found = masked(selection(flags(fit, rows)), (engine) => answers(engine, at));
          expect(found).not.toBeNull();
          close(found!, wanted, 1e-12);
        }
      }
    });
  });

  it("and so are the refits", () => {
    withMaskedRows(standard, (masked) => {
      const options = { near: Float64Array.from(scale), starts: 1 };
      for (const rows of LEFT_OUT) {
        const own = refit(withoutRows(model, flags(fit, rows)), options);
        const found = masked(selection(flags(fit, rows)), (engine) => refitOn(engine, options))!;
        close([found.logLik], [own.logLik], 1e-12);
        close(found.estimates, own.estimates, 1e-10);
        close(found.stdErrors, own.stdErrors, 1e-10);
        close(found.vcov, own.vcov, 1e-10);
        expect(found.atBoundary).toEqual(own.atBoundary);
      }
    });
  });

  it("rows come back as they were", () => {
    withEngine(standard, (engine) => {
      const before = answers(engine, scale);
      engine.problem.leaveOut([2, 7]);
      engine.problem.leaveOut([7, 9, 30]);
      engine.problem.leaveOut([]);
      // not what was evaluated last
      answers(
        engine,
        scale.map((estimate) => estimate + 1),
      );
      expect(answers(engine, scale)).toEqual(before);
    });
  });
});

describe("rows whose loss changes the unit", () => {
  // two residuals of 5 to 5.8 among 20 of 1.3: with both their root mean square is above sqrt(2) times a power of two
  const yi = Array.from({ length: 20 }, (_, i) => (i === 3 ? 5.8 : i === 12 ? -5 : i % 2 ? 1.3 : -1.3));
  const vi = yi.map((_, i) => 0.2 + 0.01 * i);
  const fit = fitTo({ yi, vi }, ["yi ~ 1 + meta_V(V = vi)"]);
  const { model, standard } = openFit(fit);

  it("have the likelihood of the others, and leave the next ones theirs", () => {
    const scale = [fit.coefficients[1]!.estimate];
    const units = new Set<number>();
    withMaskedRows(standard, (masked) => {
      for (const rows of [[4], [3], [5], [3, 12], [12], [12, 6], [7], [3]]) {
        const own = standardModel(withoutRows(model, flags(fit, rows)));
        const found = masked(selection(flags(fit, rows)), (engine) => {
          units.add(engine.model.unit);
          expect(engine.model.unit).toBe(own.unit);
          return answers(engine, scale);
        });
        close(
          found!,
          withEngine(own, (engine) => answers(engine, scale)),
          1e-12,
        );
      }
    });
    expect(units.size).toBe(2);
  });
});

describe("models of their own", () => {
  const isLent = (fit: Fit, rows: readonly number[]) =>
    withMaskedRows(openFit(fit).standard, (masked) => {
      const lent = masked(selection(flags(fit, rows)), () => true);
      return lent === true;
    });

  it("are what rows get that anything ties together", () => {
    const tied = Object.keys(SCENARIOS).filter((name) => !OF_ROWS.includes(name));
    for (const name of tied) expect(isLent(opened(name).fit, [5])).toBe(false);
  });

  const x = Array.from({ length: 20 }, (_, i) => (i === 7 ? 1000 : Math.sin(i)));
  const vi = x.map((_, i) => 0.1 + 0.01 * i);
  const yi = x.map((_, i) => Math.cos(3 * i * i));

  it("are left by a row that has nearly all of a column", () => {
    const fit = fitTo({ x, yi, vi }, ["yi ~ x + meta_V(V = vi)"]);
    expect(isLent(fit, [6])).toBe(true);
    expect(isLent(fit, [7])).toBe(false);
  });

  it("are left by a row that has nearly all of the spread", () => {
    const outlier = yi.map((value, i) => (i === 7 ? 1e4 : value));
    const fit = fitTo({ yi: outlier, vi }, ["yi ~ 1 + meta_V(V = vi)"]);
    expect(isLent(fit, [6])).toBe(true);
    expect(isLent(fit, [7])).toBe(false);
  });

  it("are left by REML where a row that stays could lose its say in the scale", () => {
    const f = x.map((_, i) => (i < 2 ? "few" : i % 2 ? "a" : "b"));
    const fit = fitTo({ yi, vi, f, z: x.map((_, i) => i) }, ["yi ~ f + meta_V(V = vi)", "sigma ~ z"], {
      method: "REML",
    });
    expect(isLent(fit, [5])).toBe(true);
    // the other row of its level is all that tells of the level then
    expect(isLent(fit, [0])).toBe(false);
  });
});
