import { describe, expect, it } from "vitest";
import {
  besideCell,
  type Cut,
  cellsAround,
  cutNear,
  freeAtPredictors,
  neighboursOf,
  wayTo,
} from "../../src/fit/cuts";
import { isOn } from "../../src/fit/facets";
import { dot } from "../../src/linalg/vector";
import { randomFrom } from "./random-problem";

const NONE = new Float64Array(20);

function sidesOf(direction: Float64Array, rows: readonly Float64Array[]): string {
  return rows.map((row) => (isOn(row, direction) ? "0" : dot(row, direction) > 0 ? "+" : "-")).join("");
}

function randomRows(random: ReturnType<typeof randomFrom>, n: number, q: number): Float64Array[] {
  return Array.from({ length: n }, () =>
    Float64Array.from({ length: q }, (_, k) => (k === 0 ? 1 : random.normal())),
  );
}

/** Every cut that steps from one to its neighbours lead to. */
function reached(from: Cut, rows: readonly Float64Array[], which: "any" | "cells"): Set<string> {
  const seen = new Set<string>();
  const open = [from];
  for (let cut = open.pop(); cut !== undefined; cut = open.pop()) {
    for (const next of neighboursOf(cut, rows, which)) {
      const sides = sidesOf(wayTo(next, rows, NONE)!.direction, rows);
      if (seen.has(sides)) continue;
      seen.add(sides);
      open.push(next);
    }
  }
  return seen;
}

describe("cuts between correlations of +1 and -1", () => {
  it.each([
    [2, 8],
    [3, 7],
    [4, 6],
  ])("with %d coefficients and %d rows: every way to part the rows is met by steps from any", (q, n) => {
    const random = randomFrom(10 * q + n);
    const rows = randomRows(random, n, q);
    const all = new Set<string>();
    for (let trial = 0; trial < 2000; trial++) {
      all.add(
        sidesOf(
          Float64Array.from({ length: q }, () => random.normal()),
          rows,
        ),
      );
    }
    const from = cutNear(
      rows,
      Float64Array.from({ length: q }, () => random.normal()),
    )!;
    const cells = reached({ ...from, sides: from.sides.map((side) => side || 1) }, rows, "cells");
    expect([...all].filter((sides) => !cells.has(sides))).toEqual([]);
    // n rows in general position are parted by planes through the origin in 2 sum C(n - 1, k) ways, k < q (Cover 1965)
    let ways = 0;
    for (let k = 0, choose = 1; k < q; choose = (choose * (n - 1 - k)) / (k + 1), k++) ways += 2 * choose;
    expect(cells.size).toBe(ways);
    const some = reached(from, rows, "any");
    for (const sides of cells) expect(some.has(sides)).toBe(true);
    expect([...some].some((sides) => sides.includes("0"))).toBe(true);
  });

  it("a row on the plane goes to its side or keeps its predictor; the others stay on theirs", () => {
    const random = randomFrom(3);
    const rows = randomRows(random, 9, 3);
    const predictors = rows.map(() => random.normal());
    for (const cut of neighboursOf([...cellsAround([2, 5], rows, 3)][0]!, rows, "any")) {
      const { direction, base } = wayTo(cut, rows, predictors)!;
      rows.forEach((row, i) => {
        const k = cut.on.indexOf(i);
        if (k < 0) expect(Math.sign(dot(row, direction))).toBe(Math.sign(dot(row, cut.normal)));
        else if (cut.sides[k] !== 0) expect(Math.sign(dot(row, direction))).toBe(cut.sides[k]);
        else {
          expect(isOn(row, direction)).toBe(true);
          expect(Math.abs(dot(row, base) - predictors[i]!)).toBeLessThan(1e-9);
        }
      });
    }
  });

  it("the cut near a direction has the rows on its sides", () => {
    const random = randomFrom(5);
    for (let trial = 0; trial < 20; trial++) {
      const rows = randomRows(random, 12, 2);
      const direction = Float64Array.of(random.normal(), random.normal());
      expect(sidesOf(wayTo(cutNear(rows, direction)!, rows, NONE)!.direction, rows)).toBe(
        sidesOf(direction, rows),
      );
    }
  });

  it("beside a cell are those in which one row has changed, each row that can alone: random rows and two groups with slopes", () => {
    const random = randomFrom(6);
    const grouped = Array.from({ length: 14 }, (_, i) => {
      const z = random.normal();
      return Float64Array.of(1, z, i % 2, (i % 2) * z);
    });
    for (const rows of [randomRows(random, 9, 3), randomRows(random, 8, 4), grouped]) {
      const q = rows[0]!.length;
      const at = Float64Array.from({ length: q }, () => random.normal());
      const here = sidesOf(at, rows);
      const beside = new Set([...besideCell(rows, at)].map((direction) => sidesOf(direction, rows)));
      const unlike = (sides: string) => [...sides].filter((side, i) => side !== here[i]).length;
      for (const sides of beside) expect(unlike(sides)).toBe(1);
      for (let trial = 0; trial < 20_000; trial++) {
        const other = sidesOf(
          at.map((part) => part + random.normal() * (trial % 3 === 0 ? 2 : 0.3)),
          rows,
        );
        if (unlike(other) === 1) expect(beside).toContain(other);
      }
      // from a cut through a row back to either side of it
      const through = [...besideCell(rows, at)].find((direction) => sidesOf(direction, rows).includes("0"))!;
      const row = sidesOf(through, rows).indexOf("0");
      const back = new Set([...besideCell(rows, through)].map((direction) => sidesOf(direction, rows)));
      for (const side of "+-") {
        expect(back).toContain([...here].map((own, i) => (i === row ? side : own)).join(""));
      }
    }
  });

  it("rows that stay free keep their predictors", () => {
    const rows = randomRows(randomFrom(7), 2, 4);
    const base = freeAtPredictors(rows, [0.3, -0.7], 4)!;
    expect(dot(rows[0]!, base)).toBeCloseTo(0.3, 12);
    expect(dot(rows[1]!, base)).toBeCloseTo(-0.7, 12);
    expect([...freeAtPredictors([], [], 3)!]).toEqual([0, 0, 0]);
  });
});
