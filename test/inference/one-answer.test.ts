import { describe, expect, it } from "vitest";
import {
  coefficientTable,
  confint,
  type DrmOptions,
  drm,
  drmFormula,
  type Fit,
  gaussian,
  heterogeneity,
  linearCombination,
  marginalMeans,
  predict,
  predictionInterval,
  ranef,
  report,
  robust,
  scaleIntervals,
  summary,
  type TestStatistic,
  tidy,
  toJSON,
  waldTest,
} from "../../src/index";
import {
  bivariateRegions,
  caterpillarRows,
  forestRows,
  moderatorCurves,
  orchardGroups,
} from "../../src/plot/index";
import { createSession } from "../../web/worker/session";

/** One answer to one question: the interval of a mean is the same wherever a fit shows it. */

const LEVEL = 0.9;
const K = 24;
const rows = Array.from({ length: K }, (_, i) => ({
  yi:
    0.3 +
    0.25 * Math.sin(3 * i) +
    (i % 2) * 0.2 +
    0.02 * (i % 7) ** 1.5 +
    (i % 5 === 0 ? 0.35 : 0) +
    // studies differ, the later ones more
    0.09 * (1 + Math.floor(i / 3)) * (Math.floor(i / 3) % 2 === 0 ? 1 : -1),
  y2: 0.1 + 0.3 * Math.cos(2 * i) + 0.15 * Math.sin(3 * i) + (i % 3) * 0.1,
  vi: 0.02 + 0.012 * (i % 4),
  v2: 0.03 + 0.01 * (i % 3),
  r: 0.3,
  // 0 is within, so that the intercept is a mean in words too
  x: (i % 7) - 3,
  off: 0.1 * ((i % 3) - 1),
  g: i % 2 === 0 ? "a" : "b",
  study: `s${String(Math.floor(i / 3)).padStart(2, "0")}`,
  w: 1 + (i % 2),
}));
const V = "meta_V(V = vi)";
const BLOCK = "meta_V(V = meta_vcov_cluster(vi, study, rho = 0.5))";

interface Kind {
  readonly name: string;
  readonly formulas: readonly string[];
  readonly options?: Partial<DrmOptions>;
  /** refused by the Knapp-Hartung tests */
  readonly dependent?: boolean;
  /** robust() does not take it */
  readonly weighted?: boolean;
}

const KINDS: readonly Kind[] = [
  { name: "common effect", formulas: [`yi ~ 1 + ${V}`], options: { fixed: { sigma: 0 } } },
  { name: "random effects", formulas: [`yi ~ 1 + ${V}`] },
  { name: "factor, number and offset", formulas: [`yi ~ g + x + offset(off) + ${V}`] },
  { name: "without an intercept", formulas: [`yi ~ 0 + g + ${V}`] },
  { name: "location and scale", formulas: [`yi ~ g + x + ${V}`, "sigma ~ g"] },
  { name: "block V", formulas: [`yi ~ g + x + ${BLOCK}`], dependent: true },
  { name: "random intercepts", formulas: [`yi ~ g + x + (1 | study) + ${V}`], dependent: true },
  { name: "sd formula", formulas: [`yi ~ x + (1 | study) + ${V}`, "sd(study) ~ x"], dependent: true },
  {
    name: "two outcomes",
    formulas: [
      "mu1 = yi ~ g + x + meta_V(V = meta_vcov_bivariate(vi, v2, cor12 = r))",
      "mu2 = y2 ~ g",
      "sigma1 = ~ 1",
    ],
    options: { family: [gaussian(), gaussian()] },
    dependent: true,
  },
  {
    name: "weights",
    formulas: [`yi ~ g + x + ${V}`],
    options: { weights: "w" },
    dependent: true,
    weighted: true,
  },
];

/** A fit with a choice of test; the errors of robust() are part of the fit. */
interface Choice {
  readonly name: string;
  readonly fit: Fit;
  readonly test: TestStatistic | undefined;
}

