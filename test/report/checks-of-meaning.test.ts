import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseCsv } from "../../src/data/csv";
import { type DrmOptions, drm } from "../../src/drm";
import { drmFormula } from "../../src/formula/formula";
import { studyName } from "../../src/frame/study-columns";
import { outcomesOf, samplingVariances } from "../../src/inference/outcomes";
import { robust } from "../../src/inference/robust/robust";
import { checkDrm } from "../../src/report/checks/check-drm";
import { varianceScale } from "../../src/report/data-checks/variances";
import { fitEveryCase } from "../every-case";

const cases = fitEveryCase();
const MEANING = ["standard_errors_as_variances", "independent_rows", "restarting_ids", "similar_levels"];

const example = (name: string) => parseCsv(readFileSync(`examples/${name}.csv`, "utf8"));
const fitTo = (formulas: string | readonly string[], data: object, more: object = {}) =>
  drm(drmFormula(...[formulas].flat()), { data, ...more } as DrmOptions);
const find = (fit: ReturnType<typeof drm>, check: string) => checkDrm(fit).find((row) => row.check === check);

test("of the reference cases one is flagged: 102 effects of 29 papers that the published model takes for independent", () => {
  const flagged = cases.flatMap(({ id, fit }) =>
    checkDrm(fit).flatMap(({ check, status, value }) =>
      MEANING.includes(check) ? [`${id}: ${check} ${status} ${value}`] : [],
    ),
  );
  expect(flagged).toEqual(["v07-ls-curtis: independent_rows warning paper: 29 levels, 102 rows"]);
});

test.each([
  ["restoration", ["yi ~ habitat + duration + meta_V(V = vi)", "sigma ~ habitat"]],
  ["bangertdrowns", ["yi ~ length + meta_V(V = vi)"]],
  ["bcg", ["yi ~ ablat + meta_V(V = vi)"]],
  ["konstantopoulos", ["yi ~ 1 + (1 | district) + meta_V(V = vi)"]],
  ["assink", ["yi ~ 1 + (1 | study) + meta_V(V = vi)"]],
  ["berkey", ["mu1 = al ~ 1 + meta_V(V = meta_vcov_bivariate(v_al, v_pd, cor12 = r))", "mu2 = pd ~ 1"]],
])("the example %s is not flagged", (name, formulas) => {
  const rows = checkDrm(fitTo(formulas, example(name)));
  expect(rows.filter(({ check }) => MEANING.includes(check))).toEqual([]);
});

describe("variances that are something else", () => {
  /** Outcomes of the cases, each data set once, with V to a power. */
  const flagged = (power: number) => {
    const seen = new Set<string>();
    return cases.flatMap(({ id, fit }) =>
      fit.knownV.kind === "none"
        ? []
        : outcomesOf(fit).flatMap((outcome) => {
            const values = fit.response[outcome.location]!.values;
            const v = samplingVariances(fit, outcome);
            const rows = [...values.keys()].filter(
              (i) => Number.isFinite(values[i]) && Number.isFinite(v[i]),
            );
            const y = rows.map((i) => values[i]!);
            const key = JSON.stringify([y, rows.map((i) => v[i])]);
            if (seen.has(key)) return [];
            seen.add(key);
            const found = varianceScale({
              effect: "y",
              variance: "v",
              named: true,
              y,
              v: rows.map((i) => v[i]! ** power),
              rows,
              study: null,
              n: null,
            });
            return [{ id, status: found?.status ?? "ok" }];
          }),
    );
  };
  const counted = (power: number) => {
    const all = flagged(power);
    const of = (status: string) => all.filter((one) => one.status === status).length;
    return { sets: all.length, warning: of("warning"), note: of("note") };
  };

  test("no case is flagged as it stands; of roots and squares the effects alone tell some", () => {
    expect(counted(1)).toEqual({ sets: 36, warning: 0, note: 0 });
    expect(counted(0.5)).toEqual({ sets: 36, warning: 5, note: 4 });
    expect(counted(2)).toEqual({ sets: 36, warning: 3, note: 1 });
  });

  const yi = [0.31, 0.52, -0.12, 0.24, 0.66, 0.7, 0.05, 0.43];
  const se = [0.14, 0.15, 0.18, 0.17, 0.13, 0.14, 0.2, 0.16];
  const vi = se.map((s) => s * s);
  test.each([
    ["yi ~ 1 + meta_V(V = se)", { se }, "V = se", "meta_V(V = se^2)"],
    ["yi ~ 1 + meta_V(V = (SE_yi))", { SE_yi: se }, "V = SE_yi", "meta_V(V = SE_yi^2)"],
    [
      "yi ~ 1 + meta_V(V = `Std. error`)",
      { "Std. error": se },
      "V = Std. error",
      "meta_V(V = `Std. error`^2)",
    ],
    ["yi ~ 1 + meta_V(V = sqrt(vi))", { vi }, "V = sqrt(vi)", "meta_V(V = vi)"],
    ["yi ~ 1 + meta_V(V = w)", { w: se, vi }, "V = w", "meta_V(V = vi)"],
    [
      "yi ~ 1 + meta_V(V = meta_vcov_cluster(sei, g))",
      { sei: se, g: [1, 1, 2, 2, 3, 3, 4, 4] },
      "V = sei",
      "sei^2",
    ],
  ])("%s", (formula, columns, value, advice) => {
    const found = find(fitTo(formula, { yi, ...columns }), "standard_errors_as_variances");
    expect(found).toMatchObject({ status: "warning", value });
    expect(found!.message).toContain(advice);
  });

  test("a vector of standard errors that is passed beside the data", () => {
    const fit = fitTo(
      "yi ~ 1 + meta_V(V = SE)",
      { yi },
      { matrices: { SE: { nrow: 8, ncol: 1, values: se } } },
    );
    expect(find(fit, "standard_errors_as_variances")).toMatchObject({ value: "V = SE" });
  });

  test.each([
    ["yi ~ 1 + meta_V(V = vi)", { vi, se }],
    ["yi ~ 1 + meta_V(V = se^2)", { se }],
    ["yi ~ 1 + meta_V(V = se * se)", { se }],
    ["yi ~ 1 + meta_V(V = se2)", { se2: vi }],
    ["yi ~ 1 + meta_V(V = one)", { one: se.map(() => 1), ones: se.map(() => 1) }],
  ])("%s is right", (formula, columns) => {
    expect(find(fitTo(formula, { yi, ...columns }), "standard_errors_as_variances")).toBeUndefined();
  });
});

