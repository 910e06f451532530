import { describe, expect, test } from "vitest";
import { type SelectionType, selection, selectionCurve } from "../../src/bias/index";
import { selectionObjective } from "../../src/bias/selection/likelihood";
import { stepFunction, WEIGHT_FUNCTIONS } from "../../src/bias/selection/weight-function";
import { drm, drmFormula, robust } from "../../src/index";
import { normalDensity, normalProbability } from "../../src/stats/normal";
import { listCases, loadCase } from "../cases";

interface SelectionCase {
  readonly type: SelectionType;
  readonly steps?: readonly number[];
  readonly alternative: "greater" | "less";
  readonly counts?: readonly number[];
  readonly polished: {
    readonly b: number | readonly number[];
    readonly se_b: number | readonly number[];
    readonly tau2: number;
    readonly delta: readonly number[];
    readonly se_log_delta: readonly number[];
    readonly se_log_tau2?: number;
    readonly logLik: number;
  };
  readonly metafor: { readonly LRTp: number };
}

interface BiasCase {
  readonly data: { readonly columns: { readonly yi: readonly number[]; readonly vi: readonly number[] } };
  readonly selection: readonly SelectionCase[];
}

const first = (value: number | readonly number[]) => (typeof value === "number" ? value : value[0]!);

for (const id of listCases("next/p4")) {
  const { data, selection: cases } = loadCase<BiasCase>(id);
  const fit = drm("yi ~ 1 + meta_V(V = vi)", { data: data.columns });
  test.each(cases)(`${id}: $type $steps`, ({ type, steps, alternative, counts, polished, metafor }) => {
    const found = selection(fit, { type, alternative, ...(steps && { steps }) });
    expect(found.converged).toBe(true);
    expect(found.logLik - polished.logLik).toBeGreaterThan(-1e-8);
    if (found.coefficients[1]!.atBoundary) {
      // the reference's is the lower of two maxima
      expect(found.notes.join()).toMatch(/second, lower maximum with a sigma of 0\.5595: logLik -14\.5684/);
      return;
    }
    // the reference's beta has a gradient of 1e-3 or more
    const rough = type === "beta" ? 2e-3 : 1e-6;
    expect(found.logLik - polished.logLik).toBeLessThan(type === "beta" ? 1e-5 : 1e-8);
    if (counts) expect(found.counts).toEqual(counts);
    const [mu, sigma] = found.coefficients;
    const se = first(polished.se_b);
    expect(Math.abs(mu!.estimate - first(polished.b)) / se).toBeLessThan(10 * rough);
    expect(mu!.stdError / se).toBeCloseTo(1, type === "beta" ? 1 : 4);
    expect(Math.exp(2 * sigma!.estimate) / polished.tau2).toBeCloseTo(1, type === "beta" ? 1 : 5);
    if (polished.se_log_tau2) expect((2 * sigma!.stdError) / polished.se_log_tau2).toBeCloseTo(1, 5);
    found.delta.forEach((delta, j) => {
      expect(delta / polished.delta[j]!).toBeCloseTo(1, type === "beta" ? 1 : 5);
    });
    const sel = found.coefficients.filter(({ dpar }) => dpar === "sel");
    sel.forEach(({ stdError }, j) => {
      expect(stdError / polished.se_log_delta[j]!).toBeCloseTo(1, type === "beta" ? 1 : 4);
    });
    expect(found.test.pValue).toBeCloseTo(metafor.LRTp, 3);
  });
}

const yi = [0.5, 0.32, 0.1, -0.2, 0.41, 0.8, 0.05, 0.62];
const vi = [0.04, 0.02, 0.03, 0.06, 0.05, 0.09, 0.01, 0.1];
const x = [1, 2, 3, 4, 1, 2, 3, 4];

