import { describe, expect, test } from "vitest";
import { type EscalcColumns, type EscalcOptions, escalc, measures } from "../../src/escalc/index";
import { drm, tableFrom } from "../../src/index";

const TABLE = { ai: [4, 0], bi: [10, 12], ci: [3, 5], di: [9, 8] };
const GROUPS = { m1i: [5, 6], sd1i: [2, 2], n1i: [10, 20], m2i: [4, 5], sd2i: [2, 3], n2i: [10, 20] };
const study = ["Aronson 1948", "Hart"];

const refused = (measure: string, columns: object, options: EscalcOptions = {}) => {
  try {
    escalc(measure, columns as EscalcColumns, options);
  } catch (error) {
    return (error as Error).message;
  }
  return "taken";
};
const decided = (measure: string, columns: object, options: EscalcOptions = {}) => {
  const { yi, vi, decisions } = escalc(measure, columns as EscalcColumns, options);
  return { yi: [...yi], vi: [...vi], said: decisions.map(({ kind, message }) => `${kind}: ${message}`) };
};

describe("numbers that cannot be name the study, the argument and its column", () => {
  test.each<[string, object, string]>([
    ["OR", { ...TABLE, ai: [4, -1] }, "row 2 (Hart): ai is -1; wanted a count of 0 or more"],
    [
      "RR",
      { ai: [4, 30], n1i: [20, 20], ci: [1, 2], n2i: [20, 20] },
      "row 2 (Hart): ai is 30 but n1i is 20; wanted no more events than people",
    ],
    [
      "PR",
      { xi: [4, 3], ni: [3, 9] },
      "row 1 (Aronson 1948): xi is 4 but ni is 3; wanted no more events than people",
    ],
    ["SMD", { ...GROUPS, sd1i: [2, -3] }, "row 2 (Hart): sd1i is -3; wanted an SD of 0 or more"],
    ["SMD", { ...GROUPS, n1i: [0, 20] }, "row 1 (Aronson 1948): n1i is 0; wanted a sample size above 0"],
    ["ZCOR", { ri: [0.4, 1.4], ni: 20 }, "row 2 (Hart): ri is 1.4; wanted a correlation between -1 and 1"],
    [
      "IRR",
      { x1i: 1, x2i: 2, t1i: [10, 0], t2i: 10 },
      "row 2 (Hart): t1i is 0; wanted a person-time above 0",
    ],
    ["ARAW", { ai: [0.8, 1.2], mi: 8, ni: 90 }, "row 2 (Hart): ai is 1.2; wanted an alpha of at most 1"],
    ["ARAW", { ai: [0.8, 0.9], mi: 1, ni: 90 }, "row 1 (Aronson 1948): mi is 1; wanted 2 items or more"],
    [
      "MN",
      { mi: [1, Number.POSITIVE_INFINITY], sdi: 1, ni: 9 },
      "row 2 (Hart): mi is Infinity; wanted a number",
    ],
    ["SMD", { pi: [0.2, 0], n1i: 10, n2i: 10 }, "row 2 (Hart): pi is 0; wanted a two-sided p-value"],
  ])("%s", (measure, columns, message) => {
    expect(refused(measure, columns, { study })).toContain(message);
  });

  test("of a column, with its name", () => {
    const data = { cases: [4, -2], others: [9, 9] };
    expect(refused("PR", { data, xi: "cases", mi: "others" })).toBe(
      "row 2: xi (column 'cases') is -2; wanted a count of 0 or more",
    );
    expect(refused("PR", { data, xi: "case", mi: "others" })).toBe(
      "xi: column 'case' not in data; did you mean 'cases'?",
    );
    expect(refused("PR", { data: { ...data, cases: ["a", "b"] }, xi: "cases", mi: "others" })).toBe(
      "xi: column 'cases' holds texts, such as \"a\" in row 1; wanted numbers",
    );
    expect(refused("PR", { xi: "cases", mi: [1, 2] })).toContain("there is no data to look it up in");
    expect(refused("PR", { data, xi: [1, 2, 3], mi: "others" })).toBe(
      "xi has 3 values for 2 rows; wanted one a row",
    );
  });
});

