import { describe, expect, it } from "vitest";
import { leaveOneOut } from "../../src/diagnostics/leave-one-out";
import { DrmError } from "../../src/errors";
import type { Fit } from "../../src/fit/fit";
import { fromJSON } from "../../src/report/json/from-json";
import { toJSON } from "../../src/report/json/to-json";
import { loadCase } from "../cases";
import { jobOf, type MaCase } from "../fit/ma-case";
import { fitTo } from "../fit/simulated";
import { fitScenario, SCENARIOS, simulatedData } from "./scenarios";

/** Two searches for the same optimum from different starts. */
const OPTIMUM = 1e-5;
const LOG_LIK = 1e-8;

function expectRefit(row: ReturnType<typeof leaveOneOut>["rows"][number], wanted: Fit): void {
  expect(row.logLik).toBeGreaterThan(wanted.logLik - LOG_LIK * Math.max(1, Math.abs(wanted.logLik)));
  expect(Math.abs(row.logLik - wanted.logLik)).toBeLessThan(LOG_LIK * Math.max(1, Math.abs(wanted.logLik)));
  wanted.coefficients.forEach(({ estimate, stdError, dpar, term }, i) => {
    const what = `${dpar}:${term} without ${row.label}`;
    if (!Number.isFinite(estimate)) {
      expect(row.estimates[i], what).toBe(estimate);
      expect(row.status).toBe("at boundary");
      return;
    }
    expect(Math.abs(row.estimates[i]! - estimate), what).toBeLessThan(
      OPTIMUM * Math.max(1, Math.abs(estimate)),
    );
    if (Number.isFinite(stdError)) {
      expect(Math.abs(row.stdErrors[i]! / stdError - 1), what).toBeLessThan(OPTIMUM);
    }
  });
}

describe("every deletion is the fit that drm() makes without the rows", () => {
  it.each(Object.keys(SCENARIOS))("%s, by row", (name) => {
    const data = simulatedData(11);
    const fit = fitScenario(SCENARIOS[name]!, data);
    const { rows } = leaveOneOut(fit);
    expect(rows.map(({ label }) => label)).toEqual(Array.from({ length: 32 }, (_, i) => String(i + 1)));
    // every third row: drm() searches from nine starts
    for (let left = 0; left < 32; left += 3) {
      const kept = [...data.yi!.keys()].filter((row) => row !== left);
      expectRefit(rows[left]!, fitScenario(SCENARIOS[name]!, data, kept));
    }
  });

  it.each(Object.keys(SCENARIOS))("%s, by study", (name) => {
    const data = simulatedData(12);
    const fit = fitScenario(SCENARIOS[name]!, data);
    const { rows, by } = leaveOneOut(fit, { by: data.study as string[] });
    expect(by).toBe("label");
    expect(rows).toHaveLength(13);
    for (const row of rows.slice(0, 5)) {
      const kept = [...data.yi!.keys()].filter((i) => data.study![i] !== row.label);
      expect(row.rows).toHaveLength(32 - kept.length);
      expectRefit(row, fitScenario(SCENARIOS[name]!, data, kept));
    }
  });
});

