import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type MantelHaenszel, mantelHaenszel, type PooledTables, peto } from "../../src/bias/index";
import { parseCsv } from "../../src/index";

// metafor's rma.mh() and rma.peto() (3.8 and 5.2 agree): estimate, SE, limits, Q; test of no effect; Tarone's test

const bcg = {
  data: parseCsv(readFileSync(new URL("../../examples/bcg.csv", import.meta.url), "utf8")),
  ai: "tpos",
  bi: "tneg",
  ci: "cpos",
  di: "cneg",
};
/** Nielweise et al. 2008: catheters, infections in days at risk. */
const rates = {
  x1i: [7, 8, 3, 6, 1, 1, 17, 3, 2],
  t1i: [1344, 1600, 12012, 1536, 370, 729, 6760, 1107, 320],
  x2i: [11, 8, 14, 10, 1, 8, 15, 7, 3],
  t2i: [1988, 1461, 10962, 1503, 483, 913, 6840, 1015, 440],
};
/** Two tables without an event in a group, one of them without any. */
const sparse = { ai: [0, 3, 5, 0], bi: [20, 17, 25, 10], ci: [2, 0, 4, 0], di: [18, 20, 26, 12] };
const uneven = { ai: [8, 3, 5, 2], bi: [2, 17, 25, 10], ci: [2, 1, 4, 6], di: [18, 20, 26, 12] };

function expectNumbers(pooled: PooledTables, wanted: readonly number[]): void {
  const { estimate, stdError, pValue, lower, upper, Q } = pooled;
  [estimate, stdError, pValue, lower, upper, Q.statistic, Q.pValue].forEach((value, i) => {
    expect(Math.abs(value / wanted[i]! - 1)).toBeLessThan(1e-10);
  });
}

function expectTest(found: MantelHaenszel["noEffect"], statistic: number, df: number, pValue: number): void {
  expect(found!.df).toBe(df);
  expect(Math.abs(found!.statistic / statistic - 1)).toBeLessThan(1e-10);
  expect(Math.abs(found!.pValue / pValue - 1)).toBeLessThan(1e-9);
}

describe("Mantel and Haenszel", () => {
  test("odds ratio of the BCG trials", () => {
    const found = mantelHaenszel("OR", bcg);
    expectNumbers(
      found,
      [
        -0.473410988388585, 0.0410077784042314, 7.87716732544439e-31, -0.553784757146878, -0.393037219630292,
        163.942579569193, 8.24945255100163e-29,
      ],
    );
    expectTest(found.noEffect, 135.688943723906, 1, 2.33369633183248e-31);
    expectTest(found.homogeneity, 171.756672993871, 12, 2.08678239453652e-30);
  });

  test("risk ratio and risk difference", () => {
    expectNumbers(
      mantelHaenszel("RR", bcg),
      [
        -0.453709604683754, 0.0393373668712944, 8.91137967074168e-31, -0.53080942699813, -0.376609782369378,
        152.567553586657, 1.70758753151519e-26,
      ],
    );
    const difference = mantelHaenszel("RD", bcg);
    expectNumbers(
      difference,
      [
        -0.003288181832613, 0.000286656748527374, 1.84944534582781e-30, -0.00385001873565201,
        -0.00272634492957399, 386.77594183656, 2.3820625650551e-75,
      ],
    );
    expect([difference.noEffect, difference.homogeneity]).toEqual([null, null]);
  });

  test("rates", () => {
    const found = mantelHaenszel("IRR", rates);
    expectNumbers(
      found,
      [
        -0.415175233492276, 0.183439208490538, 0.0236181181205609, -0.774709475486265, -0.0556409914982867,
        9.86520244646222, 0.274614747340067,
      ],
    );
    expectTest(found.noEffect, 4.79504816866299, 1, 0.0285416585078854);
    expectNumbers(
      mantelHaenszel("IRD", rates),
      [
        -0.000992500060138465, 0.000435568699265958, 0.0226890478861487, -0.0018461990234927,
        -0.000138801096784229, 7.95318827783582, 0.438056174749976,
      ],
    );
  });

  test("tables with zeros: nothing is added to what is pooled", () => {
    const found = mantelHaenszel("OR", sparse);
    expectNumbers(
      found,
      [
        0.318453731118534, 0.567641788818638, 0.574789505748622, -0.794103731085887, 1.43101119332296,
        2.98658340012741, 0.224632016005196,
      ],
    );
    expectTest(found.noEffect, 0.0795258173774798, 1, 0.777941039515899);
    expectTest(found.homogeneity, 5.2633897544377, 2, 0.0719564015632963);
    expect([found.studies, found.Q.df]).toEqual([4, 2]);
    expectNumbers(
      mantelHaenszel("RD", sparse),
      [
        0.0247191011235955, 0.0439446653742945, 0.573771887491014, -0.061410860322686, 0.110849062569877,
        4.17511207683733, 0.123989792115034,
      ],
    );
  });

  test("without the correction for continuity, and at another level", () => {
    const plain = mantelHaenszel("OR", uneven, { correct: false });
    expectTest(plain.noEffect, 4.29372363015829, 1, 0.0382532991672684);
    expectTest(plain.homogeneity, 12.3316375182788, 3, 0.00632930098323904);
    expectNumbers(
      mantelHaenszel("RD", uneven, { level: 0.9 }),
      [
        0.128237641874194, 0.0650569364084443, 0.0487055580714774, 0.0212285040644136, 0.235246779683975,
        20.72305950706, 0.000120178671532699,
      ],
    );
  });

  test("a table without a number is left out", () => {
    const { estimate, studies } = mantelHaenszel("OR", { ...uneven, ai: [8, Number.NaN, 5, 2] });
    expect(studies).toBe(3);
    const rest = Object.fromEntries(Object.entries(uneven).map(([name, [x, , ...xs]]) => [name, [x, ...xs]]));
    expect(estimate).toBeCloseTo(mantelHaenszel("OR", rest).estimate, 14);
  });

  test("bad input", () => {
    expect(() => mantelHaenszel("SMD" as "OR", uneven)).toThrow("wanted one of OR, RR, RD, IRR, IRD");
    expect(() => mantelHaenszel("OR", uneven, { corect: false } as object)).toThrow("did you mean 'correct'");
    expect(() => mantelHaenszel("OR", { ...uneven, ai: [-1, 3, 5, 2] })).toThrow("ai");
    expect(() => mantelHaenszel("OR", { ai: [Number.NaN], bi: [1], ci: [1], di: [1] })).toThrow("no study");
  });
});

test("Peto's odds ratio", () => {
  expectNumbers(
    peto(bcg),
    [
      -0.474446310940636, 0.0406590807446483, 1.83807338632167e-31, -0.554136644844653, -0.39475597703662,
      167.730167511489, 1.38975434718433e-29,
    ],
  );
  expectNumbers(
    peto(sparse),
    [
      0.318103269509919, 0.564006444564173, 0.572749746237978, -0.787329048884346, 1.42353558790418,
      5.0252307766105, 0.0810559689440172,
    ],
  );
});