describe("derivatives", () => {
  const rows = yi.length;
  const weights = {
    stepfun: stepFunction([0.025, 0.2, 0.5, 1], [false, false, false, false]),
    ...WEIGHT_FUNCTIONS,
  };
  for (const [name, weight] of Object.entries(weights)) {
    test.each(["greater", "less", "two.sided"] as const)(
      `${name}, %s: of the value and of the gradient`,
      (alternative) => {
        const values = Float64Array.from([...x.map(() => 1), ...x]);
        const objective = selectionObjective({
          yi: Float64Array.from(yi),
          vi: Float64Array.from(vi),
          mean: { columns: 2, values, offset: new Float64Array(rows) },
          logSigma: { columns: 2, values, offset: new Float64Array(rows).fill(-1) },
          weight,
          isStep: name === "stepfun",
          alternative,
        });
        const { size } = objective;
        const theta = Float64Array.from({ length: size }, (_, j) => 0.1 + 0.07 * j);
        expect(objective.evaluate(theta)).toBe(true);
        const gradient = objective.gradient.slice();
        const hessian = objective.hessian.slice();
        const sums = new Float64Array(size);
        objective.scores.forEach((score, at) => {
          sums[at % size]! += score;
        });
        const h = 1e-5;
        for (let j = 0; j < size; j++) {
          expect(sums[j]).toBeCloseTo(gradient[j]!, 10);
          const at = (step: number) => {
            const moved = theta.slice();
            moved[j]! += step;
            objective.evaluate(moved);
            return { value: objective.value, gradient: objective.gradient.slice() };
          };
          const [up, down] = [at(h), at(-h)];
          expect(Math.abs((up.value - down.value) / (2 * h) - gradient[j]!)).toBeLessThan(1e-7);
          for (let l = 0; l < size; l++) {
            const difference = (up.gradient[l]! - down.gradient[l]!) / (2 * h);
            expect(Math.abs(difference - hessian[j * size + l]!)).toBeLessThan(1e-6);
          }
        }
      },
    );
  }
});

test("the value is that of the definition, by plain sums", () => {
  const rows = yi.length;
  const one = { columns: 1, values: new Float64Array(rows).fill(1), offset: new Float64Array(rows) };
  for (const [name, weight] of Object.entries(WEIGHT_FUNCTIONS)) {
    const objective = selectionObjective({
      yi: Float64Array.from(yi),
      vi: Float64Array.from(vi),
      mean: one,
      logSigma: one,
      weight,
      isStep: false,
      alternative: "greater",
    });
    const eta = Float64Array.from({ length: weight.size }, () => 0.4);
    objective.evaluate(Float64Array.of(0.2, -1.2, ...eta));
    const work = [new Float64Array(weight.size), new Float64Array(weight.size ** 2)] as const;
    let logLik = 0;
    yi.forEach((y, i) => {
      const se = Math.sqrt(vi[i]!);
      const sd = Math.sqrt(vi[i]! + Math.exp(-2.4));
      const w = (at: number) =>
        Math.exp(weight.evaluate(normalProbability(-at / se), normalProbability(at / se), eta, ...work));
      let A = 0;
      const n = 200_000;
      for (let k = 0; k < n; k++) {
        const u = -10 + (20 * (k + 0.5)) / n;
        A += w(0.2 + sd * u) * normalDensity(u) * (20 / n);
      }
      logLik += Math.log((w(y) * normalDensity((y - 0.2) / sd)) / sd / A);
    });
    expect(-objective.value, name).toBeCloseTo(logLik, name === "beta" ? 4 : 8);
  }
});