describe("what is left out", () => {
  const data = simulatedData(13);

  it("a column of a formula, or labels of all data rows where some were dropped", () => {
    const yi = data.yi!.map((value, i) => (i === 4 ? null : value));
    const fit = fitTo({ ...data, yi }, ["yi ~ x + (1 | study) + meta_V(V = vi)"]);
    const byColumn = leaveOneOut(fit, { by: "study" });
    const byLabel = leaveOneOut(fit, { by: data.study as string[] });
    const key = ({ label, logLik }: { label: string; logLik: number }) => `${label} ${logLik.toFixed(9)}`;
    expect(byLabel.rows.map(key).sort()).toEqual(byColumn.rows.map(key).sort());
    expect(
      leaveOneOut(fit)
        .rows.map(({ label }) => label)
        .slice(2, 6),
    ).toEqual(["3", "4", "6", "7"]);
    expect(() => leaveOneOut(fit, { by: ["a", "b"] })).toThrow("32 (all data rows) or 31 (those used)");
    expect(() => leaveOneOut(fit, { by: "lab" })).toThrow("not a column that the formulas use");
  });

  it("learned columns keep what they learned", () => {
    const poly = fitTo(data, ["yi ~ poly(x, 2) + meta_V(V = vi)"]);
    const raw = fitTo(data, ["yi ~ x + I(x^2) + meta_V(V = vi)"]);
    const wanted = leaveOneOut(raw).rows;
    leaveOneOut(poly).rows.forEach(({ logLik }, i) => {
      expect(logLik).toBeCloseTo(wanted[i]!.logLik, 8);
    });
  });

  it("a deletion that leaves no model is a row with a reason", () => {
    const f = data.f!.map((_, i) => (i === 6 ? "rare" : i % 2 ? "b" : "a"));
    const fit = fitTo({ ...data, f }, ["yi ~ f + meta_V(V = vi)"]);
    const { rows } = leaveOneOut(fit);
    expect(rows[6]).toMatchObject({ status: "not estimable", logLik: Number.NaN });
    expect(rows[6]!.reason).toContain("'frare' is zero in every row");
    expect(rows.filter(({ status }) => status !== "ok")).toHaveLength(1);
    expect(String(leaveOneOut(fit))).toContain("without row 7: not estimable: mu: column 'frare'");
    // one of two labs; every study but one with a single row
    const lab = data.lab!.map((_, i) => (i < 9 ? "p" : "q"));
    const two = fitTo({ ...data, lab }, ["yi ~ 1 + (1 | lab) + meta_V(V = vi)"]);
    expect(leaveOneOut(two, { by: "lab" }).rows[0]!.reason).toContain("one level is left");
    const alone = data.study!.map((_, i) => (i < 2 ? "pair" : `s${i}`));
    const single = fitTo({ ...data, study: alone }, ["yi ~ 1 + (1 | study) + meta_V(V = vi)"]);
    expect(leaveOneOut(single).rows[0]!.reason).toContain("every level of 'study' has one row");
    const few = fitTo(
      { yi: [0.1, 0.4, 0.9], vi: [0.01, 0.02, 0.01], x: [1, 2, 4] },
      ["yi ~ x + meta_V(V = vi)"],
      {
        method: "REML",
      },
    );
    expect(leaveOneOut(few).rows.every(({ reason }) => reason.includes("REML needs more effect sizes"))).toBe(
      true,
    );
    const pairs = fitTo(
      { y1: [0.1, 0.5, 0.3, 0.8], y2: [0.4, null, null, null], v: [0.1, 0.1, 0.1, 0.1] },
      ["mu1 = y1 ~ 1 + meta_V(V = meta_vcov_bivariate(v, v))", "mu2 = y2 ~ 1"],
      { fixed: { sigma2: 0.1 } },
    );
    expect(leaveOneOut(pairs).rows[0]!.reason).toContain("no row is left to estimate mu2 from");
  });

  it("a fit at its boundary, and deletions that are", () => {
    const yi = data.yi!.map((_, i) => 0.2 + 0.05 * Math.sin(3 * i) + (i === 5 ? 5 : 0));
    const fit = fitTo({ ...data, yi }, ["yi ~ 1 + meta_V(V = vi)"]);
    expect(fit.coefficients[1]!.estimate).toBeGreaterThan(-2);
    const { rows } = leaveOneOut(fit);
    expect(rows[5]).toMatchObject({ status: "at boundary", spreads: { sigma: 0 } });
    expect(rows[5]!.estimates[1]).toBe(Number.NEGATIVE_INFINITY);
    const flat = fitTo({ ...data, yi: yi.map((y, i) => (i === 5 ? 0.2 : y)) }, ["yi ~ 1 + meta_V(V = vi)"]);
    expect(leaveOneOut(flat).rows.every(({ status }) => status === "at boundary")).toBe(true);
  });

  it("where a likelihood has several maxima every deletion finds its highest", () => {
    const { data: given } = loadCase<MaCase>("v27-ls-multimodal-bcg");
    const { formulas, options } = jobOf(loadCase<MaCase>("v27-ls-multimodal-bcg"), "ML");
    const columns = given.columns;
    const fit = fitTo(columns, formulas, options);
    expect(fit.optim.optima.length).toBeGreaterThan(1);
    const near = leaveOneOut(fit, { starts: 1 }).rows;
    leaveOneOut(fit).rows.forEach((row, left) => {
      const rest = Object.fromEntries(
        Object.entries(columns).map(([name, values]) => [name, values.filter((_, i) => i !== left)]),
      );
      expectRefit(row, fitTo(rest, formulas));
      // one start does as well: the edges, and starts that lean to them, are looked at by every refit
      expect(Math.abs(row.logLik - near[left]!.logLik)).toBeLessThan(LOG_LIK);
    });
  });

  it("reports progress, and stops", () => {
    const fit = fitTo(data, ["yi ~ 1 + meta_V(V = vi)"]);
    const seen: string[] = [];
    leaveOneOut(fit, {
      by: data.lab as string[],
      onProgress: (done, total) => seen.push(`${done}/${total}`),
    });
    expect(seen).toEqual(["1/4", "2/4", "3/4", "4/4"]);
    const controller = new AbortController();
    const stopped = () =>
      leaveOneOut(fit, { signal: controller.signal, onProgress: () => controller.abort() });
    expect(stopped).toThrow(expect.objectContaining({ name: "AbortError" }));
  });

  it("refuses a fit that did not converge, and no starts", () => {
    const fit = fitTo(data, ["yi ~ x + meta_V(V = vi)", "sigma ~ x"], { maxEvaluations: 1 });
    expect(() => leaveOneOut(fit)).toThrow(DrmError);
    const good = fitTo(data, ["yi ~ x + meta_V(V = vi)"]);
    expect(() => leaveOneOut(good, { starts: 0 })).toThrow("starts = 0");
  });

  it("works for a saved fit, and prints", () => {
    const fit = fitScenario(SCENARIOS["blocks of V and random intercepts"]!, data);
    const reopened = fromJSON(JSON.stringify(toJSON(fit, { full: true })));
    expect(leaveOneOut(reopened)).toEqual(leaveOneOut(fit));
    const lines = String(leaveOneOut(fit)).split("\n");
    expect(lines[0]).toMatch(/^row +mu:\(Intercept\) +std_error +mu:x +std_error .* logLik$/);
    expect(lines[1]).toMatch(/^\(none\) /);
    expect(lines).toHaveLength(34);
  });
});
