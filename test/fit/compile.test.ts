import { describe, expect, it } from "vitest";
import type { DataInput } from "../../src/data/table-from";
import { compile, type DrmOptions, drm } from "../../src/drm";
import type { Fit } from "../../src/fit/fit";
import { drmFormula } from "../../src/formula/formula";
import { type DrmCase, listCases, loadCase } from "../cases";

const FORMULA = drmFormula("yi ~ habitat + duration + meta_V(V = vi)", "sigma ~ habitat");
const { data } = loadCase("drm-a-restoration");
const OPTIONS: Omit<DrmOptions, "data"> = { factors: { habitat: ["grassland", "forest"] } };
type Columns = { yi: number[]; habitat: string[]; duration: number[]; vi: number[] };
const columns = data as Columns;

function withoutFirst(count: number): Columns {
  const rest = <Cell>(cells: Cell[]) => cells.slice(count);
  const { yi, habitat, duration, vi } = columns;
  return { yi: rest(yi), habitat: rest(habitat), duration: rest(duration), vi: rest(vi) };
}

function numbersOf(fit: Fit) {
  return {
    coefficients: fit.coefficients.map(({ dpar, term }) => ({ dpar, term })),
    estimates: fit.coefficients.map(({ estimate }) => estimate),
    stdErrors: fit.coefficients.map(({ stdError }) => stdError),
    atBoundary: fit.coefficients.map(({ atBoundary }) => Number(atBoundary)),
    logLik: fit.logLik,
    nobs: fit.nobs,
    code: fit.optim.code,
    message: fit.optim.message,
  };
}

describe("compile", () => {
  let count = 0;
  const model = compile(FORMULA, OPTIONS);

  it("fits data set after data set as drm() does", () => {
    for (const count of [0, 3, 10, 0]) {
      const one = withoutFirst(count);
      expect(model.fit(one)).toEqual(drm(FORMULA, { ...OPTIONS, data: one }));
    }
  });

  it("keeps the levels that it was given, whatever becomes of the list", () => {
    const habitat = ["grassland", "forest"];
    const kept = compile(FORMULA, { factors: { habitat } });
    const before = kept.estimate(columns);
    habitat.reverse();
    expect(kept.estimate(columns)).toEqual(before);
    expect(drm(FORMULA, { factors: { habitat }, data: columns }).designs.mu!.names[1]).toBe(
      "habitatgrassland",
    );
    const one = { habitat: "forest" } as unknown as Record<string, string[]>;
    expect(() => compile(FORMULA, { factors: one })).toThrow(
      `factors: 'habitat' has "forest"; wanted a list of its levels`,
    );
  });

  it("takes a column as each data set has it: other levels, more of them, another order, numbers", () => {
    const formula = ["yi ~ g * duration + meta_V(V = vi)", "sigma ~ g"] as const;
    const { yi, vi, duration } = columns;
    const sets = [
      ["a", "b"],
      ["b", "c"],
      ["a", "b", "c"],
      ["c", "b"],
      [0.5, 1, 2],
    ].map((cells) => ({ yi, vi, duration, g: yi.map((_, i) => cells[(7 * i) % cells.length]!) }));
    const reused = compile(drmFormula(...formula));
    const seen = [...sets, ...[...sets].reverse()].map((one) => {
      // another text is another formula, which nothing is kept of
      const unused = formula.map((text) => text + " ".repeat(1 + count++)) as [string, string];
      const { formulas: _, ...fit } = reused.fit(one as DataInput);
      const { formulas: __, ...fresh } = drm(drmFormula(...unused), { data: one as DataInput });
      expect(fit).toEqual(fresh);
      return fit.designs.mu!.names.join();
    });
    expect(new Set(seen).size).toBe(4);
    // ordered or not is a matter of the options
    const ordered = compile(drmFormula(...formula), { factors: { g: ["a", "b", "c"] }, ordered: ["g"] });
    expect(ordered.fit(sets[2] as DataInput).designs.mu!.names[1]).toBe("g.L");
    expect(reused.fit(sets[2] as DataInput).designs.mu!.names[1]).toBe("gb");
  });

  it("estimates what the fit says, for every kind of model", () => {
    const jobs: DrmCase[] = listCases("drm-").map((id) => loadCase(id));
    for (const { formulas, method, data: table, factors: levels, weights, matrices } of jobs) {
      const compiled = compile(drmFormula(...formulas), {
        method: method as "ML" | "REML",
        ...(levels && { factors: levels }),
        ...(weights && { weights }),
        ...(matrices && { matrices: matrices as NonNullable<DrmOptions["matrices"]> }),
      });
      expect(compiled.estimate(table as DataInput)).toEqual(numbersOf(compiled.fit(table as DataInput)));
    }
  });

  it("shares the coefficients of data sets alike, and only of those", () => {
    const first = model.estimate(columns);
    expect(model.estimate(withoutFirst(5)).coefficients).toBe(first.coefficients);
    const other = compile("yi ~ 1 + meta_V(V = vi)").estimate(columns);
    expect(other.coefficients).toEqual([
      { dpar: "mu", term: "(Intercept)" },
      { dpar: "sigma", term: "(Intercept)" },
    ]);
    expect(first.coefficients).toHaveLength(5);
  });

  it("keeps the results of one data set apart from the next, for every kind of model", () => {
    const fitAll = () =>
      listCases("drm-")
        .map((id) => loadCase(id))
        .map(({ formulas, method, data: table, factors: levels, weights, matrices }) =>
          drm(drmFormula(...formulas), {
            data: table as DataInput,
            method,
            ...(levels && { factors: levels }),
            ...(weights && { weights }),
            ...(matrices && { matrices: matrices as NonNullable<DrmOptions["matrices"]> }),
          }),
        );
    const first = fitAll();
    const copies = structuredClone(first);
    fitAll();
    expect(first).toEqual(copies);
    expect(fitAll()).toEqual(copies);
  });

  it("refuses a bad option before there are data, and bad data by name", () => {
    expect(() => compile(FORMULA, { starts: 0 })).toThrow("starts = 0");
    expect(() => model.fit({ yi: [1, 2], vi: [1, 1] })).toThrow("habitat");
  });
});
