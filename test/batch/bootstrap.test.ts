import { describe, expect, test } from "vitest";
import { summarizeReplicates } from "../../src/batch/bootstrap-intervals";
import { type Bootstrap, bootstrap, type Progress } from "../../src/batch/index";
import { confint, type DataInput, drm, drmFormula, type Fit, gaussian, simulate } from "../../src/index";
import { randomStream } from "../../src/stats/random";
import { loadCase } from "../cases";

/** The fit with other responses, by drm(). */
function refitted(fit: Fit, data: Record<string, unknown>, draw: number, seed: number, formulas: string[]) {
  const y = simulate(fit, draw + 1, { seed })[draw] as Float64Array;
  return drm(drmFormula(...formulas), { data: { ...data, yi: y } as DataInput, starts: 1 });
}

function normals(seed: number, n: number): Float64Array {
  const random = randomStream(seed);
  return Float64Array.from({ length: n }, () => random.normal());
}

describe("intervals from replicates", () => {
  // 1, 2, ..., 99: (R + 1) p is a whole number
  const replicates = Float64Array.from({ length: 99 }, (_, i) => i + 1).reverse();

  test("by hand", () => {
    const { percentile, basic, normal, bias, stdError, used, atBoundary } = summarizeReplicates(
      48,
      replicates,
      0.9,
    );
    expect({ used, atBoundary }).toEqual({ used: 99, atBoundary: 0 });
    expect(percentile.lower).toBeCloseTo(5, 12);
    expect(percentile.upper).toBeCloseTo(95, 12);
    expect(basic.lower).toBeCloseTo(1, 12);
    expect(basic.upper).toBeCloseTo(91, 12);
    expect(bias).toBeCloseTo(2, 12);
    // variance of 1..99 with n - 1: 99 * 100 / 12
    expect(stdError).toBeCloseTo(Math.sqrt(825), 12);
    expect(normal.lower).toBeCloseTo(46 - 1.6448536269514722 * Math.sqrt(825), 10);
    expect(normal.upper).toBeCloseTo(46 + 1.6448536269514722 * Math.sqrt(825), 10);
  });

  test("replicates at a boundary keep their places, and are counted", () => {
    const some = replicates.map((value) => (value <= 7 ? Number.NEGATIVE_INFINITY : value));
    const summary = summarizeReplicates(48, some, 0.9);
    expect(summary).toMatchObject({ used: 99, atBoundary: 7 });
    expect(summary.percentile.lower).toBe(Number.NEGATIVE_INFINITY);
    expect(summary.percentile.upper).toBeCloseTo(95, 12);
    expect(summary.basic.upper).toBe(Number.POSITIVE_INFINITY);
    for (const value of [summary.bias, summary.stdError, summary.normal.lower]) expect(value).toBeNaN();
    expect(summarizeReplicates(Number.NEGATIVE_INFINITY, some, 0.9).basic.lower).toBeNaN();
  });

  test("too few replicates, or none", () => {
    expect(summarizeReplicates(0, Float64Array.of(3, 1, 2), 0.95).percentile).toEqual({ lower: 1, upper: 3 });
    const none = summarizeReplicates(0, Float64Array.of(Number.NaN), 0.95);
    expect(none.used).toBe(0);
    expect(none.percentile.lower).toBeNaN();
  });
});