test("units, order and the sign of the effects do not matter", () => {
  const fit = drm(drmFormula("yi ~ x + meta_V(V = vi)", "sigma ~ 1"), { data: { yi, vi, x } });
  const found = selection(fit, { steps: [0.05, 0.5] });
  const other = selection(
    drm("yi ~ x + meta_V(V = vi)", {
      data: {
        yi: yi.map((y) => -100 * y).reverse(),
        vi: vi.map((v) => 1e4 * v).reverse(),
        x: x.map((value) => value + 2000).reverse(),
      },
    }),
    { steps: [0.05, 0.5], alternative: "less" },
  );
  const slope = (one: typeof found) => one.coefficients.find(({ term }) => term === "x")!;
  expect(slope(other).estimate / -100).toBeCloseTo(slope(found).estimate, 6);
  expect(slope(other).stdError / 100).toBeCloseTo(slope(found).stdError, 6);
  expect(other.test.statistic).toBeCloseTo(found.test.statistic, 8);
  expect(other.delta[2]! / found.delta[2]!).toBeCloseTo(1, 6);
});

test("an interval without effect sizes has a weight of 0, and the first one must have some", () => {
  const fit = drm("yi ~ 1 + meta_V(V = vi)", { data: { yi, vi } });
  const found = selection(fit, { steps: [0.05, 0.1, 0.11, 0.5] });
  expect(found.counts).toContain(0);
  const at = found.counts.indexOf(0);
  expect(found.delta[at]).toBe(0);
  expect(found.coefficients.filter(({ dpar }) => dpar === "sel")[at - 1]).toMatchObject({
    estimate: Number.NEGATIVE_INFINITY,
    atBoundary: true,
  });
  expect(String(found)).toContain("hardly known");
  expect(() => selection(fit, { steps: [1e-9] })).toThrow("choose a larger first step");
  expect(() => selection(fit, { steps: [0.5, 0.05] })).toThrow("ascend");
  expect(() => selection(fit, { type: "halfnorm", steps: [0.5] })).toThrow('steps are for type "stepfun"');
  expect(() => selection(fit, { type: "half" as SelectionType })).toThrow("unknown type");
});

test("heterogeneity of 0 is an edge that is looked at", () => {
  const same = { yi: [0.3, 0.31, 0.29, 0.3, 0.32, 0.28], vi: [0.01, 0.02, 0.015, 0.03, 0.02, 0.01] };
  const found = selection(drm("yi ~ 1 + meta_V(V = vi)", { data: same }));
  expect(found.coefficients[1]).toMatchObject({
    dpar: "sigma",
    estimate: Number.NEGATIVE_INFINITY,
    atBoundary: true,
  });
  const held = selection(drm("yi ~ 1 + meta_V(V = vi)", { data: same, fixed: { sigma: 0 } }));
  expect(found.logLik).toBeCloseTo(held.logLik, 9);
  expect(found.coefficients[0]!.stdError).toBeCloseTo(held.coefficients[0]!.stdError, 8);
});

test("dependent rows: a note, and cluster-robust errors after robust()", () => {
  const study = ["a", "a", "b", "b", "c", "c", "d", "d"];
  const data = { yi, vi, study };
  const fit = drm("yi ~ 1 + (1 | study) + meta_V(V = vi)", { data });
  expect(selection(fit).notes[0]).toContain("use robust(fit, { cluster }) first");
  const clustered = selection(robust(fit, { cluster: "study" }));
  expect(clustered.clusters).toBe(4);
  expect(clustered.coefficients[0]!.stdError).not.toBeCloseTo(selection(fit).coefficients[0]!.stdError, 4);
  expect(clustered.coefficients[0]!.estimate).toBe(selection(fit).coefficients[0]!.estimate);
});

test("the curve of a step function and of a smooth one", () => {
  const fit = drm("yi ~ 1 + meta_V(V = vi)", { data: { yi, vi } });
  const found = selection(fit, { steps: [0.05, 0.5] });
  const most = Math.max(...found.delta);
  expect(selectionCurve(found, [0.01, 0.3, 0.9])).toEqual(found.delta.map((delta) => delta / most));
  const smooth = selection(fit, { type: "negexp" });
  const [one, half] = selectionCurve(smooth, [0, 0.5]);
  expect(one).toBe(1);
  expect(half).toBeCloseTo(Math.exp(-0.5 * smooth.delta[0]!), 12);
});
