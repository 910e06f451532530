import { describe, expect, it } from "vitest";
import type { DrmOptions } from "../../src/drm";
import type { Fit } from "../../src/fit/fit";
import { checkDrm } from "../../src/report/checks/check-drm";
import { simulatedData } from "../diagnostics/scenarios";
import { randomFrom } from "../fit/random-problem";
import { fitTo } from "../fit/simulated";

const find = (fit: Fit, check: string) => checkDrm(fit).find((row) => row.check === check);
const data = simulatedData(31);
const fitOf = (formulas: readonly string[], columns: typeof data = data, options: Partial<DrmOptions> = {}) =>
  fitTo(columns, formulas, options);

describe("design_aliasing", () => {
  const year = data.x!.map((_, i) => 1990 + ((i * 7) % 31));
  it("notes a power of a far-off variable, by the coefficient's name", () => {
    const note = find(
      fitOf(["yi ~ year + I(year^2) + meta_V(V = vi)"], { ...data, year }),
      "design_aliasing",
    );
    expect(note?.status).toBe("note");
    expect(note?.value).toMatch(/^mu:(year|I\(year\^2\)): inflation \d/);
  });
  it("is silent about a far-off origin alone, orthogonal powers and factors", () => {
    for (const mu of ["year", "poly(year, 2)", "f * x", "0 + f"]) {
      expect(
        find(fitOf([`yi ~ ${mu} + meta_V(V = vi)`], { ...data, year }), "design_aliasing"),
        mu,
      ).toBeUndefined();
    }
    const both = ["mu1 = y1 ~ year + meta_V(V = meta_vcov_bivariate(v1, v2))", "mu2 = y2 ~ year"];
    expect(find(fitOf(both, { ...data, year }), "design_aliasing")).toBeUndefined();
  });
  it("knows the inflation", () => {
    // x2 = x + e, of which e is the part of its own
    const random = randomFrom(5);
    const e = data.x!.map(() => 1e-3 * random.normal());
    const x2 = data.x!.map((x, i) => (x as number) + e[i]!);
    const note = find(fitOf(["yi ~ x + x2 + meta_V(V = vi)"], { ...data, x2 }), "design_aliasing");
    const variance = (values: readonly number[]) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    };
    const inflation = Number(/inflation (\S+)$/.exec(note!.value)![1]);
    expect(inflation / (variance(x2) / variance(e))).toBeCloseTo(1, 1);
  });
});

describe("sigma_sd_separation", () => {
  it("is ok where studies have several rows", () => {
    const row = find(fitOf(["yi ~ 1 + (1 | study) + meta_V(V = vi)"]), "sigma_sd_separation");
    expect(row?.status).toBe("ok");
    expect(row?.value).toMatch(/^sd\(study\): -0\.\d\d$/);
  });
  it("notes where only one study has two", () => {
    const random = randomFrom(8);
    const study = Array.from({ length: 100 }, (_, i) => `s${Math.max(i, 1)}`);
    const yi = study.map((_, i) => (i < 2 ? 0.3 + 0.5 * (i - 0.5) : 0.5 * random.normal()));
    const vi = study.map(() => 0.01);
    const row = find(
      fitOf(["yi ~ 1 + (1 | study) + meta_V(V = vi)"], { yi, vi, study }),
      "sigma_sd_separation",
    );
    expect(row?.status).toBe("note");
  });
  it("is absent where there is nothing to tell apart", () => {
    expect(find(fitOf(["yi ~ 1 + meta_V(V = vi)"]), "sigma_sd_separation")).toBeUndefined();
    const held = fitOf(["yi ~ 1 + (1 | study) + meta_V(V = vi)"], data, { fixed: { sigma: 0 } });
    expect(find(held, "sigma_sd_separation")).toBeUndefined();
  });
});

describe("random_effect_levels", () => {
  it("notes an SD between four labs, not one between thirteen studies", () => {
    const fit = fitOf(["yi ~ 1 + (1 | lab/study) + meta_V(V = vi)"]);
    expect(find(fit, "random_effect_levels")).toMatchObject({ status: "note", value: "lab: 4" });
    expect(find(fitOf(["yi ~ 1 + (1 | study) + meta_V(V = vi)"]), "random_effect_levels")).toBeUndefined();
  });
});

describe("sigma_replication", () => {
  it("notes a level of a moderator of sigma with few rows", () => {
    const f = data.f!.map((level, i) => (i < 3 ? "rare" : level));
    const fit = fitOf(["yi ~ 1 + meta_V(V = vi)", "sigma ~ f"], { ...data, f });
    expect(find(fit, "sigma_replication")).toMatchObject({
      status: "note",
      value: "sigma: 1 cell, smallest 3 rows",
    });
  });
  it("is silent about good factors, numbers, and factors of the mean", () => {
    for (const sigma of ["f", "x", "1"]) {
      expect(
        find(fitOf(["yi ~ 1 + meta_V(V = vi)", `sigma ~ ${sigma}`]), "sigma_replication"),
      ).toBeUndefined();
    }
    const f = data.f!.map((level, i) => (i < 2 ? "rare" : level));
    expect(find(fitOf(["yi ~ f + meta_V(V = vi)"], { ...data, f }), "sigma_replication")).toBeUndefined();
  });
});

describe("known_sampling_covariance", () => {
  const block = (rho: number) =>
    find(
      fitOf([`yi ~ 1 + meta_V(V = meta_vcov_cluster(vi, study, rho = ${rho}))`]),
      "known_sampling_covariance",
    );
  it("gives rank and condition of clusters", () => {
    expect(block(0.5)).toMatchObject({ status: "ok" });
    expect(block(0.5)?.value).toMatch(/rank 32, condition \d/);
  });
  it("warns of a singular V", () => {
    const V = data.vi!.map((v, i) =>
      data.vi!.map((w, k) => (i === k || (i < 2 && k < 2) ? Math.sqrt((v as number) * (w as number)) : 0)),
    );
    const fit = fitOf(["yi ~ 1 + meta_V(V = V)"], data, { matrices: { V } });
    expect(find(fit, "known_sampling_covariance")).toMatchObject({ status: "warning" });
    expect(find(fit, "known_sampling_covariance")?.value).toContain("rank 31");
  });
});

describe("one_study_dominates and several_optima, on fits", () => {
  it("stays silent on good data, and names a row with a tiny variance", () => {
    expect(
      find(fitOf(["yi ~ 1 + meta_V(V = vi)"], data, { fixed: { sigma: 0 } }), "one_study_dominates"),
    ).toBeUndefined();
    const vi = data.vi!.map((v, i) => (i === 3 ? 1e-4 : v));
    const fit = fitOf(["yi ~ 1 + meta_V(V = vi)"], { ...data, vi }, { fixed: { sigma: 0 } });
    expect(find(fit, "one_study_dominates")?.value).toMatch(/^row 4: 9\d %$/);
    expect(find(fit, "several_optima")).toBeUndefined();
  });
});