describe("rows of one study", () => {
  const assink = example("assink");
  test("a hundred effects in seventeen studies, fitted as a hundred studies", () => {
    const found = find(fitTo("yi ~ 1 + meta_V(V = vi)", assink), "independent_rows");
    expect(found).toMatchObject({ status: "warning", value: "study: 17 levels, 100 rows" });
    expect(found!.message).toContain(
      "add (1 | study), sampling covariances by meta_vcov_cluster, or robust errors by study",
    );
  });
  test("are told apart by what a file says: 1.1 and 1.10 are two studies", () => {
    const rows = ["1.1", "1.10", "2.2", "2.20", "12345678901234567", "12345678901234568"];
    const check = (studies: readonly string[]) => {
      const lines = studies.map((study, i) => `${study},${Math.sin(5 * i)},0.1`);
      const data = parseCsv(`study,yi,vi\n${lines.join("\n")}\n`);
      return find(fitTo("yi ~ 1 + meta_V(V = vi)", data), "independent_rows");
    };
    expect(check(rows)).toBeUndefined();
    expect(check([...rows, "1.10"])).toMatchObject({ value: "study: 6 levels, 7 rows" });
  });
  test("are not flagged where the model knows of them", () => {
    const flat = fitTo("yi ~ 1 + meta_V(V = vi)", assink);
    expect(find(robust(flat, { cluster: "study", data: assink }), "independent_rows")).toBeUndefined();
    const clustered = fitTo("yi ~ 1 + meta_V(V = meta_vcov_cluster(vi, study))", assink);
    expect(find(clustered, "independent_rows")).toBeUndefined();
    expect(find(fitTo("yi ~ 1 + (1 | study) + meta_V(V = vi)", assink), "independent_rows")).toBeUndefined();
  });
  const effects = { yi: [0.1, 0.4, 0.3, 0.2, 0.5, 0.6], vi: [0.01, 0.02, 0.03, 0.02, 0.01, 0.02] };
  const studies = (columns: object) =>
    find(fitTo("yi ~ 1 + meta_V(V = vi)", { ...effects, ...columns }), "independent_rows");
  test("authors have several studies, unless they come back again and again", () => {
    expect(studies({ author: ["A", "A", "B", "C", "D", "E"] })).toBeUndefined();
    expect(studies({ author: ["A", "A", "B", "B", "B", "E"] })).toMatchObject({ status: "warning" });
    expect(studies({ author: ["A", "A", "B", "B", "B", "E"], trial: [1, 2, 3, 4, 5, 6] })).toBeUndefined();
  });
  test("one pair is worth a note; a column of something else is not", () => {
    expect(studies({ "Study ID": ["A", "A", "B", "C", "D", "E", "F"].slice(0, 6) })).toMatchObject({
      status: "warning",
    });
    const many = {
      yi: Array.from({ length: 30 }, (_, i) => i / 30),
      vi: Array.from({ length: 30 }, () => 0.1),
    };
    const paper = many.yi.map((_, i) => `p${Math.max(1, i)}`);
    expect(find(fitTo("yi ~ 1 + meta_V(V = vi)", { ...many, paper }), "independent_rows")).toMatchObject({
      status: "note",
    });
    expect(studies({ study_type: ["a", "a", "b", "b", "a", "a"] })).toBeUndefined();
    expect(studies({ study: [1, 2, "x", [], {}, 3] })).toBeUndefined();
  });
  test.each([
    ["study", "study"],
    ["Study ID", "study"],
    ["studyName", "study"],
    ["first_author", "author"],
    ["Author (Year)", "study"],
    ["trial.no", "study"],
    ["study_design", null],
    ["publication_year", null],
    ["authority", null],
    ["habitat", null],
  ])("the name '%s': %s", (name, kind) => {
    expect(studyName(name)).toBe(kind);
  });
});

