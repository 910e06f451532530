import { describe, expect, test } from "vitest";
import { drm, drmFormula, update } from "../../src/index";
import { messageOf } from "../message-of";

// Formulas that cannot be read or fitted. Each is refused before any matrix is filled: the matrices of most would not fit in any
// memory, so that a test that ends has shown it.

const LETTERS = [..."bcdefghijklmnopqrst"];
const rows = Array.from({ length: 200 }, (_, i) => i);
const data = {
  ...Object.fromEntries(LETTERS.map((name, k) => [name, rows.map((i) => Math.sin((i + 1) * (k + 2)))])),
  yi: rows.map((i) => Math.cos(i)),
  y2: rows.map((i) => Math.sin(i)),
  vi: rows.map(() => 0.1),
  x: rows.map((i) => i / 7),
  id: rows.map((i) => `study ${i}`),
  half: rows.map((i) => `study ${i >> 1}`),
};
const many = (count: number) => {
  const long = Array.from({ length: count }, (_, i) => i);
  return {
    yi: long.map((i) => Math.cos(i)),
    vi: long.map(() => 0.1),
    id: long.map((i) => `study ${i}`),
    half: long.map((i) => `study ${i >> 1}`),
  };
};

const fitting = (...formulas: string[]) => messageOf(() => drm(drmFormula(...formulas), { data, starts: 1 }));
const within = (open: string, inner: string, close: string, times: number) =>
  open.repeat(times) + inner + close.repeat(times);

describe("formulas that no function can walk through", () => {
  test.each([
    ["parentheses", within("(", "x", ")", 5000)],
    ["parentheses that are not closed", "(".repeat(100_000)],
    ["signs", `I(${"-".repeat(5000)}x)`],
    ["negations", `I(${"!".repeat(5000)}x)`],
    ["calls", within("log(", "x", ")", 5000)],
    ["powers", `I(x${"^1".repeat(100_000)})`],
    ["sums", `x${" + x".repeat(100_000)}`],
    ["differences", `x${" - x".repeat(5000)}`],
    ["interactions", `x${":x".repeat(100_000)}`],
    ["arithmetic", `I(x${" + x".repeat(100_000)})`],
    ["groupings", `x + (1 | half${"/half".repeat(5000)})`],
    ["grouping parentheses", `x + (1 | ${within("(", "half", ")", 5000)})`],
    ["variances", `x + meta_V(V = ${within("(", "vi", ")", 5000)})`],
    ["a chain of nested chains", within("(x + x + x + ", "x", ")", 900)],
  ])("%s", (_, right) => {
    const message = fitting(`yi ~ ${right}`);
    expect(message).toMatch(/^bad_formula: the formula has too many .* more than 1000 are not read$/);
  });

  test("what people write is far from that", () => {
    expect(drmFormula(`yi ~ ${within("(", "x", ")", 300)}`).dpars[0]!.terms).toHaveLength(1);
    const names = Array.from({ length: 900 }, (_, i) => `v${i}`);
    expect(drmFormula(`yi ~ ${names.join(" + ")}`).dpars[0]!.terms).toHaveLength(900);
  });

  test("a number beyond all numbers, and the surroundings of a place in a long formula", () => {
    expect(fitting("yi ~ ns(x, 1e999)")).toContain("1e999 is too large a number");
    const message = fitting(`yi ~ ${"x + ".repeat(400)}2`);
    expect(message.length).toBeLessThan(500);
    expect(message).toMatch(/\n {2}\.\.\..*x \+ 2\n +\^$/);
  });
});

describe("expansions of a formula", () => {
  const sum = `(${LETTERS.join(" + ")})`;
  test.each([
    ["products of 19", LETTERS.join(" * ")],
    ["a power of 19", `${sum}^19`],
    ["a power beyond all", `${sum}^1000000000`],
    ["products of sums", Array(6).fill(sum).join(":")],
    ["what is taken away", `b - ${sum}^8`],
  ])("%s", (_, right) => {
    const expected = /^bad_formula: the formula stands for more than 5000 terms/;
    expect(fitting(`yi ~ ${right}`)).toMatch(expected);
    expect(fitting("yi ~ 1 + meta_V(V = vi)", `sigma ~ ${right}`)).toMatch(expected);
  });

  test("of a dot and of update()", () => {
    expect(fitting("yi ~ .^8")).toMatch(/more than 5000 terms/);
    const fit = drm("yi ~ x + meta_V(V = vi)", { data, starts: 1 });
    expect(messageOf(() => update(fit, { formula: `~ ${sum}^15`, data }))).toMatch(/more than 5000 terms/);
  });
});

describe("more columns than can be fitted", () => {
  test.each([
    [LETTERS.slice(0, 12).join(" * "), "mu has at least 4095 columns but only 200 rows"],
    [`(${LETTERS.slice(0, 12).join(" + ")})^12`, "mu has at least 4095 columns but only 200 rows"],
    ["ns(b, 190):ns(c, 190):ns(d, 190):ns(e, 190)", "mu has at least 1303210001 columns but only 200 rows"],
    ["id * half * factor(x)", "mu has at least 4000000 columns but only 200 rows"],
    [". * .", "mu has at least 26809 columns but only 200 rows"],
    [
      LETTERS.slice(0, 8).join(" * "),
      "mu has 256 columns ('(Intercept)', 'b', 'c', 'd', 'e', 'f', ...) but only 200 rows",
    ],
  ])("%s", (right, expected) => {
    const message = fitting(`yi ~ ${right}`);
    expect(message).toContain("aliased_design: ");
    expect(message).toContain(expected);
  });

  test.each([
    ["ns(x, 1e8)", "ns(x, 1e+08) asks for 100000000 columns, but there are only 200 rows"],
    ["ns(x, 10000)", "ns(x, 10000) asks for 10000 columns, but there are only 200 rows"],
    ["poly(x, 1e6)", "poly(x, 1e+06) asks for 1000000 columns, but there are only 200 rows"],
    ["poly(x, 1e9, raw = TRUE)", "asks for 1000000000 columns, but there are only 200 rows"],
    [
      `ns(x, knots = c(${rows.map((i) => i / 8).join(", ")}, 1))`,
      "asks for 201 columns, but there are only 200 rows",
    ],
  ])("%s", (right, expected) => {
    expect(fitting(`yi ~ ${right}`)).toContain(`bad_term: `);
    expect(fitting(`yi ~ ${right}`)).toContain(expected);
  });

  test("a factor with thousands of levels is an identifier", () => {
    const expected =
      "too_large: the formula of mu has at least 10000 columns, more than the 1000 that can be fitted: 'half' alone has " +
      "10000 levels: use a random intercept, (1 | half), or fewer levels";
    const large = many(20_000);
    expect(messageOf(() => drm("yi ~ half", { data: large, starts: 1 }))).toBe(expected);
    expect(messageOf(() => drm("yi ~ half", { data: large, ordered: ["half"], starts: 1 }))).toBe(expected);
    const sigma = () => drm(drmFormula("yi ~ 1 + meta_V(V = vi)", "sigma ~ half"), { data: large });
    expect(messageOf(sigma)).toContain("the formula of sigma has at least 10000 columns");
    expect(messageOf(() => drm("yi ~ id", { data: large }))).toContain("mu has at least 20000 columns");
    // a random intercept for each is fitted
    const fit = drm("yi ~ 1 + (1 | half) + meta_V(V = vi)", { data: many(2400), starts: 1 });
    expect(fit.random?.[0]?.levels).toHaveLength(1200);
  });
});