describe("what is asked for must be there", () => {
  test("measures, arguments, options", () => {
    expect(refused("SDM", GROUPS)).toContain("unknown measure \"SDM\"; did you mean 'SMD'?");
    expect(refused("OR", { ai: [1], bi: [2], ci: [3] })).toBe(
      "OR needs ai, bi, ci, di; or ai, n1i, ci, n2i; given were ai, bi, ci",
    );
    expect(refused("MD", { ri: [0.1], ni: [20] })).toContain("of which ri, ni is not for MD");
    expect(refused("OR", { ...TABLE, aj: [1] })).toContain("unknown option 'aj'; did you mean 'ai'?");
    expect(refused("OR", TABLE, { to: "zero" as never })).toContain(
      'to is "zero"; wanted only0, all, if0all, none',
    );
    expect(refused("OR", TABLE, { add: -1 })).toContain("add is -1; wanted a number of 0 or more");
    expect(refused("SMD", GROUPS, { vtype: "XX" })).toBe(
      'escalc(): vtype is "XX"; SMD has LS, LS2, UB, AV, H0',
    );
    expect(refused("SMD", GROUPS, { names: ["d", "d"] })).toContain("names holds 2 different names");
    expect(refused("SMD", GROUPS, { flip: [1, 2] })).toContain("flip[2] is 2; wanted true, false, 1 or 0");
  });

  test("what has no use is told, not ignored", () => {
    expect(decided("SMD", GROUPS, { add: 1 }).said).toEqual(["unused: SMD has no use for add"]);
    expect(decided("MD", GROUPS, { correct: false }).said).toEqual(["unused: MD has no use for correct"]);
    expect(decided("VR", GROUPS).said).toEqual(["unused: VR has no use for m1i, m2i"]);
    expect(decided("SMD1H", GROUPS, { vtype: "UB" }).said).toEqual([
      "unused: SMD1H has no variance of type UB; its variances are of type LS",
    ]);
  });
});

describe("rows without an effect size say why", () => {
  test("missing numbers, and the next way to give them", () => {
    const { yi, said } = decided(
      "SMD",
      { ...GROUPS, m1i: [5, null], di: [Number.NaN, 0.5], n2i: [Number.NaN, 20] },
      { study },
    );
    expect(said).toEqual(["missing: row 1 (Aronson 1948): n2i missing; no effect size"]);
    expect(yi[0]).toBeNaN();
    // the second from Cohen's d
    expect(yi[1]).toBeCloseTo(0.5 * (1 - 3 / (4 * 38 - 1)), 4);
  });

  test("SDs of 0, groups of 1, perfect correlations", () => {
    expect(decided("SMD", { ...GROUPS, sd1i: [0, 2], sd2i: [0, 3] }).said).toEqual([
      "note: row 1: sd1i is 0: is that so, or was it not reported?",
      "note: row 1: sd2i is 0: is that so, or was it not reported?",
      "missing: row 1: the effect is Infinity; no effect size",
    ]);
    expect(decided("MD", { ...GROUPS, n2i: [10, 1] }).said).toEqual([
      "missing: row 2: n2i is 1: one value has no SD; no effect size",
    ]);
    expect(decided("ZCOR", { ri: [1, 0.5], ni: [20, 3] }).said).toEqual([
      "missing: row 1: the correlation is 1: Fisher's z of it is infinite; no effect size",
      "missing: row 2: ni is 3: the variance 1 / (n - 3) needs 4 or more; no effect size",
    ]);
    expect(decided("ROM", { ...GROUPS, m2i: [-4, 0] }).said[0]).toContain(
      "a ratio needs two of one sign, neither 0",
    );
  });
});

