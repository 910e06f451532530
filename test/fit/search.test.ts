import { describe, expect, it } from "vitest";
import type { Fit } from "../../src/fit/fit";
import { checkDrm } from "../../src/report/checks/check-drm";
import { close, DATA, expectSound, LOG_LIK, MU } from "./edge-expectations";
import { randomFrom } from "./random-problem";
import { estimate, fitTo } from "./simulated";

describe("the search", () => {
  it("one start and the default agree where there is one maximum", () => {
    const one = fitTo(DATA, [MU, "sigma ~ x"], { starts: 1 });
    const fit = fitTo(DATA, [MU, "sigma ~ x"]);
    expect(one.optim.startsTried).toBe(1);
    expect(fit.optim.startsTried).toBe(3);
    expect(one.optim.evaluations).toBeLessThan(fit.optim.evaluations);
    close(one.logLik, fit.logLik, LOG_LIK);
    close(estimate(one, "sigma", "x"), estimate(fit, "sigma", "x"));
  });

  it.each([1, 2, 3])("%d evaluations are too few: not converged, and the checks warn", (maxEvaluations) => {
    const fit = fitTo(DATA, [MU, "sigma ~ x"], { maxEvaluations });
    expect(fit.optim.code).toBe(1);
    expect(fit.optim.message).toMatch(/^not converged/);
    expect(Number.isFinite(fit.logLik)).toBe(true);
    const status = (name: string) => checkDrm(fit).find(({ check }) => check === name)!.status;
    expect(["optimizer_convergence", "optimizer_budget", "fixed_gradient"].map(status)).toEqual(
      new Array(3).fill("warning"),
    );
  });

  it("two maxima: the higher is reported and the other is listed", () => {
    // sigma ~ random + logvi on the BCG trials: maxima 0.0743 apart
    const fit = multimodal();
    expectSound(fit);
    expect(fit.optim.optima.map((value) => Math.round(1e5 * value) / 1e5)).toEqual([-6.01395, -6.08828]);
    expect(fit.optim.message).toMatch(/2 distinct maxima/);
    expect(fit.logLik).toBe(fit.optim.optima[0]);
    expect(checkDrm(fit).find(({ check }) => check === "several_optima")!.status).toBe("note");
  });

  it("60 columns of mu, and 20 of sigma, in few evaluations a start", () => {
    const random = randomFrom(8);
    const columns = Array.from({ length: 60 }, () => Array.from({ length: 400 }, () => random.normal()));
    const vi = columns[0]!.map(() => 0.05 + 0.1 * random.uniform());
    const yi = vi.map(
      (v, i) =>
        0.3 * columns[0]![i]! + Math.sqrt(v + 0.25 * Math.exp(0.6 * columns[1]![i]!)) * random.normal(),
    );
    const data = { yi, vi, ...Object.fromEntries(columns.map((column, j) => [`x${j}`, column])) };
    const terms = (n: number) => Array.from({ length: n }, (_, j) => `x${j}`).join(" + ");
    const wide = fitTo(data, [`yi ~ ${terms(60)} + meta_V(V = vi)`, "sigma ~ x1"]);
    const scale = fitTo(data, [`yi ~ ${terms(3)} + meta_V(V = vi)`, `sigma ~ ${terms(20)}`]);
    for (const { optim } of [wide, scale]) {
      expect(optim.evaluations / optim.startsTried).toBeLessThan(20);
    }
    expectSound(wide);
    expectSound(scale);
    expect([wide.df, scale.df]).toEqual([63, 25]);
  });
});

function multimodal(): Fit {
  // log relative risks of 13 trials (Colditz et al. 1994), from the 2 x 2 tables; 0 = alternate or systematic allocation
  const tables: readonly (readonly number[])[] = [
    [4, 119, 11, 128, 44, 1],
    [6, 300, 29, 274, 55, 1],
    [3, 228, 11, 209, 42, 1],
    [62, 13536, 248, 12619, 52, 1],
    [33, 5036, 47, 5761, 13, 0],
    [180, 1361, 372, 1079, 44, 0],
    [8, 2537, 10, 619, 19, 1],
    [505, 87886, 499, 87892, 13, 1],
    [29, 7470, 45, 7232, 27, 1],
    [17, 1699, 65, 1600, 42, 0],
    [186, 50448, 141, 27197, 18, 0],
    [5, 2493, 3, 2338, 33, 0],
    [27, 16886, 29, 17825, 33, 0],
  ];
  const yi = tables.map(([a, b, c, d]) => Math.log(a! / (a! + b!)) - Math.log(c! / (c! + d!)));
  const vi = tables.map(([a, b, c, d]) => 1 / a! - 1 / (a! + b!) + 1 / c! - 1 / (c! + d!));
  const data = {
    yi,
    vi,
    ablat: tables.map((row) => row[4]!),
    random: tables.map((row) => row[5]!),
    logvi: vi.map(Math.log),
  };
  return fitTo(data, ["yi ~ ablat + meta_V(V = vi)", "sigma ~ random + logvi"]);
}
