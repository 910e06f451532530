import { expect, test } from "vitest";
import { hedgesJ } from "../../src/escalc/small-sample";

test("J(m) by mpmath with 30 digits", () => {
  const values: readonly (readonly [number, number])[] = [
    [1.5, 0.3902762188691763],
    [2, 0.5641895835477563],
    [3, 0.7236012545582676],
    [10, 0.9227456080530871],
    [57.3, 0.9868439985471624],
    [1000, 0.9992497811797164],
    [10000000, 0.9999999249999978],
  ];
  for (const [m, j] of values) expect(Math.abs(hedgesJ(m) / j - 1), `m = ${m}`).toBeLessThan(1e-14);
});

test("there is none where d has no mean", () => {
  expect([hedgesJ(1), hedgesJ(0), hedgesJ(Number.NaN)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
});
