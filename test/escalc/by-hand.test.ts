import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { escalc, measures } from "../../src/escalc/index";
import { BY_HAND } from "./by-hand";

describe("the arithmetic of each formula", () => {
  test.each(BY_HAND.map((example) => [example.measure, example] as const))("%s", (_, example) => {
    const { yi, vi } = escalc(example.measure, example.columns, example.options);
    expect(Math.abs(yi[0]! / example.yi - 1)).toBeLessThan(1e-12);
    expect(Math.abs(vi[0]! / example.vi - 1)).toBeLessThan(1e-12);
  });

  test("of every measure, which its docstring has with the numbers", () => {
    expect(BY_HAND.map(({ measure }) => measure)).toEqual(Object.keys(measures));
    const folder = new URL("../../src/escalc/measures/", import.meta.url);
    const source = readdirSync(folder)
      .map((name) => readFileSync(new URL(name, folder), "utf8"))
      .join("");
    for (const { measure, yi, vi } of BY_HAND) {
      const end = source.indexOf(`  ${measure}: measure(`);
      const docstring = source.slice(source.lastIndexOf("/**", end), end).replace(/\s*\n\s*\* /g, " ");
      const [y, v] = [yi, vi].map((x) => String(Number(x.toPrecision(4))));
      expect(docstring, measure).toMatch(new RegExp(`By hand: .* gives? ${y} and ${v}\\.`));
    }
  });
});
