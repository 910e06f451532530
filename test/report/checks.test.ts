import { describe, expect, it } from "vitest";
import type { Fit } from "../../src/fit/fit";
import { checkDrm } from "../../src/report/checks/check-drm";
import { bivariateFit, boundaryFit, restorationFit, withStudies } from "../fit-literal";

const fit = restorationFit();
const find = (of: Fit, check: string) => checkDrm(of).find((row) => row.check === check);
const withOptim = (change: Partial<Fit["optim"]>): Fit => ({ ...fit, optim: { ...fit.optim, ...change } });

describe("checkDrm", () => {
  it("shows the eleven rows of the restoration example, all ok, in order", () => {
    expect(checkDrm(fit).map(({ check, status }) => [check, status])).toEqual(
      [
        "optimizer_convergence",
        "optimizer_budget",
        "finite_objective",
        "fixed_gradient",
        "standard_errors_computed",
        "hessian_positive_definite",
        "standard_errors_finite",
        "dropped_rows",
        "positive_scale",
        "known_sampling_covariance",
        "fixed_effect_design_size",
      ].map((check) => [check, "ok"]),
    );
  });

  it("prints as a table", () => {
    const lines = String(checkDrm(fit)).split("\n");
    expect(lines[0]).toMatch(/^check +status +value +message$/);
    expect(lines[9]).toMatch(/^positive_scale +ok +min 0\.1380 /);
    expect(structuredClone(checkDrm(fit))).toEqual([...checkDrm(fit)]);
  });
});

describe("optimizer", () => {
  it("warns when it did not converge, and when the limit stopped it", () => {
    const stopped = withOptim({ code: 1, message: "stopped", evaluations: 500 });
    expect(find(stopped, "optimizer_convergence")?.status).toBe("warning");
    expect(find(stopped, "optimizer_budget")?.status).toBe("warning");
    expect(find(withOptim({ evaluations: 1500 }), "optimizer_budget")?.status).toBe("note");
  });
  it("an infinite log-likelihood is an error", () => {
    expect(find({ ...fit, logLik: Number.NaN }, "finite_objective")?.status).toBe("error");
  });
  it("names the steepest coefficient", () => {
    const gradient = Float64Array.of(1e-9, 0, -0.01, Number.NaN, 1e-3);
    const sloping = find(withOptim({ gradient, maxGradient: 0.01 }), "fixed_gradient");
    expect(sloping).toMatchObject({ status: "warning", value: "0.01000" });
    expect(sloping?.message).toContain("mu:duration");
    const loose = checkDrm(withOptim({ gradient, maxGradient: 0.01 }), { gradientTolerance: 0.1 });
    expect(loose.find(({ check }) => check === "fixed_gradient")?.status).toBe("ok");
  });
  it("notes several optima", () => {
    const two = find(withOptim({ optima: [fit.logLik, fit.logLik - 0.07] }), "several_optima");
    expect(two?.message).toContain("0.070 log-likelihood");
  });
});

describe("standard errors", () => {
  const withErrors = (...errors: number[]): Fit => ({
    ...fit,
    coefficients: fit.coefficients.map((row, i) => ({ ...row, stdError: errors[i] ?? row.stdError })),
  });
  it("warns about missing ones", () => {
    const missing = withErrors(0.1, Number.NaN);
    expect(find(missing, "standard_errors_computed")).toMatchObject({ status: "warning", value: "4 of 5" });
    expect(find(missing, "standard_errors_finite")?.message).toContain("mu:habitatforest");
    expect(find(withOptim({ hessianPositiveDefinite: false }), "hessian_positive_definite")?.status).toBe(
      "warning",
    );
  });
  it("notes inflated ones, by size or by conditioning", () => {
    expect(find(withErrors(0.1, 17003), "standard_errors_inflated")).toMatchObject({
      status: "note",
      value: "1.700e+04",
    });
    expect(find(withErrors(60, 70, 80, 90, 100), "standard_errors_inflated")).toBeUndefined();
    expect(find(withOptim({ hessianCondition: 1e14 }), "standard_errors_inflated")?.status).toBe("note");
  });
  it("notes that a boundary has none", () => {
    expect(find(boundaryFit(), "standard_errors_finite")?.message).toContain("sigma:(Intercept)");
  });
});