describe("zero cells", () => {
  const zeros = { ai: [4, 0, 0], bi: [10, 12, 9], ci: [3, 5, 0], di: [9, 8, 7] };

  test("only0 adds to the row, and says so", () => {
    const { yi, said } = decided("OR", zeros);
    expect(said).toEqual([
      "added: row 2: a count is 0; 0.5 was added to each count of the row",
      "added: row 3: a count is 0; 0.5 was added to each count of the row",
    ]);
    expect(yi[0]).toBeCloseTo(Math.log((4 * 9) / (10 * 3)), 14);
    expect(yi[1]).toBeCloseTo(Math.log((0.5 * 8.5) / (12.5 * 5.5)), 14);
  });
  test("all and if0all add to every row, none to no row", () => {
    for (const to of ["all", "if0all"] as const) {
      const { yi, said } = decided("OR", zeros, { to, add: 1 });
      expect(said).toEqual(["added: 1 was added to each count of 3 rows"]);
      expect(yi[0]).toBeCloseTo(Math.log((5 * 10) / (11 * 4)), 14);
    }
    expect(decided("OR", { ai: 4, bi: 10, ci: 3, di: 9 }, { to: "if0all" }).said).toEqual([]);
    expect(decided("OR", zeros, { to: "none" }).said).toEqual([
      "missing: row 2: a count is 0, and nothing was added: the effect is -Infinity; no effect size",
      "missing: row 3: a count is 0, and nothing was added: the effect is NaN; no effect size",
    ]);
  });
  test("counts that are no whole numbers are looked at", () => {
    expect(decided("PLO", { xi: [0.35, 7], ni: 20 }).said).toEqual([
      "note: row 1: xi is 0.35, no whole number: is it a count, or a proportion or percentage?",
    ]);
  });
  test("drop00 leaves rows out that say nothing", () => {
    const { yi, said } = decided("RD", zeros, { drop00: true });
    expect(yi[2]).toBeNaN();
    expect(said[1]).toBe(
      "missing: row 3: no events, or only events, in both groups; no effect size, as drop00 says",
    );
  });
  test("of pairs those without events, or with events only, at both times; others say something though all agree", () => {
    const pairs = { ai: [0, 7, 5, 0], bi: [0, 0, 0, 5], ci: [0, 0, 0, 0], di: [9, 0, 7, 2] };
    const { yi } = decided("MPRD", pairs, { drop00: true });
    expect(yi.map(Number.isNaN)).toEqual([true, true, false, false]);
  });
  test("a variance of 0 is a note", () => {
    expect(decided("PR", { xi: 0, ni: 12 }, { to: "none" }).said).toEqual([
      "note: row 1: the sampling variance is 0",
    ]);
  });
});

describe("the table", () => {
  const data = { ...GROUPS, author: ["A", "B"], yi: [1, null] };
  const columns = { data, m1i: "m1i", sd1i: "sd1i", n1i: "n1i", m2i: "m2i", sd2i: "sd2i", n2i: "n2i" };

  test("has the columns of the data and two more, under any names", () => {
    const effects = escalc("MD", columns, { names: ["d", "v"] });
    expect(effects.data.names).toEqual([...Object.keys(data), "d", "v"]);
    expect(effects.data.column("d")).toEqual({ kind: "numeric", values: effects.yi });
    expect(effects.data.column("author")).toEqual(tableFrom(data).column("author"));
  });
  test("replaces columns of the same name, or their missing cells only, and says so", () => {
    const { data: table, decisions } = escalc("MD", columns);
    expect(table.names.filter((name) => name === "yi")).toEqual(["yi"]);
    expect([...(table.column("yi") as { values: Float64Array }).values]).toEqual([1, 1]);
    expect(decisions.map(({ message }) => message)).toEqual(["column 'yi' was in the data: it was replaced"]);
    const kept = escalc("MD", { ...columns, m1i: [9, 9] }, { replace: false });
    expect([...(kept.data.column("yi") as { values: Float64Array }).values]).toEqual([1, 4]);
  });
  test("is what drm() takes", () => {
    const fit = drm("d ~ 1 + meta_V(V = v)", {
      data: escalc("MD", columns, { names: ["d", "v"] }).data,
      fixed: { sigma: 0 },
    });
    expect(fit.nobs).toBe(2);
  });
  test("flip turns signs, of all or of some", () => {
    expect(decided("MD", GROUPS, { flip: true }).yi).toEqual([-1, -1]);
    expect(decided("MD", GROUPS, { flip: [true, false] }).yi).toEqual([-1, 1]);
  });
});

test("every measure says what it is", () => {
  for (const [name, { title, formula, variance, paper, variances }] of Object.entries(measures)) {
    expect(
      [title, formula, variance, paper].every((text) => text.length > 0),
      name,
    ).toBe(true);
    expect(Object.keys(variances).length, name).toBeGreaterThan(0);
  }
});