const CHOICES: Choice[] = KINDS.flatMap((kind) =>
  (kind.weighted ? (["ML"] as const) : (["ML", "REML"] as const)).flatMap((method): Choice[] => {
    // sd(study) ~ x wants a moderator that is constant within studies
    const data = rows.map((row, i) =>
      kind.name === "sd formula" ? { ...row, x: (Math.floor(i / 3) % 5) - 2 } : row,
    );
    const plain: Fit = drm(drmFormula(...kind.formulas), { data, method, ...kind.options });
    expect(plain.optim.code, kind.name).toBe(0);
    const tests = kind.dependent ? (["z", "t"] as const) : (["z", "t", "knha", "adhoc"] as const);
    const name = `${kind.name}, ${method}`;
    const tested = [undefined, ...tests].map(
      (test): Choice => ({ name: `${name}, ${test ?? "default"}`, fit: plain, test }),
    );
    if (kind.weighted) return tested;
    const errors = (["CR0", "CR1", "CR2"] as const).flatMap((type) => {
      const fit: Fit = robust(plain, { cluster: "study", data, type });
      return [undefined, "z" as const].map(
        (test): Choice => ({ name: `${name}, ${type}, ${test ?? "default"}`, fit, test }),
      );
    });
    return [...tested, ...errors];
  }),
);

interface Seen {
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}

function same(seen: Seen, wanted: Seen, where: string): void {
  for (const key of ["estimate", "lower", "upper"] as const) {
    expect(Math.abs(seen[key] - wanted[key]), `${where}: ${key}`).toBeLessThan(
      1e-11 * Math.max(1, Math.abs(wanted[key])),
    );
  }
}

const at = ({ estimate, lower, upper }: { [K in keyof Seen]: ArrayLike<number> }, i: number): Seen => ({
  estimate: estimate[i]!,
  lower: lower[i]!,
  upper: upper[i]!,
});

/** The reference: level "a", x = 0, offset 0. */
const REFERENCE = { g: ["a"], x: [0], off: [0], study: ["s00"] };

it("the choices differ: there is something to agree on", () => {
  const widths = (name: string) =>
    CHOICES.filter((one) => one.name.startsWith(`${name}, REML`)).map(({ fit, test }) => {
      const { lower, upper } = coefficientTable(fit, LEVEL, "wald", test)[0]!;
      return (upper - lower).toFixed(8);
    });
  // z, t, knha; CR0 with t and z, CR1 with t and z, CR2 with t and z
  expect(new Set(widths("factor, number and offset")).size).toBeGreaterThanOrEqual(9);
  expect(CHOICES.length).toBeGreaterThan(150);
});

