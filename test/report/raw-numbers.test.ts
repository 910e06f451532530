import { describe, expect, test } from "vitest";
import { escalc } from "../../src/escalc/index";
import { checkData } from "../../src/report/data-checks/check-data";
import { loadCase } from "../cases";

type Columns = Readonly<Record<string, readonly (number | null)[]>>;
const named = (columns: Columns) => Object.fromEntries(Object.keys(columns).map((name) => [name, name]));

/** The row of one check of raw numbers, beside effect sizes that are good. */
function find(columns: Columns, check: string) {
  const n = Object.values(columns)[0]!.length;
  const good = {
    yi: Array.from({ length: n }, (_, i) => 0.2 + 0.1 * Math.sin(i)),
    vi: new Array(n).fill(0.02),
  };
  return checkData({ ...columns, ...good }, { effect: "yi", variance: "vi", raw: named(columns) }).find(
    (row) => row.check === check,
  );
}

describe("raw_sds", () => {
  const groups = {
    m1i: [5, 12, 7.5, 100],
    sd1i: [2, 6, 3, 40],
    n1i: [40, 50, 60, 30],
    m2i: [4, 10, 6, 90],
    sd2i: [2, 6, 3, 40],
    n2i: [40, 50, 60, 30],
  };
  test("names standard errors that were typed as SDs", () => {
    expect(find(groups, "raw_sds")?.status).toBe("ok");
    const typed = { ...groups, sd1i: [2, 6, 3 / Math.sqrt(60), 40], sd2i: [2, 6, 3 / Math.sqrt(60), 40] };
    expect(find(typed, "raw_sds")).toMatchObject({ status: "warning", value: "row 3" });
  });
  test("also where the means are close, by the size that the SDs of the others have", () => {
    const sds = [2.9, 3.1, 2.7, 3.3, 3];
    const same = {
      m1i: [10, 11, 10, 12, 11],
      sd1i: sds,
      n1i: [40, 50, 60, 30, 90],
      m2i: [9.8, 10.1, 9.9, 11, 10.2],
      sd2i: sds,
      n2i: [40, 50, 60, 30, 90],
    };
    expect(find(same, "raw_sds")?.status).toBe("ok");
    const typed = [3.1 / Math.sqrt(40), ...sds.slice(1)];
    expect(find({ ...same, sd1i: typed, sd2i: typed }, "raw_sds")).toMatchObject({
      status: "warning",
      value: "row 1",
    });
    // an SD of 0.5 of 40 is no standard error of 3
    const small = [0.1, ...sds.slice(1)];
    expect(find({ ...same, sd1i: small, sd2i: small }, "raw_sds")?.status).toBe("ok");
  });
  test("lengths of stay of nine studies (Normand 1999), whose SDs differ for other reasons, are left alone", () => {
    type Block = { readonly measure: string; readonly inputs: Columns };
    const { blocks } = loadCase<{ blocks: readonly Block[] }>("v31-escalc-means");
    const lengths = blocks.find(({ measure, inputs }) => measure === "MD" && inputs.m1i!.length === 9)!;
    expect(find(lengths.inputs, "raw_sds")?.status).toBe("ok");
  });
  test("large effects that would be large all the same are left alone", () => {
    expect(find({ ...groups, m1i: [50, 12, 7.5, 100] }, "raw_sds")?.status).toBe("ok");
    expect(find({ ...groups, m1i: [null, 12, 7.5, 100] }, "raw_sds")?.status).toBe("ok");
  });
});

describe("raw_counts", () => {
  const counts = { xi: [4, 30, 12], ni: [20, 60, 40] };
  test("names proportions and percentages", () => {
    expect(find(counts, "raw_counts")?.status).toBe("ok");
    expect(find({ ...counts, xi: [0.2, 0.5, 0.3] }, "raw_counts")).toMatchObject({
      status: "warning",
      value: "xi: proportions in rows 1, 2 and 3",
    });
    expect(find({ ...counts, xi: [20.5, 50, 30.2] }, "raw_counts")?.value).toBe(
      "xi: percentages in rows 1 and 3",
    );
  });
  test("an alpha is no count", () => {
    expect(find({ ai: [0.8, 0.7], mi: [8, 9], ni: [90, 80] }, "raw_counts")).toBeUndefined();
  });
});

describe("raw_scale", () => {
  const limits = (y: readonly number[], se: number, f: (x: number) => number) => ({
    out: y.map(f),
    ciLb: y.map((x) => f(x - 1.96 * se)),
    ciUb: y.map((x) => f(x + 1.96 * se)),
  });
  const log = limits([0.3, -0.2, 0.5], 0.3, (x) => x);
  const ratios = limits([0.4, 0.1, 0.6, 0.2], 0.3, Math.exp);
  test("one scale is as it should be", () => {
    expect(find(log, "raw_scale")?.status).toBe("ok");
    expect(find(ratios, "raw_scale")?.status).toBe("ok");
  });
  test("names the few of the other scale", () => {
    const mixed = Object.fromEntries(
      (["out", "ciLb", "ciUb"] as const).map((name) => [name, [...ratios[name], log[name][0]!]]),
    );
    expect(find(mixed, "raw_scale")).toMatchObject({
      status: "warning",
      value: "log ratios among ratios: row 5",
    });
  });
});

test("groups that were swapped show in the sign of the effect", () => {
  const n = 40;
  const rows = Array.from({ length: n }, (_, i) => i);
  const groups = {
    m1i: rows.map((i) => 10 + (i % 5)),
    m2i: rows.map((i) => 8 + (i % 5)),
    sd1i: rows.map(() => 3),
    sd2i: rows.map(() => 3),
    n1i: rows.map((i) => 60 + i),
    n2i: rows.map((i) => 60 + i),
  };
  const swapped = {
    ...groups,
    m1i: groups.m1i.map((m, i) => (i === 7 ? groups.m2i[7]! : m)),
    m2i: groups.m2i.map((m, i) => (i === 7 ? groups.m1i[7]! : m)),
  };
  const { yi, vi } = escalc("SMD", swapped);
  const found = checkData({ yi, vi }, { effect: "yi", variance: "vi" }).find(
    ({ check }) => check === "outlying_sign",
  );
  expect(found).toMatchObject({ status: "note", value: "row 8" });
});
