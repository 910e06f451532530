import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkDrm, DrmError, drm, drmFormula, parseCsv, summary, toJSON } from "../../src/index";
import type { Choices } from "../../web/model/choices";
import { fieldOf } from "../../web/model/error-field";
import { EXAMPLES } from "../../web/model/examples";
import { buildFormulas } from "../../web/model/formulas";
import { createSession, type ModelRequest } from "../../web/worker/session";

const csvOf = (id: string) => readFileSync(new URL(`../../examples/${id}.csv`, import.meta.url), "utf8");

/** A text as a file that the reader has chosen. */
const fileOf = (text: string) => ({ bytes: new TextEncoder().encode(text), reading: {} });

function requestOf(choices: Choices): ModelRequest {
  const built = buildFormulas(choices);
  if (!("formulas" in built)) throw new Error(built.message);
  return {
    formulas: built.formulas,
    method: choices.method,
    test: choices.test,
    reference: choices.reference,
  };
}

describe.each(EXAMPLES)("example $id", ({ id, choices }) => {
  test("its analysis is what drm() gives, and has no warnings", async () => {
    const session = createSession();
    await session.load(fileOf(csvOf(id)));
    const request = requestOf(choices);
    const { summary: shown, checks } = session.analyse(request, "");
    const factors = id === "restoration" ? { habitat: ["grassland", "forest"] } : {};
    const fit = drm(drmFormula(...request.formulas), {
      data: parseCsv(csvOf(id), { factors }),
      method: request.method,
    });
    expect(shown).toEqual(summary(fit));
    expect(checks).toEqual([...checkDrm(fit)]);
    expect(checks.filter(({ status }) => status === "warning" || status === "error")).toEqual([]);
    const options = { fitted: true, checks: true, full: true };
    expect(JSON.parse(session.file(request, "fit.json"))).toEqual(
      JSON.parse(JSON.stringify(toJSON(fit, options))),
    );
    // what the worker posts survives the posting
    expect(structuredClone(session.analyse(request, ""))).toEqual(session.analyse(request, ""));
  });
});

describe("the session", () => {
  const csv =
    "lab,yi,vi,dose,note\na,0.1,0.01,1,x\nb,NA,0.02,2,\na,0.4,0.02,1,y\nb,0.2,0.03,2,z\nb,0.5,0.03,1,z\n";

  test("tells what is in the columns", async () => {
    const { nrow, columns } = await createSession().load(fileOf(csv));
    expect(nrow).toBe(5);
    expect(columns.map(({ name, kind, missing, levels }) => [name, kind, missing, levels])).toEqual([
      ["lab", "category", 0, ["a", "b"]],
      ["yi", "number", 1, ["0.1", "0.2", "0.4", "0.5"]],
      ["vi", "number", 0, ["0.01", "0.02", "0.03"]],
      ["dose", "number", 0, ["1", "2"]],
      ["note", "category", 1, ["x", "y", "z"]],
    ]);
  });

  test("shows cells as written, and says which column cannot be read", async () => {
    const session = createSession();
    const { columns } = await session.load(fileOf("yi,vi\n0.10,0.01\n0.2,oops\n0.3,0.01\n"));
    expect(session.rows(0, 1)).toEqual([["0.10", "0.01"]]);
    expect(columns[1]).toMatchObject({ kind: "names" });
    expect(columns[1]!.problem).toContain("oops");
  });

  test("a numeric column with a reference level is a category", async () => {
    const session = createSession();
    await session.load(fileOf(csv));
    const request = {
      formulas: ["yi ~ dose + meta_V(V = vi)"],
      method: "ML",
      test: "z",
      reference: { dose: "2" },
    } as const;
    const { summary: shown, groupColumns } = session.analyse(request, "dose");
    expect(shown.coefficients.map(({ term }) => term)).toEqual(["(Intercept)", "dose1", "(Intercept)"]);
    expect(groupColumns).toEqual(["dose"]);
  });

  test("compares kept models with the present one, and says why there is no test", async () => {
    const session = createSession();
    await session.load(fileOf(csvOf("restoration")));
    const model = (...formulas: string[]): ModelRequest => ({
      formulas,
      method: "ML",
      test: "z",
      reference: {},
    });
    const { models, tests } = session.compare(
      [model("yi ~ 1 + meta_V(V = vi)"), model("yi ~ duration + meta_V(V = vi)", "sigma ~ duration")],
      model("yi ~ habitat + meta_V(V = vi)"),
    );
    expect(models.map(({ df }) => df)).toEqual([2, 4, 3]);
    expect(tests[0]).toMatchObject({ df: 1 });
    expect(tests[1]).toContain("not nested");
  });

  test("files are tables with a header and full precision", async () => {
    const session = createSession();
    await session.load(fileOf(csvOf("bcg")));
    const request = {
      formulas: ["yi ~ ablat + meta_V(V = vi)"],
      method: "ML",
      test: "z",
      reference: {},
    } as const;
    const fit = drm(request.formulas[0], { data: parseCsv(csvOf("bcg")) });
    const coefficients = parseCsv(session.file(request, "coefficients.csv"));
    expect(coefficients.column("estimate")).toMatchObject({
      values: new Float64Array(fit.coefficients.map(({ estimate }) => estimate)),
    });
    expect(parseCsv(session.file(request, "rows.csv")).nrow).toBe(13);
    expect(session.file(request, "summary.txt")).toContain(String(summary(fit)));
  });

  test("draws, with names of rows from any column, and says what cannot be drawn", async () => {
    const session = createSession();
    await session.load(fileOf(csvOf("bcg")));
    const request = {
      formulas: ["yi ~ 1 + meta_V(V = vi)"],
      method: "ML",
      test: "z",
      reference: {},
    } as const;
    const forest = await session.plot(request, "forest", { labels: "author", width: 600, theme: "dark" });
    expect(forest).toMatchObject({ svg: expect.stringMatching(/^<svg .*Rosenthal et al/s) });
    const none = await session.plot(request, "location-scale", {});
    expect(none).toMatchObject({ unsuitable: expect.stringContaining("numeric") });
    await expect(session.plot(request, "forest", { labels: "autor" })).rejects.toThrow("author");
  });

  test("means and SDs are by the column that splits heterogeneity, where it is a moderator", async () => {
    const session = createSession();
    await session.load(fileOf(csvOf("restoration")));
    const { means } = session.analyse(
      { formulas: ["yi ~ habitat + meta_V(V = vi)"], method: "ML", test: "z", reference: {} },
      "habitat",
    );
    expect(means.map(({ dpar, by, means: rows }) => [dpar, by, rows.length])).toEqual([
      ["mu", ["habitat"], 2],
      ["sigma", [], 1],
    ]);
  });

  test("the test of coefficients is in the tables and the files, and does not need another fit", async () => {
    const session = createSession();
    await session.load(fileOf(csvOf("bcg")));
    const request = (test: "z" | "knha"): ModelRequest => ({
      formulas: ["yi ~ ablat + meta_V(V = vi)"],
      method: "REML",
      test,
      reference: {},
    });
    const normal = session.analyse(request("z"), "").summary.coefficients;
    const { coefficients, test: used } = session.analyse(request("knha"), "").summary;
    expect(used).toBe("knha");
    expect(coefficients.map(({ estimate }) => estimate)).toEqual(normal.map(({ estimate }) => estimate));
    expect(coefficients[1]!.df).toBe(11);
    const csv = parseCsv(session.file(request("knha"), "coefficients.csv"));
    expect(csv.column("p.value")).toMatchObject({
      values: new Float64Array(coefficients.map(({ pValue }) => pValue)),
    });
  });

  test("new data replace the old ones and their fits", async () => {
    const session = createSession();
    const request = {
      formulas: ["yi ~ 1 + meta_V(V = vi)"],
      method: "ML",
      test: "z",
      reference: {},
    } as const;
    await session.load(fileOf("yi,vi\n1,1\n2,1\n3,1\n"));
    const before = session.analyse(request, "").summary.logLik;
    await session.load(fileOf("yi,vi\n1,1\n2,1\n9,1\n"));
    expect(session.analyse(request, "").summary.logLik).not.toBe(before);
  });
});

