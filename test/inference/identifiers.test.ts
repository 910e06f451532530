import { describe, expect, test } from "vitest";
import { numberLabel } from "../../src/data/number-label";
import {
  checkData,
  coef,
  type DataInput,
  drm,
  fromJSON,
  influence,
  metaVcovCluster,
  parseCsv,
  predict,
  ranef,
  robust,
  standardErrors,
  toJSON,
  update,
} from "../../src/index";
import { forestRows } from "../../src/plot/index";

// Identifiers that are texts of digits: numbers do not tell all of them apart.

const EFFECTS = [
  "-0.12,0.021",
  "0.31,0.034",
  "0.25,0.05",
  "0.48,0.04",
  "0.9,0.06",
  "0.15,0.03",
  "0.7,0.02",
  "0.05,0.04",
];
const csvOf = (ids: readonly string[]) =>
  parseCsv(["id,yi,vi", ...EFFECTS.map((cells, i) => `${ids[i]},${cells}`)].join("\n"));
const letters = csvOf(["a", "a", "b", "b", "c", "c", "d", "d"]);
/** The same four studies, by ids of which pairs are one double. */
const digits = csvOf([
  "12345678901234560",
  "12345678901234560",
  "12345678901234561",
  "12345678901234561",
  "12345678901234570",
  "12345678901234570",
  "12345678901234571",
  "12345678901234571",
]);
const FORMULA = "yi ~ 1 + meta_V(V = vi)";
const NESTED = "yi ~ 1 + (1 | id) + meta_V(V = vi)";

describe("ids of 17 digits name as many groups as letters do", () => {
  test("clusters of robust errors", () => {
    const [a, b] = [letters, digits].map((data) => robust(drm(FORMULA, { data }), { cluster: "id", data }));
    expect(b!.robust).toMatchObject({ clusters: 4 });
    expect(standardErrors(b!)).toEqual(standardErrors(a!));
    // of a column that a formula has, without the data
    const nested = robust(drm(NESTED, { data: digits }), { cluster: "id" });
    expect(nested.robust).toMatchObject({ clusters: 4 });
  });

  test("random intercepts, saved, reopened and updated", () => {
    const [a, b] = [letters, digits].map((data) => drm(NESTED, { data }));
    expect(b!.random![0]!.levels).toEqual([
      "12345678901234560",
      "12345678901234561",
      "12345678901234570",
      "12345678901234571",
    ]);
    expect(coef(b!)).toEqual(coef(a!));
    expect(ranef(b!).map(({ estimate }) => estimate)).toEqual(ranef(a!).map(({ estimate }) => estimate));
    const again = fromJSON(JSON.stringify(toJSON(b!, { full: true })));
    expect(again).toEqual(b);
    expect(update(again, { method: "REML" }).random![0]!.levels).toEqual(b!.random![0]!.levels);
    expect(influence(b!, { by: "id" }).rows.map(({ label }) => label)).toEqual(b!.random![0]!.levels);
  });

  test("known groups of new data from a CSV", () => {
    const fit = drm(NESTED, { data: digits, fixed: { sigma: 0 } });
    const effects = ranef(fit).map(({ estimate }) => estimate);
    expect(effects[0]).not.toBe(effects[1]);
    const newdata = parseCsv("id\n12345678901234561\n12345678901234560\n1\n");
    const { estimate } = predict(fit, newdata, { dpar: "mu", groups: "known" });
    const mu = coef(fit)["mu:(Intercept)"]!;
    expect([...estimate]).toEqual([mu + effects[1]!, mu + effects[0]!, mu]);
  });

  test("clusters of V", () => {
    const formula = "yi ~ 1 + meta_V(V = meta_vcov_cluster(vi, id, rho = 0.5))";
    const [a, b] = [letters, digits].map((data) => drm(formula, { data }));
    expect(b!.knownV.clusters).toBe(4);
    expect(b!.logLik).toBe(a!.logLik);
    expect(robust(b!, { cluster: "id" }).robust).toMatchObject({ clusters: 4 });
  });
});