describe("ids that start anew in each study", () => {
  const study = ["A", "A", "A", "B", "B", "C", "C", "C", "C", "D"];
  const data = {
    yi: [0.1, 0.4, 0.3, 0.2, 0.5, 0.6, 0.3, 0.1, 0.2, 0.4],
    vi: study.map(() => 0.02),
    study,
  };
  const formula = "yi ~ 1 + (1 | study) + (1 | effect) + meta_V(V = vi)";
  const check = (effect: readonly unknown[]) => find(fitTo(formula, { ...data, effect }), "restarting_ids");
  test.each([
    [[1, 2, 3, 1, 2, 1, 2, 3, 4, 1]],
    [["e1", "e2", "e3", "e1", "e2", "e1", "e2", "e3", "e4", "e1"]],
    [["a", "b", "c", "a", "b", "a", "b", "c", "d", "a"]],
  ])("%j", (effect) => {
    expect(check(effect)).toMatchObject({ status: "warning", value: "effect in study" });
    expect(check(effect)!.message).toContain(
      "write (1 | study/effect), which with one row each is (1 | study)",
    );
  });
  test("others do not", () => {
    expect(check([1, 2, 3, 4, 5, 1, 2, 3, 4, 5])).toBeUndefined();
    expect(check(["x", "y", "z", "x", "y", "x", "y", "z", "w", "x"])).toBeUndefined();
  });
  test("with several rows each the nesting is written out", () => {
    const twice = {
      yi: [...data.yi, ...data.yi.map((y) => y / 2 + 0.05)],
      vi: [...data.vi, ...data.vi],
      study: [...study, ...study],
      effect: [1, 2, 3, 1, 2, 1, 2, 3, 4, 1, 1, 2, 3, 1, 2, 1, 2, 3, 4, 1],
    };
    expect(find(fitTo(formula, twice), "restarting_ids")!.message).toMatch(/write \(1 \| study\/effect\)\.$/);
    const nested = fitTo("yi ~ 1 + (1 | study/effect) + meta_V(V = vi)", twice);
    expect(find(nested, "restarting_ids")).toBeUndefined();
  });
  test("complete crossing, of raters and subjects, is no such thing", () => {
    const rater = [1, 2, 3, 1, 2, 3, 1, 2, 3];
    const subject = ["A", "A", "A", "B", "B", "B", "C", "C", "C"];
    const fit = fitTo("yi ~ 1 + (1 | subject) + (1 | rater) + meta_V(V = vi)", {
      yi: data.yi.slice(0, 9),
      vi: data.vi.slice(0, 9),
      rater: rater.map(String),
      subject,
    });
    expect(find(fit, "restarting_ids")).toBeUndefined();
  });
});

describe("levels that are most likely one", () => {
  const check = (levels: readonly string[], formula = "yi ~ g + meta_V(V = vi)") => {
    const g = Array.from({ length: 12 }, (_, i) => levels[i % levels.length]!);
    const yi = g.map((_, i) => Math.sin(7 * i));
    return find(fitTo(formula, { yi, vi: yi.map(() => 0.1), g }), "similar_levels");
  };
  test.each([
    [["forest", "Forest", "bog"], "g: 'forest' and 'Forest'"],
    [["forest", "bog", "forest "], "g: 'forest' and 'forest '"],
    [["rain forest", "bog", "rain  forest"], "g: 'rain  forest' and 'rain forest'"],
    [["for\u00eat", "bog", "fore\u0302t"], "an accent is encoded in two ways"],
    [["a\u00a0b", "a b", "bog"], "g: 'a b' and 'a\u00a0b'"],
  ])("%j", (levels, named) => {
    expect(check(levels)).toMatchObject({ status: "warning", value: "1 pair" });
    expect(check(levels)!.message).toContain(named);
  });
  test("of a grouping too", () => {
    expect(check(["s1", "s2", "S1", "s3"], "yi ~ 1 + (1 | g) + meta_V(V = vi)")).toMatchObject({
      value: "1 pair",
    });
  });
  test("levels that differ in more", () => {
    expect(check(["forest", "forests", "bog"])).toBeUndefined();
  });
});