describe("bootstrap", () => {
  const { data, factors } = loadCase("drm-a-restoration");
  const formulas = ["yi ~ habitat + duration + meta_V(V = vi)", "sigma ~ habitat"];
  const fit = drm(drmFormula(...formulas), { data, factors } as Parameters<typeof drm>[1]);

  test("the seed gives the numbers, the number of workers does not matter", async () => {
    const options = { replicates: 120, seed: 7 };
    const one = await bootstrap(fit, { ...options, workers: 1 });
    expect(await bootstrap(fit, { ...options, workers: 3 })).toEqual(one);
    const other = await bootstrap(fit, { ...options, seed: 8, workers: 2 });
    expect([...other.estimates]).not.toEqual([...one.estimates]);
  });

  test("each replicate is the fit of a simulated data set", async () => {
    const { estimates, failures } = await bootstrap(fit, { replicates: 12, seed: 3, workers: 1 });
    expect(failures).toEqual([]);
    const k = fit.coefficients.length;
    for (const draw of [0, 5, 11]) {
      const again = refitted(fit, { ...(data as object), habitat: factorOf(fit) }, draw, 3, formulas);
      again.coefficients.forEach(({ estimate }, j) => {
        expect(estimates[draw * k + j]).toBeCloseTo(estimate, 6);
      });
    }
  });

  test("limits are near those of the likelihood where that is regular", async () => {
    const result = await bootstrap(fit, { replicates: 999, seed: 1 });
    const wald = confint(fit);
    for (const j of [0, 1, 2]) {
      const { lower, upper } = wald[j]!;
      const width = upper - lower;
      for (const limits of [
        result.coefficients[j]!.percentile,
        result.coefficients[j]!.basic,
        result.coefficients[j]!.normal,
      ]) {
        // the sampling error of a limit from 999 replicates is 2 % of the width
        expect(Math.abs(limits.lower - lower)).toBeLessThan(0.1 * width);
        expect(Math.abs(limits.upper - upper)).toBeLessThan(0.1 * width);
      }
    }
    expect(result.scale.map(({ dpar, at }) => [dpar, at])).toEqual([
      ["sigma", { habitat: "grassland" }],
      ["sigma", { habitat: "forest" }],
    ]);
    const [grassland, forest] = result.scale;
    expect(forest!.estimate).toBeCloseTo(0.3786562488492511, 6);
    // the intercept is the log of the SD of the reference level
    expect(grassland!.percentile.upper).toBe(Math.exp(result.coefficients[3]!.percentile.upper));
    expect(result.atBoundary).toBe(result.coefficients[3]!.atBoundary + countOnly(result));
  });

  test("every kind of fit", async () => {
    const n = 30;
    const random = randomStream(5);
    const vi = Float64Array.from({ length: n }, () => 0.02 + 0.05 * random.uniform());
    const study = Array.from({ length: n }, (_, i) => `s${i % 10}`);
    const lab = Array.from({ length: n }, (_, i) => `l${(i * 7) % 6}`);
    const x = normals(6, n);
    const yi = normals(8, n).map((e, i) => 0.4 * e + 0.2 * x[i]!);
    const y2 = yi.map((y, i) => (i % 7 === 0 ? Number.NaN : 0.5 * y + 0.3 * x[(i + 3) % n]!));
    const V = Array.from(vi, (v, i) =>
      Array.from(vi, (u, j) => (i === j ? v : i >> 1 === j >> 1 ? 0.3 * Math.sqrt(u * v) : 0)),
    );
    const set = { yi, vi, study, lab, x, y2 };
    const fits: Record<string, Fit> = {
      "numeric moderator of sigma": drm(drmFormula("yi ~ x + meta_V(V = vi)", "sigma ~ x"), { data: set }),
      REML: drm("yi ~ x + meta_V(V = vi)", { data: set, method: "REML" }),
      "offset and weights": drm("yi ~ offset(x) + meta_V(V = vi)", {
        data: set,
        weights: vi.map((_, i) => 1 + (i % 2)),
      }),
      "common effect": drm("yi ~ x + meta_V(V = vi)", { data: set, fixed: { sigma: 0 } }),
      "block V": drm("yi ~ x + meta_V(V = V)", { data: set, matrices: { V } }),
      crossed: drm("yi ~ 1 + (1 | study) + (1 | lab) + meta_V(V = vi)", { data: set }),
      "sd with a formula": drm(drmFormula("yi ~ 1 + (1 | study) + meta_V(V = vi)", "sd(study) ~ 1"), {
        data: set,
      }),
      "two outcomes": drm(
        drmFormula("mu1 = yi ~ x + meta_V(V = meta_vcov_bivariate(vi, vi, cor12 = 0.2))", "mu2 = y2 ~ 1"),
        { data: set, family: [gaussian(), gaussian()] },
      ),
      "at its boundary": drm("yi ~ 1 + meta_V(V = vi)", { data: { yi: yi.map((y) => 0.05 * y), vi } }),
    };
    for (const [name, one] of Object.entries(fits)) {
      const result = await bootstrap(one, { replicates: 25, seed: 2, workers: 1 });
      const failed = result.failures.reduce((sum, { count }) => sum + count, 0);
      expect(failed, name).toBeLessThan(5);
      expect(result.coefficients.length, name).toBe(one.coefficients.length);
      const [mean] = result.coefficients;
      expect(mean!.used, name).toBe(25 - failed);
      expect(mean!.percentile.lower, name).toBeLessThan(mean!.percentile.upper);
      for (const { percentile, dpar } of result.scale) {
        if (dpar !== "rho12") expect(percentile.lower, `${name}: ${dpar}`).toBeGreaterThanOrEqual(0);
        expect(percentile.lower, `${name}: ${dpar}`).toBeLessThanOrEqual(percentile.upper);
      }
      if (name === "at its boundary") {
        expect(result.atBoundary).toBeGreaterThan(5);
        expect(result.scale[0]!.estimate).toBe(0);
        expect(result.scale[0]!.percentile.lower).toBe(0);
        expect(result.scale[0]!.percentile.upper).toBeGreaterThan(0);
      }
      if (name === "numeric moderator of sigma") expect(result.scale).toEqual([]);
    }
  });

  test("progress, the signal, and options that make no sense", async () => {
    const seen: Progress[] = [];
    await bootstrap(fit, {
      replicates: 40,
      seed: 1,
      workers: 1,
      onProgress: (progress) => seen.push(progress),
    });
    expect(seen.at(-1)).toMatchObject({ done: 40, total: 40, failed: 0 });
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error("enough"));
    const long = bootstrap(fit, {
      replicates: 1e6,
      seed: 1,
      workers: 2,
      onProgress,
      signal: controller.signal,
    });
    await expect(long).rejects.toThrow("enough");
    await expect(bootstrap(fit, { seed: 0.5 })).rejects.toThrow("seed = 0.5");
    await expect(bootstrap(fit, { seed: 1, replicates: 0 })).rejects.toThrow("replicates = 0");
    await expect(bootstrap(fit, { seed: 1, level: 95 })).rejects.toThrow("level 95");
    const failed = drm("yi ~ 1 + meta_V(V = vi)", { data: { yi: [0.5, 0.5, 0.5], vi: [0, 0, 0] } });
    await expect(bootstrap(failed, { seed: 1 })).rejects.toThrow("a fit that converged");
  });
});

/** Replicates with only the second sigma coefficient at a boundary. */
function countOnly({ estimates, replicates, coefficients }: Bootstrap): number {
  const k = coefficients.length;
  let count = 0;
  for (let i = 0; i < replicates; i++) {
    if (Number.isFinite(estimates[i * k + 3]!) && !Number.isFinite(estimates[i * k + 4]!)) count++;
  }
  return count;
}

function factorOf(fit: Fit) {
  const column = fit.data.habitat!;
  return column.kind === "factor" ? column : null;
}
