import { describe, expect, it } from "vitest";
import { drm, gaussian } from "../../src/drm";
import { drmFormula } from "../../src/formula/formula";
import { checkData, checkFitData } from "../../src/report/data-checks/check-data";
import { type DrmCase, listFits, loadCase } from "../cases";
import { jobOf, type MaCase } from "../fit/ma-case";
import { randomFrom } from "../fit/random-problem";
import { fitTo } from "../fit/simulated";

type Column = readonly (number | string | null)[];

/** Standardized mean differences of 30 studies around 0.5, variances 4 / n, one study a row. */
function studies(seed = 1, tau = 0.15) {
  const random = randomFrom(seed);
  const n = Array.from({ length: 30 }, () => 20 + random.integer(400));
  const vi = n.map((size) => (4 / size) * (0.95 + 0.1 * random.uniform()));
  const yi = vi.map((v) => 0.5 + Math.sqrt(v + tau ** 2) * random.normal());
  return { yi, vi, n, study: n.map((_, i) => `s${i}`) };
}

const good = studies();
const checksOf = (data: Readonly<Record<string, Column>>, more: object = {}) =>
  checkData(data as never, { effect: "yi", variance: "vi", ...more });
const find = (data: Readonly<Record<string, Column>>, check: string, more: object = {}) =>
  checksOf(data, more).find((row) => row.check === check);
const replaced = <T>(values: readonly T[], at: number, value: T): T[] =>
  values.map((old, i) => (i === at ? value : old));

describe("good data", () => {
  it("pass every check, whatever their units and number", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const data = studies(seed);
      const rows = checksOf(data, { study: "study", sampleSize: "n" });
      expect(
        rows.filter(({ status }) => status !== "ok"),
        `seed ${seed}`,
      ).toEqual([]);
      expect(rows.map(({ check }) => check)).toEqual([
        "missing_cells",
        "variance_range",
        "variance_scale",
        "duplicates",
        "large_effects",
        "outlying_sign",
        "dominant_study",
      ]);
      const days = { yi: data.yi.map((y) => 40 * y - 15), vi: data.vi.map((v) => 1600 * v) };
      expect(
        checksOf(days).filter(({ status }) => status !== "ok"),
        `days, seed ${seed}`,
      ).toEqual([]);
    }
  });

  it("two studies, or one, are looked at without a word", () => {
    for (const k of [1, 2, 3]) {
      const few = { yi: good.yi.slice(0, k), vi: good.vi.slice(0, k) };
      expect(checksOf(few).filter(({ status }) => status !== "ok")).toEqual([]);
    }
  });

  it("published data sets give four notes in all, on what is in them", () => {
    const cases = listFits().map((id) => {
      const isDrm = id.startsWith("drm-");
      const { formulas, options } = isDrm ? drmJob(id) : jobOf(loadCase<MaCase>(id), "ML");
      const family = formulas[0]!.startsWith("mu1") ? [gaussian(), gaussian()] : gaussian();
      const fit = drm(drmFormula(...formulas), { ...options, family, starts: 1 });
      return checkFitData(fit).flatMap(({ check, status, value }) =>
        status === "ok" ? [] : [`${id.replace(/-.*/, "")} ${check} ${value}`],
      );
    });
    expect(cases.flat()).toEqual([
      // one negative among 97 positive correlations, twice: the case is there with two models
      "v16 outlying_sign row 20",
      "v21 outlying_sign row 20",
      // equal to all of their digits
      "v22 duplicates 1 row",
      "v28 duplicates y1: 1 row",
    ]);
  });
});

function drmJob(id: string) {
  const { formulas, data, weights, factors, matrices } = loadCase<DrmCase>(id);
  const options = { data, weights, ...(factors && { factors }), ...(matrices && { matrices }) };
  return { formulas, options: options as unknown as Parameters<typeof drm>[1] };
}

describe("variance_range", () => {
  it("negative is an error, zero a warning", () => {
    expect(find({ ...good, vi: replaced(good.vi, 4, -0.02) }, "variance_range")).toMatchObject({
      status: "error",
      value: "row 5",
    });
    const zeros = { ...good, vi: replaced(replaced(good.vi, 4, 0), 9, 0) };
    expect(find(zeros, "variance_range")).toMatchObject({ status: "warning", value: "rows 5 and 10" });
    expect(checksOf(zeros).every(({ value }) => !value.includes("NaN"))).toBe(true);
  });
  it("a slip of the decimal point by four places", () => {
    expect(find({ ...good, vi: replaced(good.vi, 7, 400) }, "variance_range")?.value).toBe("row 8");
    expect(find({ ...good, vi: replaced(good.vi, 7, 4e-6) }, "variance_range")?.status).toBe("warning");
  });
});

