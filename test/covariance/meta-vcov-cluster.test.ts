import { describe, expect, it } from "vitest";
import { missingRows } from "../../src/covariance/known-v";
import { type ClusterOptions, metaVcovCluster } from "../../src/covariance/meta-vcov-cluster";
import { errorOf } from "../frame/literal-table";
import { bivariateV, clustersOf, knownV, plain, vOf } from "./build";

const data = {
  y: [1, 2, 3, 4],
  vi: [1, 4, 9, 16],
  study: ["b", "a", "b", "a"],
  year: [2000, 2001, 2002, 2001],
};

describe("meta_vcov_cluster", () => {
  it("has one correlation within a cluster", () => {
    const v = knownV("y ~ 1 + meta_V(V = meta_vcov_cluster(vi, study, rho = 0.5))", data);
    expect(v.label).toBe("meta_vcov_cluster(vi, study, rho = 0.5)");
    expect(plain(v)).toEqual({
      kind: "block",
      variances: [1, 4, 9, 16],
      clusters: [
        { rows: [0, 2], V: [[1], [1.5, 9]] },
        { rows: [1, 3], V: [[4], [4, 16]] },
      ],
    });
  });

  it("has correlations that decay with time in AR(1)", () => {
    const v = knownV(
      'y ~ 1 + meta_V(V = meta_vcov_cluster(vi, study, rho = 0.5, time = year, type = "ar1"))',
      data,
    );
    expect(clustersOf(v).map(({ V }) => V[1]![0])).toEqual([0.25 * 3, 8]);
  });

  it("means the same in a formula and in matrices, with rows dropped, too", () => {
    const some = { ...data, y: [1, null, 3, 4], vi: [1, 4, 9, 16] };
    const call = knownV("y ~ 1 + meta_V(V = meta_vcov_cluster(vi, study))", some);
    const matrix = metaVcovCluster({ vi: data.vi, cluster: data.study });
    expect(plain(knownV("y ~ 1 + meta_V(V = V)", some, { V: matrix }))).toEqual(plain(call));
    expect(clustersOf(call)).toEqual([{ rows: [0, 1], V: [[1], [0.6 * 3, 9]] }]);
  });

  it("is plain data that survives structuredClone and JSON", () => {
    const matrix = metaVcovCluster({ vi: data.vi, cluster: data.study, time: data.year, type: "ar1" });
    expect(plain(vOf(4, structuredClone(matrix)))).toEqual(plain(vOf(4, matrix)));
    const text = JSON.stringify({
      kind: "cluster",
      vi: data.vi,
      cluster: data.study,
      rho: 0.6,
      time: data.year,
    });
    expect(plain(vOf(4, JSON.parse(text)))).toEqual(plain(vOf(4, matrix)));
  });

  it("leaves rows without variance, and all rows when rho is 0, alone", () => {
    expect(clustersOf(vOf(3, metaVcovCluster({ vi: [1, 0, 1], cluster: [1, 1, 1], rho: 0.5 })))).toEqual([
      { rows: [0, 2], V: [[1], [0.5, 1]] },
    ]);
    expect(vOf(2, metaVcovCluster({ vi: [1, 1], cluster: [1, 1], rho: 0 })).kind).toBe("diagonal");
  });

  it("drops rows with a missing variance", () => {
    const matrix = metaVcovCluster({ vi: [1, null, 1], cluster: ["a", "a", "a"] });
    expect(missingRows(matrix, 3)).toEqual(Uint8Array.of(0, 1, 0));
    expect(clustersOf(vOf(3, matrix))[0]!.rows).toEqual([0, 1]);
    const missing = { ...data, study: ["b", null, "b", "a"] };
    expect(knownV("y ~ 1 + meta_V(V = meta_vcov_cluster(vi, study))", missing).V.variances).toHaveLength(3);
  });

  it("takes numbers and logicals as clusters", () => {
    const by = (study: (number | boolean)[]) =>
      knownV("y ~ 1 + meta_V(V = meta_vcov_cluster(vi, study))", { ...data, study }).V.blocks!.sizes;
    expect(by([7, 8, 7, 7])).toEqual(Int32Array.of(3));
    expect(by([true, false, true, false])).toEqual(Int32Array.of(2, 2));
  });

  it("refuses impossible options", () => {
    const options = { vi: [1, 1, 1], cluster: ["a", "a", "a"] };
    const error = (more: Partial<ClusterOptions>) =>
      errorOf(() => vOf(3, metaVcovCluster({ ...options, ...more }))).replace("bad_known_v: ", "");
    expect(error({ cluster: ["a"] })).toBe(
      "vi has 3 values but cluster has 1: give one of each for every row",
    );
    expect(error({ time: [1] })).toBe("vi has 3 values but time has 1: give one of each for every row");
    expect(error({ rho: 1.2 })).toBe("rho = 1.2: a sampling correlation is between -1 and 1");
    expect(error({ rho: Number.NaN })).toMatch(/^rho = NaN/);
    expect(error({ rho: -0.6 })).toBe("rho = -0.6 is not possible in a cluster of 3 rows: the least is -0.5");
    expect(error({ time: [1, 2, 3] })).toMatch(
      /^time has no use in a constant correlation: add type = "ar1"/,
    );
    expect(error({ type: "ar1" })).toBe('type = "ar1" needs the times: give time as well');
    expect(error({ type: "exp" as "ar1" })).toBe('type = "exp": the types are "constant" and "ar1"');
    expect(error({ time: [1, 2, null], type: "ar1" })).toBe(
      "time[3] is missing: every row that is used needs its time",
    );
    expect(error({ time: [1, 2, Number.POSITIVE_INFINITY], type: "ar1" })).toMatch(/^time\[3\] is Infinity/);
    expect(error({ time: [1, 2.5, 3], type: "ar1", rho: -0.5 })).toMatch(
      /^time\[2\] = 2.5: with a negative rho/,
    );
    expect(error({ cluster: ["a", null, "b"] })).toBe(
      "cluster[2] is missing: every row that is used needs its cluster",
    );
    expect(error({ vi: [1, -1, 1] })).toBe("V[2] = -1: sampling variances must be >= 0".replace("V[", "vi["));
  });

  it("refuses calls that do not fit", () => {
    const error = (call: string) =>
      errorOf(() => knownV(`y ~ 1 + meta_V(V = meta_vcov_cluster(${call}))`, data));
    expect(error("vi")).toMatch(/needs variances and clusters: meta_vcov_cluster\(vi, study\)$/);
    expect(error("vi, study, rho = year")).toMatch(/rho = year: rho is one number, as in rho = 0.6$/);
    expect(error("vi, study, tim = year")).toMatch(/no argument 'tim'; did you mean 'time'/);
    expect(error("study, vi")).toMatch(
      /^bad_term: meta_vcov_cluster\(\) needs numbers, but 'study' holds text/,
    );
    expect(error('vi, study, type = "x"')).toMatch(/type = "x": the types are/);
    expect(error("vi - 2, study")).toBe("bad_known_v: vi - 2[1] = -1: sampling variances must be >= 0");
    const wrong = metaVcovCluster({ vi: [1, 1], cluster: [1, 1] });
    expect(errorOf(() => vOf(3, wrong))).toMatch(/'V' has 2 values, but the data have 3 rows/);
    expect(errorOf(() => bivariateV(2, wrong))).toMatch(
      /'V' has 2 values, but the data have 2 rows and two outcomes/,
    );
    const two = ["mu1 = y1 ~ 1 + meta_V(V = meta_vcov_cluster(v, g))", "mu2 = y2 ~ 1"];
    expect(errorOf(() => knownV(two, { y1: [1], y2: [1], v: [1], g: [1] }))).toMatch(
      /^not_supported: meta_vcov_cluster\(\) gives one variance a row, a bivariate model has two/,
    );
  });
});