describe.each(CHOICES)("$name", ({ fit, test }) => {
  const option = test === undefined ? {} : { test };
  const location = fit.family === "gaussian" ? "mu" : "mu1";
  const [first] = coefficientTable(fit, LEVEL, "wald", test);
  const names = fit.designs[location]!.names;
  const reference = () => predict(fit, REFERENCE, { dpar: location, level: LEVEL, ...option });

  it("the intercept in confint(), tables, JSON, predict(), marginalMeans() and the summary", () => {
    const wanted = first!;
    const { df, stdError } = wanted;
    same(confint(fit, { level: LEVEL, ...option })[0]!, wanted, "confint");
    const [json] = toJSON(fit, { level: LEVEL, ...option }).coefficients;
    same({ estimate: json!.estimate!, lower: json!.conf_low!, upper: json!.conf_high! }, wanted, "JSON");
    const [row] = tidy(fit, { conf_int: true, conf_level: LEVEL, ...option });
    same({ estimate: row!.estimate!, lower: row!["conf.low"]!, upper: row!["conf.high"]! }, wanted, "tidy");
    same(summary(fit, { level: LEVEL, ...option }).coefficients[0]!, wanted, "summary");
    const predicted = reference();
    same(at(predicted, 0), wanted, "predict");
    expect([predicted.stdError[0], predicted.df[0]]).toEqual([expect.closeTo(stdError, 12), df]);
    const [mean] = marginalMeans(fit, {
      dpar: location,
      level: LEVEL,
      ...option,
      ...(names.length > 1 && { at: atReference(fit, location) }),
    }).means;
    same(mean!, wanted, "marginalMeans");
    expect(mean!.df).toBe(df);
    same(
      linearCombination(
        fit,
        names.map((_, j) => (j === 0 ? 1 : 0)),
        { dpar: location, level: LEVEL, ...option },
      ),
      wanted,
      "linearCombination",
    );
  });

  it("a mean that is a combination of coefficients in predict(), marginalMeans() and linearCombination()", () => {
    const point = { g: ["b"], x: [1.5], off: [0.1], study: ["s00"] };
    const wanted = at(predict(fit, point, { dpar: location, level: LEVEL, ...option }), 0);
    const columns = Object.fromEntries(Object.entries(point).map(([name, [value]]) => [name, value!]));
    const own = Object.fromEntries(
      Object.entries(columns).filter(([name]) => usedBy(fit, location).includes(name)),
    );
    const [mean] = marginalMeans(fit, { dpar: location, level: LEVEL, at: own, ...option }).means;
    same(mean!, wanted, "marginalMeans");
    const weights = names.map((name) =>
      /b$/.test(name) || name === "(Intercept)" ? 1 : name === "x" ? 1.5 : 0,
    );
    const offset = fit.response[location]!.offset === null ? 0 : 0.1;
    const options = { dpar: location, level: LEVEL, offset, ...option };
    same(linearCombination(fit, weights, options), wanted, "linearCombination");
  });

  it("the mean in words", () => {
    const text = report(fit, { level: LEVEL, ...option });
    const found =
      /(?:the estimated mean|The estimated mean|the mean)(?: of yi)?(?: is| is estimated as) (-?[\d.]+) \(90% CI (-?[\d.]+) to (-?[\d.]+)/.exec(
        text,
      );
    expect(found, text).not.toBeNull();
    const decimals = found![2]!.split(".")[1]!.length;
    const wanted = first!;
    expect([found![2], found![3]]).toEqual([wanted.lower.toFixed(decimals), wanted.upper.toFixed(decimals)]);
  });

  it("the mean over all rows, and over those of a group, in forest and orchard plots", () => {
    const options = { level: LEVEL, outcome: location, ...option };
    const { overall } = forestRows(fit, options);
    const [all] = orchardGroups(fit, { ...options, group: null });
    same(all!, overall, "orchard");
    expect([all!.predictionLower, all!.predictionUpper]).toEqual([
      overall.predictionLower,
      overall.predictionUpper,
    ]);
    if (names.length === 1) same(overall, first!, "forest");
    // likelihood weights count in marginal means, and rows do in a forest plot
    else if (fit.weights === null) {
      const grid = { dpar: location, level: LEVEL, weights: "proportional", ...option } as const;
      same(marginalMeans(fit, grid).means[0]!, overall, "marginal mean of all rows");
    }
    if (!usedBy(fit, location).includes("g")) return;
    const { groups } = forestRows(fit, { ...options, group: "g" });
    orchardGroups(fit, { ...options, group: "g" }).forEach((group, k) => {
      same(group, groups[k]!.summary!, "orchard by group");
      const mean = (name: "x" | "off") => {
        const { values } = fit.data[name] as { values: Float64Array };
        return group.members.reduce((sum, i) => sum + values[i]! / group.members.length, 0);
      };
      const point = {
        g: [group.label],
        x: [Object.hasOwn(fit.data, "x") ? mean("x") : 0],
        off: [Object.hasOwn(fit.data, "off") ? mean("off") : 0],
        study: ["s00"],
      };
      same(
        group,
        at(predict(fit, point, { dpar: location, level: LEVEL, ...option }), 0),
        "predict by group",
      );
      const interval = predictionInterval(fit, point, { dpar: location, level: LEVEL, ...option });
      const bar = { estimate: group.estimate, lower: group.predictionLower, upper: group.predictionUpper };
      same(at(interval, 0), bar, "prediction interval by group");
    });
  });

  it("the mean and where a new study lies, along a moderator", () => {
    if (!usedBy(fit, location).includes("x")) return;
    const curves = moderatorCurves(fit, { x: "x", level: LEVEL, outcome: location, ...option }).curves;
    for (const curve of curves) {
      const point = {
        g: [curve.label === "" ? "a" : curve.label],
        x: [curve.x[7]!],
        off: [0],
        study: ["s00"],
      };
      if (Object.hasOwn(fit.data, "off")) point.off = [meanOf(fit, "off")];
      const wanted = at(predict(fit, point, { dpar: location, level: LEVEL, ...option }), 0);
      same({ estimate: curve.mean[7]!, lower: curve.lower[7]!, upper: curve.upper[7]! }, wanted, "curve");
      const interval = predictionInterval(fit, point, { dpar: location, level: LEVEL, ...option });
      same(
        { estimate: curve.mean[7]!, lower: curve.predictionLower[7]!, upper: curve.predictionUpper[7]! },
        at(interval, 0),
        "prediction along a moderator",
      );
    }
  });

  it("prediction intervals have the mean's errors and degrees of freedom, in plots and words too", () => {
    const options = { dpar: location, level: LEVEL, ...option };
    const interval = predictionInterval(fit, REFERENCE, options);
    const mean = reference();
    expect([interval.stdError[0], interval.df[0]]).toEqual([mean.stdError[0], mean.df[0]]);
    const { lower, upper, estimate, heterogeneity: sd } = interval;
    const factor = (mean.upper[0]! - mean.estimate[0]!) / mean.stdError[0]!;
    const half = factor * Math.hypot(mean.stdError[0]!, sd[0]!);
    expect(upper[0]! - estimate[0]!).toBeCloseTo(half, 10);
    expect(estimate[0]! - lower[0]!).toBeCloseTo(half, 10);
    const found = /prediction interval for the true effect in a new study is (-?[\d.]+) to (-?[\d.]+),/.exec(
      report(fit, { level: LEVEL, ...option }),
    );
    const isPooled = names.length === 1;
    expect(found !== null).toBe(isPooled && sd[0]! > 0);
    if (!isPooled) return;
    const { overall } = forestRows(fit, { level: LEVEL, ...option });
    same(
      at(interval, 0),
      { ...overall, lower: overall.predictionLower, upper: overall.predictionUpper },
      "forest",
    );
    if (found === null) return;
    const decimals = found[1]!.split(".")[1]!.length;
    expect([found[1], found[2]]).toEqual([lower[0]!.toFixed(decimals), upper[0]!.toFixed(decimals)]);
  });

  it("predicted random intercepts have the quantile of the test, the model's own after robust()", () => {
    if ((fit.random ?? []).length === 0) return;
    const [section] = caterpillarRows(fit, { level: LEVEL, ...option });
    const lowest = ranef(fit).reduce((a, b) => (b.estimate < a.estimate ? b : a));
    const { estimate, upper } = section!.rows[0]!;
    expect(estimate).toBe(lowest.estimate);
    const z = coefficientTable(fit, LEVEL, "wald", fit.robust === undefined ? test : "z")[0]!;
    const quantile = (z.upper - z.estimate) / z.stdError;
    expect((upper - estimate) / lowest.stdError).toBeCloseTo(quantile, 10);
  });

  it("the confidence region of two means is where their joint test has p = 1 - level", () => {
    if (fit.family === "gaussian") return;
    const { mu1, mu2, ofMean, radius } = bivariateRegions(fit, { level: LEVEL, group: null, ...option })
      .regions[0]!;
    const matrix = ["mu1", "mu2"].map((dpar) => {
      const { names: terms, values, nrow } = fit.designs[dpar]!;
      const mean = (term: string) => {
        const column = terms.indexOf(term) * nrow;
        return values.subarray(column, column + nrow).reduce((sum, value) => sum + value / nrow, 0);
      };
      return fit.coefficients.map((one) => (one.dpar === dpar ? mean(one.term) : 0));
    });
    // two points of the ellipse
    const { v1, v12, v2 } = ofMean;
    for (const rhs of [
      [mu1 + radius * Math.sqrt(v1), mu2 + (radius * v12) / Math.sqrt(v1)],
      [mu1 - (radius * v12) / Math.sqrt(v2), mu2 - radius * Math.sqrt(v2)],
    ]) {
      expect(waldTest(fit, { matrix, rhs, ...option }).pValue).toBeCloseTo(1 - LEVEL, 10);
    }
  });

  it("SDs keep the model's errors and z, and have one interval", () => {
    const scale = coefficientTable(fit, LEVEL, "wald", test).filter(({ dpar }) => !dpar.startsWith("mu"));
    const { robust: _, ...plain } = fit;
    const own = coefficientTable(plain as Fit, LEVEL, "wald", "z").filter(
      ({ dpar }) => !dpar.startsWith("mu"),
    );
    expect(scale).toEqual(own);
    const sd = fit.family === "gaussian" ? "sigma" : "sigma1";
    if (fit.designs[sd] === undefined || fit.designs[sd]!.names.length > 1) return;
    const { lower, upper } = scaleIntervals(fit, { dpar: sd, level: LEVEL }).intervals[0]!;
    const [mean] = marginalMeans(fit, { dpar: sd, level: LEVEL, ...option }).means;
    expect([mean!.lower, mean!.upper]).toEqual([lower, upper]);
    const shown = summary(fit, { level: LEVEL, ...option });
    expect(shown.parameters.find(({ dpar }) => dpar === sd)).toMatchObject({ lower, upper });
    if (fit.family !== "gaussian" || (fit.random ?? []).length > 0) return;
    const [group] = heterogeneity(fit, { level: LEVEL }).groups;
    expect([group!.tauLower, group!.tauUpper]).toEqual([
      expect.closeTo(lower, 12),
      expect.closeTo(upper, 12),
    ]);
    expect(shown.tests.heterogeneity).toEqual(group);
    const words = /\(sigma\) is estimated [^(]*\(90% CI ([\d.]+) to ([\d.]+), profile likelihood\)/.exec(
      report(fit, { level: LEVEL, ...option }),
    );
    const decimals = words![2]!.split(".")[1]!.length;
    expect([words![1], words![2]]).toEqual([
      lower === 0 ? "0" : lower.toFixed(decimals),
      upper.toFixed(decimals),
    ]);
  });
});

it.each(["z", "t", "knha"] as const)("the page shows the same: %s", async (test) => {
  const session = createSession();
  const header = Object.keys(rows[0]!) as (keyof (typeof rows)[number])[];
  const csv = [header.join(), ...rows.map((row) => header.map((name) => row[name]).join())].join("\n");
  await session.load({ bytes: new TextEncoder().encode(csv), reading: {} });
  const model = { formulas: [`yi ~ g + ${V}`], method: "REML", reference: {}, test } as const;
  const { summary: shown, means } = session.analyse(model, "g");
  const [intercept] = shown.coefficients;
  same(means.find(({ dpar }) => dpar === "mu")!.means[0]!, intercept!, "means by group");
  const picture = await session.plot(model, "orchard", { group: "g" });
  const words = [intercept!.lower, intercept!.upper].map((limit) => limit.toFixed(2)).join(", ");
  expect("svg" in picture && picture.svg.includes(`[${words}]`), JSON.stringify(picture).slice(0, 400)).toBe(
    true,
  );
});

function usedBy(fit: Fit, dpar: string): string[] {
  const own = fit.designs[dpar]!.recipe.variables.map(({ label }) => label);
  return fit.response[dpar]!.offset === null ? own : [...own, "off"];
}

function atReference(fit: Fit, dpar: string): Record<string, number | string> {
  const all: Record<string, number | string> = { g: "a", x: 0, off: 0 };
  return Object.fromEntries(usedBy(fit, dpar).map((name) => [name, all[name]!]));
}

function meanOf(fit: Fit, name: string): number {
  const { values } = fit.data[name] as { values: Float64Array };
  return values.reduce((sum, value) => sum + value / values.length, 0);
}