describe("a refused fit leads to the field that causes it", () => {
  const csv =
    "study,yi,vi,x,one,bad,r\n1,0.1,0.1,a,1,2,2\n2,0.2,0.2,b,1,x,0\n3,0.5,0.1,a,1,3,0\n4,0.2,0.1,b,1,4,0\n";
  const base: Choices = {
    ...EXAMPLES[0]!.choices,
    moderators: [],
    scaleModerators: [],
    reference: {},
  };
  const first = base.first;

  test.each<[string, Partial<Choices>, string]>([
    ["text as effect", { first: { ...first, effect: "x" } }, "effect"],
    ["text as variance", { first: { ...first, uncertainty: "x" } }, "uncertainty"],
    ["a constant moderator", { moderators: ["x", "one"] }, "moderators"],
    ["a constant moderator of sigma", { moderators: ["x"], scaleModerators: ["one"] }, "scaleModerators"],
    ["a stray text", { moderators: ["bad"] }, "moderators"],
    ["one row per study", { study: "study" }, "study"],
    ["one study", { moderators: ["x"], study: "one" }, "study"],
    ["the correlation", { study: "x", correlation: "3" }, "correlation"],
    ["a correlation that is no number", { study: "x", correlation: "much" }, "correlation"],
    ["a column that the data lack", { moderators: ["gone"] }, "moderators"],
    [
      "a correlation in a column",
      { second: { effect: "one", uncertainty: "vi", kind: "variance" }, correlation: "r" },
      "correlation",
    ],
    ["a test that the model does not have", { study: "x", test: "knha" }, "test"],
    ["a typed formula", { typed: ["yi ~ gone + meta_V(V = vi)"] }, "formula"],
    ["a syntax error", { typed: ["yi ~ + * x"] }, "formula"],
  ])("%s", async (_, change, field) => {
    const choices = { ...base, ...change };
    const session = createSession();
    await session.load(fileOf(csv));
    let failure: unknown;
    try {
      session.analyse(requestOf(choices), "");
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(DrmError);
    const { code, message } = failure as DrmError;
    expect(`${fieldOf({ code, message }, choices)}: ${message}`).toMatch(new RegExp(`^${field}: `));
  });

  test("negative variances", async () => {
    const session = createSession();
    await session.load(fileOf("yi,vi\n1,1\n2,-1\n3,1\n"));
    expect(() => session.analyse(requestOf(base), "")).toThrow("vi[2]");
    expect(
      fieldOf({ code: "bad_known_v", message: "vi[2] = -1: sampling variances must be >= 0" }, base),
    ).toBe("uncertainty");
  });
});