describe("variance_scale", () => {
  const errors = { ...good, vi: good.vi.map(Math.sqrt) };
  const squared = { ...good, vi: good.vi.map((v) => v * v) };
  it("knows standard errors and squared variances by sample sizes", () => {
    expect(find(errors, "variance_scale", { sampleSize: "n" })).toMatchObject({
      status: "warning",
      value: "slope -0.50",
    });
    expect(find(squared, "variance_scale", { sampleSize: "n" })?.value).toMatch(/^slope -(1\.9|2\.0)/);
    expect(find(good, "variance_scale", { sampleSize: "n" })?.status).toBe("ok");
  });
  it("knows standard errors by effects that vary too little", () => {
    // Q alone does not decide: effects of one sample look the same
    const row = find(errors, "variance_scale");
    expect(row).toMatchObject({ status: "note" });
    expect(row?.message).toContain("If it holds standard errors, square them");
  });
  it("knows them by the column's name", () => {
    const named = { yi: good.yi, "se.d": good.vi };
    const rows = checkData(named as never, { effect: "yi", variance: "se.d" });
    expect(rows.find(({ check }) => check === "variance_scale")).toMatchObject({
      status: "warning",
      value: "se.d",
    });
  });
  it("says that effects vary as the variances let them only where they do", () => {
    const random = randomFrom(7);
    const vi = Array.from({ length: 40 }, () => 0.01 + 0.1 * random.uniform());
    const spread = (tau2: number, share = 1) =>
      vi.map((v) => 0.3 + Math.sqrt(share * v + tau2) * random.normal());
    const message = (yi: readonly number[]) => find({ yi, vi }, "variance_scale")!.message;
    expect(message(spread(0))).toBe("The effects vary as variances of this size let them.");
    expect(message(spread(1))).toContain("differ more than sampling errors of this size make them");
    expect(message(spread(0, 0.55))).toContain("differ little for sampling errors of this size");
  });
  it("notes effects a long way apart", () => {
    expect(find({ ...good, vi: good.vi.map((v) => v / 1e4) }, "variance_scale")?.status).toBe("note");
  });
  it("does not judge by sample sizes that say little", () => {
    const same = good.n.map((_, i) => 100 + (i % 2));
    expect(find({ ...good, n: same }, "variance_scale", { sampleSize: "n" })?.status).toBe("ok");
    const random = randomFrom(4);
    const unrelated = good.n.map(() => 20 + random.integer(400));
    expect(find({ ...good, n: unrelated }, "variance_scale", { sampleSize: "n" })?.status).toBe("ok");
  });
});

describe("what other columns tell", () => {
  it("names a column of studies that was not given, where rows share them", () => {
    const data = { ...good, study: good.study.map((_, i) => `s${i % 12}`) };
    expect(find(data, "study_column")).toMatchObject({ status: "note", value: "study" });
    expect(find(data, "study_column")?.message).toContain(
      "names 12 studies for 30 rows, 30 of which share theirs",
    );
    expect(find(data, "study_column", { study: "study" })).toBeUndefined();
    expect(find(good, "study_column")).toBeUndefined();
  });
  it("names studies that differ in blanks only", () => {
    const data = { ...good, study: replaced(good.study, 3, "S2 ") };
    expect(find(data, "similar_levels", { study: "study" })?.message).toContain("'s2' and 'S2 '");
    expect(find(good, "similar_levels", { study: "study" })).toBeUndefined();
  });
});

describe("duplicates", () => {
  it("names the row that repeats another, within a study when studies are known", () => {
    const twice = {
      yi: replaced(good.yi, 20, good.yi[3]!),
      vi: replaced(good.vi, 20, good.vi[3]!),
      study: good.study,
    };
    expect(find(twice, "duplicates")).toMatchObject({ status: "note", value: "1 row" });
    expect(find(twice, "duplicates")?.message).toContain("row 21 repeats row 4".replace("row 4", "4"));
    expect(find(twice, "duplicates", { study: "study" })?.status).toBe("ok");
    const same = { ...twice, study: replaced(good.study, 20, "s3") };
    expect(find(same, "duplicates", { study: "study" })?.status).toBe("note");
  });
  it("leaves coincidences of coarse numbers alone", () => {
    const coarse = {
      yi: good.yi.map((y) => Math.round(10 * y) / 10),
      vi: good.yi.map((_, i) => 0.02 + 0.01 * (i % 3)),
    };
    expect(find(coarse, "duplicates")?.status).toBe("ok");
  });
});