describe("scale", () => {
  it("warns at a boundary", () => {
    expect(find(boundaryFit(), "scale_boundary")).toMatchObject({
      status: "warning",
      value: "sigma:(Intercept), sigma:habitatforest",
    });
    expect(find(boundaryFit(), "positive_scale")?.status).toBe("note");
  });
  it("warns when sigma vanished without being flagged", () => {
    const tiny = { ...fit, fitted: { ...fit.fitted, sigma: new Float64Array(80).fill(6e-6) } };
    expect(find(tiny, "scale_boundary")).toMatchObject({ status: "warning", value: "sigma" });
    const overflow = {
      ...fit,
      fitted: { ...fit.fitted, sigma: new Float64Array(80).fill(Number.POSITIVE_INFINITY) },
    };
    expect(find(overflow, "positive_scale")?.status).toBe("error");
    const zero = { ...fit, fitted: { ...fit.fitted, sigma: new Float64Array(80) } };
    expect(find(zero, "positive_scale")?.status).toBe("error");
    expect(find({ ...zero, fixed: { sigma: 0 } }, "positive_scale")?.status).toBe("note");
  });
  it("judges random intercepts", () => {
    const codes = Int32Array.from({ length: 80 }, (_, i) => Math.floor(i / 2));
    const sd = new Float64Array(40).fill(0.3);
    const grouped = withStudies(fit, codes, sd);
    expect(find(grouped, "random_effect_replication")).toMatchObject({
      status: "ok",
      value: "study: 0 of 40",
    });
    expect(find(grouped, "random_effect_sd_boundary")).toMatchObject({
      status: "ok",
      value: "min 0.3000",
    });
    codes[79] = 0;
    sd[3] = 1e-5;
    expect(find(grouped, "random_effect_replication")).toMatchObject({
      status: "note",
      value: "study: 1 of 40",
    });
    expect(find(grouped, "random_effect_sd_boundary")?.status).toBe("warning");
  });
  it("judges rho12", () => {
    const biv = bivariateFit();
    expect(find(biv, "rho12_boundary")).toMatchObject({ status: "ok", value: "max |rho| 0.5000" });
    const extreme = { ...biv, fitted: { ...biv.fitted, rho12: Float64Array.of(-0.99, 0, 0) } };
    expect(find(extreme, "rho12_boundary")?.status).toBe("warning");
  });
});

describe("data", () => {
  it("notes dropped rows with reasons", () => {
    const dropped = { count: 1, rows: [{ row: 7, columns: ["vi"] }], byColumn: { vi: 1 } };
    expect(find({ ...fit, dropped }, "dropped_rows")).toMatchObject({ status: "note", value: "1" });
    expect(find({ ...fit, dropped }, "dropped_rows")?.message).toContain("missing vi: 1; rows 7");
  });
  it("describes V", () => {
    const knownV = (change: Partial<Fit["knownV"]>) =>
      find({ ...fit, knownV: { ...fit.knownV, ...change } }, "known_sampling_covariance");
    expect(knownV({})?.value).toBe("diagonal, n = 80, 0.01520 to 0.07979");
    expect(knownV({ kind: "none" })?.status).toBe("note");
    const block = {
      kind: "block" as const,
      clusters: 20,
      largestCluster: 4,
      entries: 320,
      rank: 80,
      condition: 12,
    };
    expect(knownV(block)).toMatchObject({
      status: "ok",
      value: "block, n = 80, 20 clusters, largest 4, density 0.05000, 0.002560 MB, rank 80, condition 12.00",
    });
    expect(knownV({ ...block, rank: 79 })?.status).toBe("warning");
    expect(knownV({ ...block, condition: 1e9 })?.status).toBe("warning");
    expect(knownV({ ...block, kind: "dense", clusters: 1, largestCluster: 1500 })?.status).toBe("note");
  });
  it("notes extreme weights and a dominant row", () => {
    const weights = new Float64Array(80).fill(1);
    weights[4] = 500;
    expect(find({ ...fit, weights }, "weights_extreme")?.value).toBe("largest / median 500.0");
    expect(find({ ...fit, weights }, "one_study_dominates")?.value).toMatch(/^row 5: \d\d %$/);
    expect(find({ ...fit, weights: new Float64Array(80).fill(1) }, "weights_extreme")).toBeUndefined();
  });
  it("notes a large design", () => {
    const names = Array.from({ length: 30 }, (_, j) => `x${j}`);
    const designs = { ...fit.designs, mu: { ...fit.designs.mu, names } };
    expect(find({ ...fit, designs }, "fixed_effect_design_size")?.status).toBe("note");
  });
});
