import { describe, expect, it } from "vitest";
import { deparse } from "../../src/formula/deparse";
import { variablesOf } from "../../src/formula/expr";
import { tokenize } from "../../src/formula/lexer";
import { parseFormula } from "../../src/formula/parser";
import { errorOf } from "../frame/literal-table";

const right = (text: string) => parseFormula(`y ~ ${text}`).right;

describe("tokenize", () => {
  it("reads names, numbers, strings and operators with their positions", () => {
    const tokens = tokenize("a.b_1 ~ .5e-2L %in% `my var` + 'x y'");
    expect(tokens.map(({ kind, text, at }) => [kind, text, at])).toEqual([
      ["name", "a.b_1", 0],
      ["op", "~", 6],
      ["number", ".5e-2L", 8],
      ["op", "%in%", 15],
      ["name", "my var", 20],
      ["op", "+", 29],
      ["string", "x y", 31],
      ["end", "", 36],
    ]);
  });

  it("reads letters of any script", () => {
    expect(tokenize("größe ~ 年")[0]?.text).toBe("größe");
  });
});

describe("parseFormula", () => {
  it("builds a plain tree", () => {
    const parsed = parseFormula("sigma = ~ x");
    expect(parsed.name).toEqual({ type: "name", name: "sigma", at: 0 });
    expect(parsed.left).toBeNull();
    expect(JSON.parse(JSON.stringify(parsed))).toEqual(parsed);
  });

  it("binds as R does: ^ before unary minus before : before * before +", () => {
    expect(right("-a^b:c*d+e")).toMatchObject({
      op: "+",
      left: { op: "*", left: { op: ":", left: { type: "unary", arg: { op: "^" } } } },
    });
    expect(right("I(2^3^2)")).toMatchObject({
      args: [{ value: { left: { value: 2 }, right: { op: "^" } } }],
    });
    expect(right("I(2^-1)")).toMatchObject({ args: [{ value: { right: { type: "unary" } } }] });
  });

  it("keeps the names of arguments", () => {
    expect(right("ns(x, df = 3)")).toMatchObject({
      fn: "ns",
      args: [{ name: null }, { name: "df", value: { value: 3 } }],
    });
  });

  it("collects variables in order of appearance", () => {
    expect([...variablesOf(right("b + log(a, base = 2) * I(c / b)"))]).toEqual(["b", "a", "c"]);
  });
});

describe("syntax errors", () => {
  it("point at the place", () => {
    expect(errorOf(() => parseFormula("yi ~ x + (1 | )"))).toBe(
      [
        "bad_formula: unexpected ')' at character 15: yi ~ x + (1 | )",
        "  yi ~ x + (1 | )",
        `  ${" ".repeat(14)}^`,
      ].join("\n"),
    );
  });

  it.each([
    ["", "an empty formula"],
    ["   ", "an empty formula"],
    ["yi ~", "unexpected end of formula at character 5"],
    ["yi", "needs a '~'"],
    ["yi ~ x ~ z", "one '~' only"],
    ["yi ~ x y", "unexpected 'y' at character 8"],
    ["yi ~ x $ y", "unexpected '$' at character 8"],
    ["yi ~ `x", "is never closed"],
    ["yi ~ 'x", "is never closed"],
    ["yi ~ ``", "empty name"],
    ["yi ~ (x + z", "unexpected end of formula"],
    ["yi ~ log(x,", "unexpected end of formula"],
    ["yi ~ x %o% z", "unknown operator '%o%'"],
    ["yi ~ * x", "unexpected '*' at character 6"],
    ["yi = x", "needs a '~'"],
  ])("%j: %s", (text, message) => {
    expect(errorOf(() => parseFormula(text))).toContain(message);
  });
});

describe("deparse", () => {
  it.each([
    ["I(x^2+1)", "I(x^2 + 1)"],
    ["poly( x,2,raw=TRUE )", "poly(x, 2, raw = TRUE)"],
    ["I(a/b*c%%2)", "I(a/b * c%%2)"],
    ["relevel(h,ref='b')", 'relevel(h, ref = "b")'],
    ["`my var`", "`my var`"],
    [
      "I(x/100000 + 123456 + 1e-5 + 0.10 + 1234567890123)",
      "I(x/1e+05 + 123456 + 1e-05 + 0.1 + 1234567890123)",
    ],
    ["I((a+b)*-2L)", "I((a + b) * -2L)"],
    ["I(!a & b==1 | x<=2)", "I(!a & b == 1 | x <= 2)"],
  ])("%s as R writes it", (text, expected) => {
    expect(deparse(right(text))).toBe(expected);
  });
});
