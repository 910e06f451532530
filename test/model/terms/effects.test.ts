import { describe, expect, it } from "vitest";
import type { Dpar } from "../../../src/formula/dpar";
import { type EffectsTerm, hasEffects } from "../../../src/model/terms/term";
import { termsOf } from "../../../src/model/terms/terms";
import { type Example, nested, paired } from "./models";

const termsWithEffects = ({ model }: Example): EffectsTerm[] => termsOf(model).filter(hasEffects);

/** Z of all terms side by side, dense: what levelOf() says, held against the columns' covariances below. */
function indicators({ model, spreads }: Example, terms: readonly EffectsTerm[]): number[][] {
  return Array.from({ length: model.rows }, (_, i) =>
    Array.from(spreads.omega, (__, level) => (terms.some((term) => term.levelOf(i) === level) ? 1 : 0)),
  );
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);

describe.each([
  ["nested intercepts", nested],
  ["an intercept of one of two outcomes", paired],
] as const)("%s", (_, example) => {
  const found = example();
  const { model, spreads, shared } = found;
  const terms = termsWithEffects(found);
  const Z = indicators(found, terms);
  const rows = Array.from({ length: model.rows }, (__, i) => i);
  const levels = Array.from(spreads.omega, (__, level) => level);

  it("Z G Z' is what the columns say", () => {
    const variance = spreads.omega.map((omega) => omega ** 2);
    for (const i of rows) {
      for (const k of rows) {
        const wanted = shared(i, k);
        expect(levels.reduce((sum, u) => sum + Z[i]![u]! * variance[u]! * Z[k]![u]!, 0)).toBeCloseTo(
          wanted,
          14,
        );
      }
    }
  });

  it("Z u and Z' w are products with it", () => {
    const u = Float64Array.from(levels, (level) => 1 + level / 8);
    const w = Float64Array.from(rows, (i) => 2 - i / 16);
    const effects = new Float64Array(model.rows).fill(0.5);
    const sums = new Float64Array(levels.length).fill(0.25);
    for (const term of terms) {
      term.addEffects(u, effects);
      term.addSums(w, sums);
    }
    for (const i of rows) expect(effects[i]).toBeCloseTo(0.5 + dot(Z[i]!, u), 14);
    for (const level of levels) {
      const column = rows.map((i) => Z[i]![level]!);
      expect(sums[level]).toBeCloseTo(0.25 + dot(column, w), 14);
    }
  });

  it("a level's mean has the mean of its rows' variances over their number for a variance", () => {
    const variances = Float64Array.from(rows, (i) => 0.1 + i / 32);
    const errors = new Float64Array(levels.length).fill(9);
    for (const term of terms) term.setErrors(variances, errors);
    levels.forEach((level) => {
      const own = rows.filter((i) => Z[i]![level] === 1);
      const mean = own.reduce((sum, i) => sum + variances[i]!, 0) / own.length;
      expect(errors[level]).toBeCloseTo(mean / own.length, 14);
    });
  });

  it("predictions are Henderson's, by level", () => {
    const scores = {
      unit: 4,
      variance: Float64Array.from(levels, (level) => 0.1 + level / 16),
      score: Float64Array.from(levels, (level) => level - 1.5),
      precision: Float64Array.from(levels, (level) => 1 + level / 4),
      kappa: new Float64Array(0),
      predicted: () => expect.fail("independent levels need no equations"),
    };
    const predicted = terms.map((term) => term.predict(scores));
    const all = (of: "sd" | "estimate" | "stdError") => predicted.flatMap((one) => [...one[of]]);
    const [sds, estimates, errors] = [all("sd"), all("estimate"), all("stdError")];
    expect(sds.length).toBe(levels.length);
    levels.forEach((level) => {
      const g = scores.variance[level]!;
      expect(sds[level]).toBeCloseTo(4 * Math.sqrt(g), 14);
      expect(estimates[level]).toBeCloseTo(4 * g * scores.score[level]!, 14);
      expect(errors[level]).toBeCloseTo(4 * Math.sqrt(Math.max(0, g - g * g * scores.precision[level]!)), 14);
    });
  });

  it("a new row has the effects of the levels that are known, in its outcome alone, and all variances", () => {
    const known = (dpar: Dpar) => Int32Array.of(0, -1, terms.findIndex((term) => term.dpars[0] === dpar) + 1);
    const seen = (outcome: 1 | 2) => {
      const out: [number, number][] = [];
      for (const term of terms)
        term.eachEffect(outcome, { levels: known, slopes: () => null }, (row, level) =>
          out.push([row, level]),
        );
      return out;
    };
    const firsts = terms.map((___, t) => (t === 0 ? 0 : 3));
    expect(seen(1)).toEqual(
      terms.flatMap((___, t) => [
        [0, firsts[t]],
        [2, firsts[t]! + t + 1],
      ]),
    );
    expect(seen(2)).toEqual([]);

    const sds = (dpar: Dpar) => Float64Array.of(0.5, dpar.group === null ? 0.25 : 2);
    const out = Float64Array.of(1, 1);
    for (const term of termsOf(model))
      term.addNewVariances(1, { values: sds, kappa: new Float64Array(0), slopes: () => null }, out);
    expect([...out]).toEqual([1 + 0.25 * (1 + terms.length), 1 + 0.0625 + 4 * terms.length]);
    const second = Float64Array.of(0, 0);
    if (model.outcomes !== null) {
      for (const term of termsOf(model))
        term.addNewVariances(2, { values: sds, kappa: new Float64Array(0), slopes: () => null }, second);
      expect([...second]).toEqual([0.25, 0.0625]);
    }
  });
});