describe("large_effects", () => {
  it("names one that is clearly large among small ones", () => {
    expect(find({ ...good, yi: replaced(good.yi, 11, 5.1) }, "large_effects")).toMatchObject({
      status: "note",
      value: "row 12",
    });
  });
  it("excuses what is imprecise, and measures of another scale", () => {
    const imprecise = { ...good, yi: replaced(good.yi, 11, 2.3), vi: replaced(good.vi, 11, 1.2) };
    expect(find(imprecise, "large_effects")?.status).toBe("ok");
    expect(find({ ...good, yi: good.yi.map((y) => 10 * y) }, "large_effects")?.status).toBe("ok");
  });
});

describe("outlying_sign", () => {
  const precise = studies(3, 0.05);
  it("names a row that was subtracted the other way round, on either side of zero", () => {
    const at = precise.vi.indexOf(Math.min(...precise.vi));
    const flipped = { ...precise, yi: replaced(precise.yi, at, -0.6) };
    expect(find(flipped, "outlying_sign")).toMatchObject({ status: "note", value: `row ${at + 1}` });
    expect(find({ ...flipped, yi: flipped.yi.map((y) => -y) }, "outlying_sign")?.status).toBe("note");
    expect(find(precise, "outlying_sign")?.status).toBe("ok");
  });
  it("lets effects around zero have both signs", () => {
    expect(find({ ...good, yi: good.yi.map((y) => y - 0.5) }, "outlying_sign")?.status).toBe("ok");
  });
});

describe("dominant_study", () => {
  it("by rows, and by studies", () => {
    const homogeneous = studies(5, 0);
    const large = { ...homogeneous, vi: replaced(homogeneous.vi, 2, 5e-4) };
    const alike = { ...large, yi: large.vi.map((v, i) => 0.5 + 0.9 * Math.sqrt(v) * (i % 2 ? 1 : -1)) };
    expect(find(alike, "dominant_study")).toMatchObject({ status: "note" });
    expect(find(alike, "dominant_study")?.value).toMatch(/^row 3: \d\d %$/);
    const together = { ...good, study: good.study.map((label, i) => (i < 24 ? "big" : label)) };
    expect(find(together, "dominant_study", { study: "study" })?.value).toMatch(
      /^big \(rows 1, 2, .*\): \d\d %$/,
    );
    expect(find(good, "dominant_study", { study: "study" })?.status).toBe("ok");
  });
});

describe("missing_cells", () => {
  it("are counted by column, with their rows, and the others go on", () => {
    const gaps = {
      ...good,
      yi: replaced<number | null>(good.yi, 2, null),
      vi: replaced<number | null>(good.vi, 5, null),
    };
    expect(find(gaps, "missing_cells")).toMatchObject({ status: "note", value: "yi: 1, vi: 1" });
    expect(find(gaps, "missing_cells")?.message).toContain("yi in row 3; vi in row 6");
    const odd = { ...gaps, vi: replaced(gaps.vi, 9, 0) };
    expect(find(odd, "variance_range")?.value).toBe("row 10");
    expect(find({ yi: [null, 1], vi: [1, null] }, "complete_rows")?.status).toBe("error");
  });
});

describe("two outcomes, fits and mistakes", () => {
  it("are checked one by one", () => {
    const data = { y1: good.yi, v1: good.vi, y2: replaced(good.yi, 1, 6), v2: good.vi };
    const rows = checkData(data, { effect: ["y1", "y2"], variance: ["v1", "v2"] });
    expect(rows.filter(({ status }) => status !== "ok").map(({ value }) => value)).toEqual(["y2: row 2"]);
    expect(() => checkData(data, { effect: ["y1", "y2"], variance: "v1" })).toThrow(
      "2 effects and 1 variance",
    );
  });
  it("a fit's rows are those of the data", () => {
    const yi = replaced<number | null>(replaced<number | null>(good.yi, 0, null), 11, 5.1);
    const fit = fitTo({ ...good, yi }, ["yi ~ 1 + meta_V(V = vi)"]);
    expect(checkFitData(fit).find(({ check }) => check === "large_effects")?.value).toBe("row 12");
    expect(checkFitData(fitTo(good, ["yi ~ 1"]))).toEqual([]);
  });
  it("names the column that is not there, or not of numbers, and prints", () => {
    expect(() => checksOf(good, { variance: "vj" })).toThrow("column 'vj' not in data; did you mean 'vi'?");
    expect(() => checksOf(good, { effect: "study" })).toThrow("'study' does not hold numbers");
    expect(String(checksOf(good)).split("\n")[0]).toMatch(/^check +status +value +message$/);
  });
});