test("twelve effects in six clusters", () => {
  const text = `id,yi,vi 12345678901234560,-0.12,0.021
    12345678901234560,0.31,0.034
    12345678901234561,0.25,0.05
    12345678901234561,-0.43,0.041
    12345678901234562,1.286,0.062
    12345678901234562,0.118,0.018
    12345678901234563,0.77,0.09
    12345678901234563,-0.05,0.027
    12345678901234564,0.435,0.033
    12345678901234564,0.9,0.055
    12345678901234565,0.02,0.012
    12345678901234565,0.61,0.047`;
  const data = parseCsv(text.replace(/\s+/g, "\n"));
  const fit = robust(drm(FORMULA, { data }), { cluster: "id", data });
  expect(fit.robust).toMatchObject({ clusters: 6 });
  expect(coef(fit)["mu:(Intercept)"]).toBeCloseTo(0.31042, 6);
  expect(standardErrors(fit)["mu:(Intercept)"]).toBeCloseTo(0.1203742, 7);
});

describe("1.1 and 1.10", () => {
  const data = csvOf(["1.1", "1.2", "1.3", "1.4", "1.5", "1.8", "1.9", "1.10"]);

  test("are two labels and two studies, in the order of their numbers", () => {
    const labels = forestRows(drm(FORMULA, { data }), { data, labels: "id" }).groups[0]!.rows.map(
      ({ label }) => label,
    );
    expect(labels).toEqual(["1.1", "1.2", "1.3", "1.4", "1.5", "1.8", "1.9", "1.10"]);
    const fit = robust(drm(FORMULA, { data }), { cluster: "id", data });
    expect(fit.robust).toMatchObject({ clusters: 8 });
  });

  test("are one number where a formula reads numbers", () => {
    const values = drm("yi ~ id + meta_V(V = vi)", { data }).data.id as {
      values: Float64Array;
      written?: unknown;
    };
    expect(values.values[0]).toBe(values.values[7]);
    // its texts name nothing there, and are not kept
    expect(values.written).toBeUndefined();
  });
});

test("a number has one label everywhere", () => {
  expect([0.1 + 0.2, 3, -2.5, 1e21, 2 ** 53 - 1, 12345678901234568].map(numberLabel)).toEqual([
    "0.3",
    "3",
    "-2.5",
    "1e+21",
    "9007199254740991",
    "12345678901234568",
  ]);
  const id = [9007199254740991, 9007199254740990, 12345678901234, 0.30000000000000004];
  const numbers = { yi: [0.1, 0.4, 0.2, 0.6, 0.3, 0.8, 0.2, 0.9], id: id.flatMap((one) => [one, one]) };
  const levels = drm("yi ~ 1 + (1 | id)", { data: numbers }).random![0]!.levels;
  expect(levels).toEqual(["0.3", "12345678901234", "9007199254740990", "9007199254740991"]);
  const given = drm("yi ~ 1 + (1 | id)", { data: numbers, factors: { id: levels } });
  expect(given.random![0]!.levels).toEqual(levels);
});

describe("numbers beyond 2^53 - 1, of which two may be one, are refused as names", () => {
  const id = ["12345678901234560", "12345678901234561", "3", "4", "5", "6", "7", "8"].map(Number);
  const [yi, vi] = [0, 1].map((j) => EFFECTS.map((cells) => Number(cells.split(",")[j])));
  const data = { id, yi, vi };
  const message = /row 1: 12345678901234560 as a name of a study or cluster may stand for several/;
  test.each<[string, () => unknown]>([
    ["of random intercepts", () => drm(NESTED, { data })],
    ["of clusters, by column", () => robust(drm(FORMULA, { data }), { cluster: "id", data })],
    ["of clusters, in an array", () => robust(drm(FORMULA, { data }), { cluster: id })],
    ["of sampling covariances", () => drm("yi ~ 1 + meta_V(V = meta_vcov_cluster(vi, id))", { data })],
    ["of sampling covariances, in an array", () => metaVcovCluster({ vi: vi!, cluster: id })],
    [
      "of studies in a check of the data",
      () => checkData(data as DataInput, { effect: "yi", variance: "vi", study: "id" }),
    ],
  ])("%s", (_, call) => {
    expect(call).toThrow(message);
  });
  test("as texts they are many", () => {
    const text = { ...data, id: id.map((_, i) => `1234567890123456${i}`) };
    expect(drm(NESTED, { data: text, fixed: { sigma: 0 } }).random![0]!.levels).toHaveLength(8);
  });
});
