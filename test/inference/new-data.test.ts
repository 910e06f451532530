import { describe, expect, test } from "vitest";
import {
  type DataInput,
  drm,
  drmFormula,
  type Fit,
  predict,
  predictionInterval,
  scaleIntervals,
} from "../../src/index";
import { DATA } from "../exported/calls";
import { messageOf } from "../message-of";

const fit = drm(drmFormula("yi ~ x + g + meta_V(V = vi)", "sigma ~ x"), { data: DATA, starts: 1 });
const withOffset = drm("yi ~ 1 + offset(x) + meta_V(V = vi)", { data: DATA, starts: 1 });
const nested = drm("yi ~ x + (1 | study) + meta_V(V = vi)", { data: DATA, starts: 1 });
const studies = drm(drmFormula("yi ~ 1 + (1 | study) + meta_V(V = vi)", "sd(study) ~ 1"), {
  data: DATA,
  starts: 1,
});

const ASKED: readonly (readonly [string, (newdata: DataInput) => unknown])[] = [
  ["predict", (newdata) => predict(fit, newdata)],
  ["predict of one dpar", (newdata) => predict(fit, newdata, { dpar: "sigma", type: "link" })],
  ["predict of known groups", (newdata) => predict(nested, newdata, { dpar: "mu", groups: "known" })],
  ["predict with t tests", (newdata) => predict(fit, newdata, { dpar: "mu", test: "t" })],
  ["predictionInterval", (newdata) => predictionInterval(fit, newdata)],
  ["predictionInterval with groups", (newdata) => predictionInterval(nested, newdata)],
  ["scaleIntervals", (newdata) => scaleIntervals(fit, { newdata })],
  ["scaleIntervals, wald", (newdata) => scaleIntervals(fit, { newdata, method: "wald" })],
];

describe("new data that are not finite", () => {
  test.each(ASKED)("%s names the column and the row", (_, ask) => {
    for (const value of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const newdata = { x: [0, value, 1], g: ["a", "b", "a"], study: ["s0", "s1", "new"] };
      expect(messageOf(() => ask(newdata))).toBe(
        `bad_data: 'x' is ${value} in row 2 of the new data: a finite number is needed, or an empty cell for no answer in that row`,
      );
    }
  });

  test("offsets too, in a column and given", () => {
    const x = [0, Number.POSITIVE_INFINITY];
    expect(messageOf(() => predict(withOffset, { x }))).toContain("'x' is Infinity in row 2 of the new data");
    expect(messageOf(() => predict(withOffset, { x: [0, 1] }, { dpar: "mu", offset: x }))).toContain(
      "'offset' is Infinity in row 2",
    );
  });

  test("a missing cell is still no answer in its row", () => {
    const { estimate } = predict(fit, { x: [0, null], g: ["a", "a"] }, { dpar: "mu" });
    expect(estimate[0]).toBeCloseTo(fit.coefficients[0]!.estimate, 12);
    expect(estimate[1]).toBeNaN();
  });
});

describe("new data without rows", () => {
  const EMPTY: readonly (readonly [string, DataInput])[] = [
    ["no row objects", []],
    ["empty columns", { x: [], g: [], study: [] }],
    ["empty columns in memory", { x: new Float64Array(0), g: { levels: ["a", "b"], codes: [] }, study: [] }],
    [
      "a table",
      {
        nrow: 0,
        names: ["x", "g", "study"],
        column: () => ({ kind: "numeric", values: new Float64Array(0) }),
      } as DataInput,
    ],
  ];

  test.each(ASKED)("%s gives an answer without rows", (_, ask) => {
    for (const [, newdata] of EMPTY) {
      const answer = ask(newdata) as Record<string, unknown>;
      const parts = "mu" in answer ? Object.values(answer) : [answer];
      for (const part of parts as Record<string, { length: number }>[]) {
        expect((part.estimate ?? part.intervals)!.length).toBe(0);
      }
      expect(String(answer)).toBeTypeOf("string");
    }
  });

  test("a column that the formula needs must be there, if there are columns", () => {
    expect(messageOf(() => predict(fit, { g: [] }))).toContain("needs column 'x', not in the new data");
  });

  test("an SD of random intercepts without moderators", () => {
    expect(predict(studies, [], { dpar: "sd(study)" }).estimate.length).toBe(0);
  });

  test("data to fit still need rows", () => {
    for (const data of [[], { yi: [] }] as DataInput[]) {
      expect(messageOf(() => drm("yi ~ 1", { data }))).toContain("no_rows: data has no rows");
    }
    const update = (data: DataInput): Fit => drm("yi ~ 1", { data });
    expect(messageOf(() => update({ nrow: 0, names: [], column: () => undefined } as DataInput))).toContain(
      "no_rows",
    );
  });
});
