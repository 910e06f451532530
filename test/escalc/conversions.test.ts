import { describe, expect, test } from "vitest";
import {
  conv2x2,
  convDelta,
  convFivenum,
  convWald,
  escalc,
  harmonicMean,
  transforms,
} from "../../src/escalc/index";
import { randomFrom } from "../fit/random-problem";

const numbers = (table: { column(name: string): unknown }, name: string) =>
  Array.from((table.column(name) as { values: Float64Array }).values);
const said = ({ decisions }: { decisions: readonly { message: string }[] }) =>
  decisions.map(({ message }) => message);

describe("convWald", () => {
  test("odds ratios with intervals, and with p-values: metafor's documented example", () => {
    const fromInterval = convWald({ out: 0.64, ciLb: 0.33, ciUb: 1.22 }, { transf: "log" });
    expect(numbers(fromInterval.data, "yi")[0]!.toFixed(4)).toBe("-0.4463");
    expect(numbers(fromInterval.data, "vi")[0]!.toFixed(4)).toBe("0.1113");
    const fromTest = convWald({ out: 0.64, pval: 0.17 }, { transf: "log" });
    expect(numbers(fromTest.data, "vi")[0]!.toFixed(4)).toBe("0.1058");
  });
  test("gives back what intervals were made of", () => {
    const { data } = convWald(
      {
        out: [0.3, -1],
        ciLb: [0.3 - 1.6448536269514722 * 0.2, null],
        ciUb: [0.3 + 1.6448536269514722 * 0.2, null],
        zval: [null, -2.5],
      },
      { level: 0.9 },
    );
    expect(numbers(data, "vi")[0]).toBeCloseTo(0.04, 14);
    expect(numbers(data, "vi")[1]).toBeCloseTo(0.16, 14);
  });
  test("fills missing cells, and leaves the others", () => {
    const data = { yi: [0.1, null], vi: [0.02, null], or: [3, 2], lo: [2, 1], hi: [4.5, 4] };
    const filled = convWald({ data, out: "or", ciLb: "lo", ciUb: "hi" }, { transf: "log" });
    expect(numbers(filled.data, "yi")).toEqual([0.1, Math.log(2)]);
    expect(said(filled)).toContain("column 'yi' was in the data: its missing cells were replaced");
  });
  test("notes intervals that were made on another scale, and what tells nothing", () => {
    expect(said(convWald({ out: 2, ciLb: 1, ciUb: 4 }))[0]).toContain("not in the middle of its interval");
    expect(said(convWald({ out: 2, ciLb: 1, ciUb: 4 }, { transf: "log" }))).toEqual([]);
    expect(said(convWald({ out: [1, 2], pval: [0.2, null] }))).toEqual([
      "row 2: neither an interval nor a test tells the variance",
    ]);
    expect(said(convWald({ out: 0, ciLb: 0.5, ciUb: 2 }, { transf: "log" }))[0]).toContain("row 1");
    expect(() => convWald({ out: 1, ciLb: 2, ciUb: 1 })).toThrow("row 1: ciLb is above ciUb");
    expect(() => convWald({ out: 1, pval: 1.2 })).toThrow("pval is 1.2");
    expect(() => convWald({ out: 1, pval: 0.2 }, { transf: "logg" })).toThrow("did you mean 'log'?");
  });
});

describe("conv2x2", () => {
  // metafor's documented example: 36, 86, 20, 98 of 240
  const margins = { ni: 240, n1i: 122, n2i: 56 };
  const cells = (given: object, options = {}) => {
    const { data } = conv2x2(given, options);
    return ["ai", "bi", "ci", "di"].map((name) => numbers(data, name)[0]);
  };
  test("from the odds ratio, phi and chi-squared, rounded to two digits", () => {
    expect(cells({ ...margins, ori: 2.05 })).toEqual([36, 86, 20, 98]);
    expect(cells({ ...margins, ri: 0.15 })).toEqual([36, 86, 20, 98]);
    expect(cells({ ...margins, x2i: 4.61 })).toEqual([36, 86, 20, 98]);
    expect(cells({ ...margins, ori: 1 })).toEqual([28, 94, 28, 90]);
  });
  test("with and without Yates' correction", () => {
    // 28, 14, 12, 18: chi-squared 3.62 with, 4.63 without the correction
    const table = { ni: 72, n1i: 42, n2i: 40 };
    const product = 42 * 30 * 40 * 32;
    const difference = 28 * 18 - 14 * 12;
    const plain = (72 * difference ** 2) / product;
    const corrected = (72 * (difference - 36) ** 2) / product;
    expect(cells({ ...table, x2i: corrected })).toEqual([28, 14, 12, 18]);
    expect(cells({ ...table, x2i: plain }, { correct: false })).toEqual([28, 14, 12, 18]);
  });
  test("says where the margins do not allow it", () => {
    expect(said(conv2x2({ ri: 0.9, ni: 400, n1i: 200, n2i: 50 }))[0]).toContain(
      "the margins do not allow it",
    );
    expect(said(conv2x2({ ri: [0.1, null], ni: 100, n1i: 40, n2i: 50 }))[0]).toContain(
      "row 2: a margin, or all of",
    );
    expect(() => conv2x2({ ori: -1, ni: 100, n1i: 40, n2i: 50 })).toThrow("ori is -1");
  });
});

