import { describe, expect, test } from "vitest";
import {
  convDelta,
  type EscalcColumns,
  type EscalcOptions,
  escalc,
  harmonicMean,
  transforms,
} from "../../src/escalc/index";
import { drm, type NumericColumn, summary } from "../../src/index";

// Published examples, to the digits that are printed there; the docstrings of the measures name them.

type Example = readonly [
  measure: string,
  columns: EscalcColumns,
  options: EscalcOptions,
  yi: string,
  vi: string,
];

/** Borenstein, Hedges, Higgins & Rothstein (2009), Introduction to Meta-Analysis, chapters 4 to 7. */
const TABLE = { ai: 5, bi: 95, ci: 10, di: 90 };
const GROUPS = { m1i: 103, sd1i: 5.5, n1i: 50, m2i: 100, sd2i: 4.5, n2i: 50 };
const BORENSTEIN: readonly Example[] = [
  ["RR", TABLE, {}, "-0.6931", "0.2800"],
  ["OR", TABLE, {}, "-0.7472", "0.3216"],
  ["RD", TABLE, {}, "-0.0500", "0.001375"],
  ["MD", GROUPS, {}, "3.0000", "1.0100"],
  ["SMD", GROUPS, { vtype: "LS2" }, "0.5924", "0.0411"],
  ["SMD", GROUPS, { correct: false }, "0.5970", "0.0418"],
  ["MC", { m1i: 103, m2i: 100, sd1i: 5.5, sd2i: 0, ri: 0, ni: 50 }, {}, "3.0000", "0.6050"],
  ["COR", { ri: 0.5, ni: 100 }, {}, "0.5000", "0.0057"],
  ["ZCOR", { ri: 0.5, ni: 100 }, {}, "0.5493", "0.0103"],
];

/** Viechtbauer (2010), J. Stat. Software 36(3), section 4: the first and the last BCG trial. */
const BCG = { ai: [4, 29], bi: [119, 7470], ci: [11, 45], di: [128, 7232] };

/** To as many digits as the example has. */
const rounded = (x: number, like: string) => x.toFixed(like.length - like.indexOf(".") - 1);

describe("Borenstein et al. (2009)", () => {
  test.each(BORENSTEIN.map((example) => [example[0], JSON.stringify(example[2]), example] as const))(
    "%s %s",
    (_, __, [measure, columns, options, y, v]) => {
      const { yi, vi } = escalc(measure, columns, options);
      expect([rounded(yi[0]!, y), rounded(vi[0]!, v)]).toEqual([y, v]);
    },
  );
});

test("Borenstein et al. (2009): response ratio 1.2058, variance 0.0246", () => {
  const groups = { m1i: 61.515, sd1i: 19.475, n1i: 10, m2i: 51.015, sd2i: 19.475, n2i: 10 };
  const { yi, vi } = escalc("ROM", groups, { correct: false, vtype: "HO" });
  expect([Math.exp(yi[0]!).toFixed(4), vi[0]!.toFixed(4)]).toEqual(["1.2058", "0.0246"]);
});

test("Borenstein et al. (2009), chapter 7: d and log odds ratio into each other", () => {
  const converted = (yi: number, vi: number, transf: string) => {
    const { data } = convDelta({ yi, vi }, { transf });
    return ["yi", "vi"].map((name) => (data.column(name) as NumericColumn).values[0]!);
  };
  const d = converted(0.9069, 0.0676, "lnor-to-d");
  expect([d[0]!.toFixed(4), d[1]!.toFixed(4)]).toEqual(["0.5000", "0.0205"]);
  expect(converted(0.5, 0.0205, "d-to-lnor")[0]!.toFixed(4)).toBe("0.9069");
});

test("Viechtbauer (2010): log risk ratios of BCG trials", () => {
  const { yi, vi } = escalc("RR", BCG);
  expect(Array.from(yi, (y) => y.toFixed(4))).toEqual(["-0.8893", "-0.4694"]);
  expect(Array.from(vi, (v) => v.toFixed(4))).toEqual(["0.3256", "0.0564"]);
});

test("Miller (1978): four proportions, which are pooled and taken back; his values are sums, ours are means", () => {
  const ni = [11, 17, 21, 6];
  const { data, yi } = escalc("PFT", { xi: [3, 6, 10, 1], ni });
  expect(Array.from(yi, (y) => (2 * y).toFixed(4))).toEqual(["1.1391", "1.2888", "1.5253", "0.9515"]);
  expect(harmonicMean(ni).toFixed(4)).toBe("10.9885");
  expect(Array.from(yi, (y, i) => transforms.ipft!.of(y, ni[i]).toFixed(4))).toEqual([
    "0.2727",
    "0.3529",
    "0.4762",
    "0.1667",
  ]);
  // metafor's equal-effects model of them
  const fit = drm("yi ~ 1 + meta_V(V = vi)", { data, fixed: { sigma: 0 } });
  const { rows } = summary(fit, { transform: "ipft", sampleSize: harmonicMean(ni) }).backTransformed!;
  const [mean] = rows;
  expect([mean!.estimate, mean!.lower, mean!.upper].map((p) => p.toFixed(4))).toEqual([
    "0.3595",
    "0.2297",
    "0.4990",
  ]);
});

test("McGraw & Wong (1992): of a man and a woman the man is the taller one in 92 of 100 pairs", () => {
  const heights = { m1i: 69.7, sd1i: 2.8, n1i: 100, m2i: 64.3, sd2i: 2.6, n2i: 100 };
  expect(escalc("CLESN", heights).yi[0]!.toFixed(2)).toBe("0.92");
});

test("Rothman, Greenland & Lash (2008): breast cancer and fluoroscopy, 41 in 28,010 and 15 in 19,017 person-years", () => {
  const cases = { x1i: 41, t1i: 28010, x2i: 15, t2i: 19017 };
  expect(Math.exp(escalc("IRR", cases).yi[0]!).toFixed(2)).toBe("1.86");
  expect((1e4 * escalc("IRD", cases).yi[0]!).toFixed(1)).toBe("6.7");
});

test("Agresti (2002), section 10.1: approval of a prime minister, twice", () => {
  const ratings = { ai: 794, bi: 150, ci: 86, di: 570 };
  const difference = escalc("MPRD", ratings);
  expect([difference.yi[0]!.toFixed(2), Math.sqrt(difference.vi[0]!).toFixed(4)]).toEqual(["0.04", "0.0095"]);
  expect(Math.exp(-escalc("MPORC", ratings).yi[0]!).toFixed(2)).toBe("0.57");
});

test("signed p-values: the examples of metafor's manual", () => {
  const first = (measure: string, columns: EscalcColumns) => escalc(measure, columns).yi[0]!.toFixed(4);
  expect(first("SMD", { pi: -0.018, n1i: 20, n2i: 20 })).toBe("-0.7664");
  expect(first("COR", { pi: -0.07, ni: 30 })).toBe("-0.3354");
  expect(first("SMCC", { pi: -0.018, ni: 50 })).toBe("-0.3408");
  expect(first("PCOR", { pi: -0.07, mi: 5, ni: 30 })).toBe("-0.3610");
});
