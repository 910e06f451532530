import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { coefficientTable, cumulative, drm, parseCsv } from "../../src/index";

const bcg = parseCsv(readFileSync(new URL("../../examples/bcg.csv", import.meta.url), "utf8"));
const year = bcg.column("year") as { values: Float64Array };
const fit = drm("yi ~ 1 + meta_V(V = vi)", { data: bcg, method: "REML" });

/** metafor's cumul() of the BCG trials by year, REML, from the second fit on. */
const METAFOR = {
  ids: [1, 2, 6, 3, 10, 9, 12, 5, 7, 11, 13, 4, 8],
  estimate: [
    -1.32500344224, -0.972079557781, -1.0010936956, -1.10142355006, -0.97346387614, -0.901251436421,
    -0.788565567147, -0.865607471697, -0.785210543787, -0.708206256583, -0.794767610948, -0.714532348365,
  ],
  se: [
    0.348988772287, 0.245462906968, 0.222282759766, 0.199663593803, 0.187655280974, 0.190739848479,
    0.196951328043, 0.19625328903, 0.180143412465, 0.178384888418, 0.179877712551, 0.17978153178,
  ],
  lower: [
    -2.00900886694, -1.45317801498, -1.43675989912, -1.49275700294, -1.34126146836, -1.27509466986,
    -1.17458307682, -1.25025685004, -1.13828514427, -1.05783421327, -1.14732144917, -1.06689767574,
  ],
  tau2: [
    0, 0.0872063416234, 0.0762600663932, 0.0857523854291, 0.104604144892, 0.12046269186, 0.178028085926,
    0.202335332494, 0.200546697625, 0.228093569783, 0.273183034116, 0.313243325981,
  ],
  knhaSe: [
    0.336820105221, 0.227561621125, 0.185629806567, 0.160915922044, 0.174460303321, 0.20511313842,
    0.205301514565, 0.203327925114, 0.187298391861, 0.18556999354, 0.182295109748, 0.180791745519,
  ],
  knhaLower: [
    -5.60470865844, -1.9511981881, -1.59185058766, -1.54819777417, -1.4219283629, -1.40314520565,
    -1.27402650738, -1.33448250781, -1.20890894251, -1.12168196895, -1.19599644226, -1.108443723,
  ],
};

describe("cumulative()", () => {
  test("has metafor's numbers, by an order that is no column of the fit", () => {
    const { rows } = cumulative(fit, { order: year.values });
    expect(rows.map(({ added }) => added)).toEqual(METAFOR.ids.map((id) => [id]));
    const [first, ...rest] = rows;
    expect([first!.status, first!.nobs]).toEqual(["not estimable", 1]);
    rest.forEach(({ estimates, stdErrors, lower, spreads, nobs }, i) => {
      expect(nobs).toBe(i + 2);
      // metafor's search for tau^2 stops when a step is below 1e-5
      expect(Math.abs(estimates[0]! - METAFOR.estimate[i]!)).toBeLessThan(1e-5);
      expect(Math.abs(stdErrors[0]! - METAFOR.se[i]!)).toBeLessThan(1e-5);
      expect(Math.abs(lower[0]! - METAFOR.lower[i]!)).toBeLessThan(2e-5);
      expect(spreads.sigma! ** 2).toBeCloseTo(METAFOR.tau2[i]!, 4);
    });
  });

  test("has the limits of the test asked for", () => {
    const { rows } = cumulative(fit, { order: year.values, test: "knha" });
    rows.slice(1).forEach(({ stdErrors, lower }, i) => {
      expect(stdErrors[0]).toBeCloseTo(METAFOR.knhaSe[i]!, 5);
      expect(lower[0]).toBeCloseTo(METAFOR.knhaLower[i]!, 4);
    });
  });

  test("ends with the fit of all rows, and is the fit of some rows before", () => {
    const { rows } = cumulative(fit, { test: "t" });
    const alone = (data: object) =>
      coefficientTable(
        drm("yi ~ 1 + meta_V(V = vi)", { data: data as typeof bcg, method: "REML" }),
        0.95,
        "wald",
        "t",
      );
    const columns = ["yi", "vi"].map((name) => [name, (bcg.column(name) as typeof year).values] as const);
    for (const n of [4, 9, 13]) {
      const own = alone(Object.fromEntries(columns.map(([name, values]) => [name, values.slice(0, n)])));
      rows[n - 1]!.estimates.forEach((estimate, j) => {
        expect(estimate).toBeCloseTo(own[j]!.estimate, 7);
        if (j === 0) expect(rows[n - 1]!.lower[j]).toBeCloseTo(own[j]!.lower, 7);
      });
    }
  });

  test("has the errors of the coefficient table, by each test, ML as REML", () => {
    for (const method of ["ML", "REML"] as const) {
      const own = drm("yi ~ ablat + meta_V(V = vi)", { data: bcg, method });
      for (const kind of ["z", "t", "knha", "adhoc"] as const) {
        const last = cumulative(own, { test: kind }).rows.at(-1)!;
        coefficientTable(own, 0.95, "wald", kind).forEach((row, j) => {
          expect(last.stdErrors[j]).toBeCloseTo(row.stdError, 7);
          expect(last.lower[j]).toBeCloseTo(row.lower, 7);
        });
      }
    }
    expect(() => cumulative(fit, { test: "kh" as "knha" })).toThrow('unknown test "kh"');
  });

  test("takes studies in whole", () => {
    const data = {
      yi: [0.1, 0.4, 0.3, 0.7, 0.2, 0.9, 0.5],
      vi: [0.02, 0.03, 0.04, 0.02, 0.05, 0.03, 0.02],
      study: ["b", "a", "b", "c", "a", "d", "c"],
    };
    const { rows, by } = cumulative(drm("yi ~ 1 + (1 | study) + meta_V(V = vi)", { data }), {
      by: "study",
      order: [2, 1, 2, 3, 1, 0, 3],
    });
    expect(by).toBe("study");
    expect(rows.map(({ label, nobs, added }) => [label, nobs, added])).toEqual([
      ["d", 1, [6]],
      ["a", 3, [2, 5]],
      ["b", 5, [1, 3]],
      ["c", 7, [4, 7]],
    ]);
  });

  test("bad input", () => {
    expect(() => cumulative(fit, { order: [1, 2] })).toThrow("order has 2 numbers: one a row is needed, 13");
    expect(() => cumulative(fit, { order: "yaer" })).toThrow('the fit has no column "yaer"');
    expect(() => cumulative(fit, { order: year.values.map((x, i) => (i === 3 ? Number.NaN : x)) })).toThrow(
      "order has no number for 4",
    );
    const tied = drm("yi ~ 1 + (1 | trial) + meta_V(V = vi)", { data: bcg, fixed: { sigma: 0 } });
    expect(() => cumulative(tied, { test: "knha" })).toThrow("independent rows");
  });
});
