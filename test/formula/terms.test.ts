import { describe, expect, it } from "vitest";
import { substituteDot } from "../../src/formula/dot";
import { parseFormula } from "../../src/formula/parser";
import { expandTerms } from "../../src/formula/terms";
import fromR from "./fixtures/terms.json" with { type: "json" };

const expand = (text: string) => expandTerms(parseFormula(text).right, text);

describe("expandTerms", () => {
  it.each(fromR)("$formula has R's terms", ({ formula, labels, order, intercept }) => {
    const side = expand(formula);
    expect(side.terms.map((term) => term.label)).toEqual(labels);
    expect(side.terms.map((term) => term.order)).toEqual(order);
    expect(side.intercept).toBe(intercept);
  });

  it("takes the terms that are not moderators out", () => {
    const side = expand("~ x + offset(log(n)) + (1 | a/b) + meta_V(V = se^2)");
    expect(side.terms.map((term) => term.label)).toEqual(["x"]);
    expect(side.offsets).toMatchObject([{ fn: "log" }]);
    expect(side.random).toEqual([
      { group: ["a"], label: "a", slope: null, structure: null, block: null },
      { group: ["a", "b"], label: "a:b", slope: null, structure: null, block: null },
    ]);
    expect(side.knownV).toMatchObject({ fn: "meta_V", argument: { op: "^" } });
  });

  it("expands a dot in any place", () => {
    const right = substituteDot(parseFormula("~ .^2 - a").right, ["a", "b"]);
    expect(expandTerms(right, "").terms.map((term) => term.label)).toEqual(["b", "a:b"]);
    expect(expandTerms(substituteDot(parseFormula("~ .").right, []), "").terms).toEqual([]);
  });
});