describe("convFivenum", () => {
  const quantile = (sorted: readonly number[], p: number) => {
    const at = (sorted.length - 1) * p;
    const low = Math.floor(at);
    return sorted[low]! + (at - low) * ((sorted[low + 1] ?? sorted[low]!) - sorted[low]!);
  };
  /** Samples of n normal values of mean 10 and SD 2. */
  function samples(n: number, k: number) {
    const random = randomFrom(n);
    return Array.from({ length: k }, () => {
      const x = Array.from({ length: n }, () => 10 + 2 * random.normal()).sort((a, b) => a - b);
      return {
        min: x[0]!,
        q1: quantile(x, 0.25),
        median: quantile(x, 0.5),
        q3: quantile(x, 0.75),
        max: x[n - 1]!,
      };
    });
  }
  const KINDS = {
    range: ["min", "median", "max"],
    quartiles: ["q1", "median", "q3"],
    both: ["min", "q1", "median", "q3", "max"],
  } as const;

  test.each(Object.keys(KINDS) as (keyof typeof KINDS)[])("of normal samples: %s", (kind) => {
    const n = 101;
    const drawn = samples(n, 3000);
    const columns = Object.fromEntries(KINDS[kind].map((name) => [name, drawn.map((one) => one[name])]));
    const all = convFivenum({ ...columns, n }, { test: false });
    const average = (name: string) => numbers(all.data, name).reduce((sum, x) => sum + x, 0) / drawn.length;
    // the bias is below 1 %, the error of 3000 draws below 0.3 %
    expect(Math.abs(average("mean") / 10 - 1)).toBeLessThan(0.005);
    expect(Math.abs(average("sd") / 2 - 1)).toBeLessThan(0.015);
    // the test of skewness has its level
    const left = convFivenum({ ...columns, n }).decisions.filter(({ message }) => message.includes("skewed"));
    expect(left.length / drawn.length).toBeGreaterThan(0.03);
    expect(left.length / drawn.length).toBeLessThan(0.075);
  });

  test("leaves out what is skewed, too small, incomplete or out of order", () => {
    expect(said(convFivenum({ min: 0, median: 1, max: 20, n: 50 }))[0]).toContain(
      "row 1: the numbers are skewed (0.900 above",
    );
    expect(said(convFivenum({ min: 0, median: 1, max: 2, n: 4 }))[0]).toContain("n is 4: wanted 5 or more");
    expect(said(convFivenum({ min: 0, median: 1, n: 40 }))[0]).toContain(
      "neither range nor quartiles are complete",
    );
    expect(() => convFivenum({ q1: 3, median: 2, q3: 4, n: 40 })).toThrow("not in order: 3, 2, 4");
  });
  test("the SD does not need the median", () => {
    const { data } = convFivenum({ q1: -0.6744897501960817, q3: 0.6744897501960817, n: 1e9 });
    expect(numbers(data, "sd")[0]).toBeCloseTo(1, 6);
    expect(numbers(data, "mean")[0]).toBeNaN();
  });
});

describe("convDelta and transforms", () => {
  test("agree with the measures that are on the other scale", () => {
    const shares = { xi: [5, 12], ni: [40, 80] };
    const p = escalc("PR", shares);
    const { data } = convDelta({ yi: p.yi, vi: p.vi }, { transf: "logit" });
    const logit = escalc("PLO", shares);
    for (const [i, y] of logit.yi.entries()) {
      expect(numbers(data, "yi")[i]).toBeCloseTo(y, 13);
      expect(numbers(data, "vi")[i]).toBeCloseTo(logit.vi[i]!, 13);
    }
  });
  test("slopes are those of the functions", () => {
    for (const [name, { of, slope }] of Object.entries(transforms)) {
      if (slope === undefined) continue;
      for (const x of [0.2, 0.55, 0.8]) {
        const h = 1e-5;
        expect(slope(x) / ((of(x + h) - of(x - h)) / (2 * h)), `${name} at ${x}`).toBeCloseTo(1, 7);
      }
    }
  });
  test("take back what the measures made", () => {
    const back = (measure: string, columns: object, name: string, n?: number) =>
      transforms[name]!.of(escalc(measure, columns, { to: "none" }).yi[0]!, n);
    for (const [x, n] of [
      [7, 30],
      [29, 30],
      [1, 500],
    ] as const) {
      expect(back("PFT", { xi: x, ni: n }, "ipft", n)).toBeCloseTo(x / n, 12);
      expect(back("PAS", { xi: x, ni: n }, "sin2")).toBeCloseTo(x / n, 12);
      expect(back("PRZ", { xi: x, ni: n }, "probability")).toBeCloseTo(x / n, 12);
      expect(back("PLO", { xi: x, ni: n }, "expit")).toBeCloseTo(x / n, 12);
      expect(back("IRFT", { xi: x, ti: n }, "iirft", n)).toBeCloseTo(x / n, 12);
      expect(back("IRS", { xi: x, ti: n }, "square")).toBeCloseTo(x / n, 12);
    }
    expect(back("PFT", { xi: 0, ni: 30 }, "ipft", 30)).toBe(0);
    expect(back("PFT", { xi: 30, ni: 30 }, "ipft", 30)).toBe(1);
    expect(back("IRFT", { xi: 0, ti: 30 }, "iirft", 30)).toBe(0);
    expect(back("ARAW", { ai: 0.7, mi: 8, ni: 90 }, "iahw")).toBeCloseTo(1 - 0.3 ** 3, 12);
    expect(back("AHW", { ai: 0.7, mi: 8, ni: 90 }, "iahw")).toBeCloseTo(0.7, 12);
    expect(back("ABT", { ai: 0.7, mi: 8, ni: 90 }, "iabt")).toBeCloseTo(0.7, 12);
    expect(back("ZR2F", { r2i: 0.3, mi: 2, ni: 90 }, "tanh2")).toBeCloseTo(0.3, 12);
    expect(back("ZR2", { r2i: 0.3, mi: 2, ni: 90 }, "tanh2")).toBeCloseTo(0.3, 12);
  });
  test("the harmonic mean", () => {
    expect(harmonicMean([3, 6])).toBeCloseTo(4, 14);
  });
});
