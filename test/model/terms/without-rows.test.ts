import { describe, expect, it } from "vitest";
import { type DrmOptions, drm, gaussian } from "../../../src/drm";
import type { Fit } from "../../../src/fit/fit";
import { marginalCovariance } from "../../../src/fit/marginal-covariance";
import { drmFormula } from "../../../src/formula/formula";
import { blockOfKind, type Model } from "../../../src/model/model";
import { termsOf } from "../../../src/model/terms/terms";
import { modelOf } from "../../../src/opened/model-of-fit";
import { withoutRows } from "../../../src/opened/without-rows";

const rows = 12;
const column = (of: (i: number) => number) => Array.from({ length: rows }, (_, i) => of(i));
const noise = column((i) => Math.sin(7 * i * i + 1));
const data = {
  yi: noise,
  // studies 2, 5 and 9 lack an outcome
  y1: noise.map((y, i) => (i === 2 || i === 9 ? null : 0.4 + y)),
  y2: noise.map((y, i) => (i === 5 ? null : Math.cos(9 * i) - 0.5 * y)),
  district: column((i) => i >> 2).map((d) => `d${d}`),
  // level d1:s1 is row 5 alone
  school: column((i) => (i >> 2 === 1 ? +(i === 5) : i & 1)).map((s) => `s${s}`),
  size: column((i) => (i >> 2) ** 2),
};
const vi = column((i) => 0.05 + i / 100);

/** Rows and what covaries with them: 4, 5 and 6, and 8 with 11. */
const shares = (i: number, k: number) =>
  i !== k && ((Math.min(i, k) >= 4 && Math.max(i, k) <= 6) || (i + k === 19 && i * k === 88)) ? 0.01 : 0;
const V = vi.map((v, i) => vi.map((_, k) => (i === k ? v : shares(i, k))));
/** The same for both outcomes, which covary within a study too. */
const V2 = Array.from({ length: 2 * rows }, (_, a) =>
  Array.from({ length: 2 * rows }, (__, b) => {
    const [i, k] = [a >> 1, b >> 1];
    return a === b ? vi[i]! : i === k ? 0.02 : shares(i, k);
  }),
);

function keptOf<T>(values: readonly T[], leftOut: readonly number[], stride = 1): T[] {
  return values.filter((_, i) => !leftOut.includes(Math.floor(i / stride)));
}

function models(stride: 1 | 2, formulas: readonly string[], leftOut: readonly number[]): [Model, Model] {
  const whole = stride === 1 ? V : V2;
  const family = stride === 1 ? {} : { family: [gaussian(), gaussian()] };
  const fitOf = (columns: unknown, matrix: readonly (readonly number[])[]): Fit =>
    drm(drmFormula(...formulas), {
      data: columns,
      matrices: { V: matrix },
      ...family,
    } as unknown as DrmOptions);
  const some = Object.fromEntries(
    Object.entries(data).map(([name, values]) => [name, keptOf<unknown>(values, leftOut)]),
  );
  const someV = keptOf(whole, leftOut, stride).map((row) => keptOf(row, leftOut, stride));
  const without = withoutRows(
    modelOf(fitOf(data, whole)),
    Uint8Array.from(vi, (_, i) => +leftOut.includes(i)),
  );
  return [without, modelOf(fitOf(some, someV))];
}

describe.each([
  ["nested intercepts", 1, ["yi ~ 1 + (1 | district/school) + meta_V(V = V)", "sd(district) ~ size"]],
  ["two outcomes", 2, ["mu1 = y1 ~ 1 + meta_V(V = V)", "mu2 = y2 ~ 1 + (1 | district)"]],
] as const)("%s without some rows are those of the other rows", (_, stride, formulas) => {
  it.each([[[5]], [[4]], [[0, 5, 11]], [[8, 9, 10, 11]]])("rows %j", (leftOut) => {
    const [without, rebuilt] = models(stride, formulas, leftOut);
    expect(without.rows).toBe(rebuilt.rows);
    expect(without.V.equals(rebuilt.V)).toBe(true);
    expect(without.pairs).toEqual(rebuilt.pairs);
    expect(without.random.length).toBe(rebuilt.random.length);
    without.random.forEach(({ dpar, design, index, levels, firstLevel }, t) => {
      const other = rebuilt.random[t]!;
      expect({ dpar, index, levels, firstLevel }).toEqual({
        dpar: other.dpar,
        index: other.index,
        levels: other.levels,
        firstLevel: other.firstLevel,
      });
      expect(design.levels).toEqual(other.design.levels);
      expect(design.counts).toEqual(other.design.counts);
      expect(design.values).toEqual(other.design.values);
    });
    const all = Array.from({ length: rebuilt.rows }, (__, i) => i);
    const spreads = {
      phi: new Float64Array(0),
      sigma: Float64Array.from(all, (i) => 0.1 + i / 16),
      omega: new Float64Array(blockOfKind(rebuilt, "sd").block.rows).map((__, level) => 0.2 + level / 16),
      kappa: new Float64Array(0),
      rho: new Float64Array(blockOfKind(rebuilt, "rho").block.rows).map((__, pair) => 0.1 * pair),
    };
    const covariance = (model: Model) => marginalCovariance(termsOf(model))(all, spreads);
    expect(covariance(without)).toEqual(covariance(rebuilt));
  });
});
