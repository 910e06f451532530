import { describe, expect, it } from "vitest";
import { fitMany } from "../../src/batch";
import { drm } from "../../src/drm";
import type { Fit } from "../../src/fit/fit";
import { drmFormula } from "../../src/formula/formula";
import {
  confint,
  fromJSON,
  leaveOneOut,
  predict,
  predictionInterval,
  ranef,
  robust,
  sd,
  simulate,
  summary,
  toJSON,
  update,
  varianceShares,
} from "../../src/index";
import { choleskyFactor } from "../../src/linalg/cholesky";
import { choleskyInverse } from "../../src/linalg/inverse";
import { loadCase } from "../cases";
import { jobOf, type MaCase } from "../fit/ma-case";

/*
 * What is asked of fits with random slopes and with levels on trees and matrices, against dense algebra of their formula:
 *   Sigma = V + sigma^2 I + sum of omega^2 z z' K,  u_hat = G Z' Sigma^-1 (y - X beta)
 */

const SLOPE = "next/p33-random-slope-independent-obrien";
const TREE = "next/r04-phylo-slope-nonultrametric-absent-tips";
const BOTH = "next/r11-phylo-and-relmat";

function fitOf(id: string, method: "ML" | "REML" = "REML"): Fit {
  const { formulas, options } = jobOf(loadCase<MaCase>(id), method);
  return drm(drmFormula(...formulas), options);
}

const fits = new Map([SLOPE, TREE, BOTH].map((id) => [id, fitOf(id)]));

function expectSame(seen: readonly number[], wanted: readonly number[], digits: number): void {
  expect(seen).toHaveLength(wanted.length);
  seen.forEach((value, i) => {
    expect(value).toBeCloseTo(wanted[i]!, digits);
  });
}

/** A root-to-tip tree in Newick: the shared path length of each two tips over the square root of both depths. */
function correlationOfTree(newick: string): { readonly names: string[]; readonly K: number[][] } {
  const edges: number[][] = [];
  const names: string[] = [];
  const lengths: number[] = [0];
  const stack: number[] = [];
  // nodes by number; the path of each tip
  const above: number[] = [-1];
  let node = 0;
  const open = (parent: number) => {
    above.push(parent);
    lengths.push(0);
    return above.length - 1;
  };
  for (const token of newick.match(/[(),;]|:[^(),;]+|[^(),:;]+/g)!) {
    if (token === "(") {
      stack.push(node);
      node = open(node);
    } else if (token === ",") node = open(stack[stack.length - 1]!);
    else if (token === ")") node = stack.pop()!;
    else if (token.startsWith(":")) lengths[node] = Number(token.slice(1));
    else if (token !== ";" && names[node] === undefined) names[node] = token;
  }
  const parents = new Set(above);
  const tips = above.map((_, k) => k).filter((k) => !parents.has(k));
  for (const tip of tips) {
    const path: number[] = [];
    for (let k = tip; k > 0; k = above[k]!) path.push(k);
    edges.push(path);
  }
  const shared = (a: number[], b: number[]) =>
    a.filter((k) => b.includes(k)).reduce((sum, k) => sum + lengths[k]!, 0);
  const depths = edges.map((path) => shared(path, path));
  return {
    names: tips.map((tip) => names[tip]!),
    K: edges.map((a, i) => edges.map((b, j) => shared(a, b) / Math.sqrt(depths[i]! * depths[j]!))),
  };
}

/** Predicted effects and their errors with beta estimated, by dense algebra: of every name of the tree. */
function byHand(id: string, fit: Fit) {
  const given = loadCase<MaCase>(id);
  const { columns, n } = given.data;
  const { names, K } = correlationOfTree(given.tree!.newick);
  const at = (columns.species as string[]).map((name) => names.indexOf(name));
  const x = columns.x as number[];
  const omega = sd(fit, "sd(phylo(species))").values[0]!;
  const slope = sd(fit, "sd(x | phylo(species))").values[0]!;
  const study = columns.study as string[];
  const [tau, sigma] = [sd(fit, "study").values[0]!, fit.fitted.sigma![0]!];
  const S = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const related = K[at[i]!]![at[k]!]!;
      S[i * n + k] =
        (omega ** 2 + slope ** 2 * x[i]! * x[k]!) * related +
        (study[i] === study[k] ? tau ** 2 : 0) +
        (i === k ? (columns.vi as number[])[i]! + sigma ** 2 : 0);
    }
  }
  const B = choleskyInverse(choleskyFactor(S, n, new Float64Array(n * n))!, n);
  const beta = [fit.coefficients[0]!.estimate, fit.coefficients[1]!.estimate];
  const times = (w: ArrayLike<number>) =>
    Float64Array.from({ length: n }, (_, i) => {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += B[i * n + k]! * w[k]!;
      return sum;
    });
  const score = times(Float64Array.from(columns.yi as number[], (y, i) => y - beta[0]! - beta[1]! * x[i]!));
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);
  const X = [new Float64Array(n).fill(1), Float64Array.from(x)];
  const BX = X.map(times);
  /** of intercept and x times the slope of a tip: mean and error of a new row's mean */
  const at1 = (name: string, value: number) => {
    const tip = names.indexOf(name);
    const c = Float64Array.from({ length: n }, (_, i) => {
      return (omega ** 2 + slope ** 2 * value * x[i]!) * K[tip]![at[i]!]!;
    });
    const Bc = times(c);
    const a = [1 - dot(BX[0]!, c), value - dot(BX[1]!, c)];
    const V = fit.vcov;
    const k = fit.coefficients.length;
    let error = omega ** 2 + slope ** 2 * value ** 2 - dot(c, Bc);
    for (let p = 0; p < 2; p++) for (let q = 0; q < 2; q++) error += a[p]! * a[q]! * V[p * k + q]!;
    return { mean: beta[0]! + beta[1]! * value + dot(c, score), error: Math.sqrt(error) };
  };
  return { at1, names, K, omega, slope, sigma, tau };
}

describe("levels on a tree, with a slope", () => {
  const fit = fits.get(TREE)!;
  const hand = byHand(TREE, fit);

  it("predict new rows of any tip, with their errors", () => {
    const species = ["t01", "t11", "t19", "t02"];
    const x = [0.3, -1.2, 0.8, 2];
    const study = species.map((_, i) => `new${i}`);
    const found = predict(fit, { species, x, study }, { dpar: "mu", groups: "known" });
    // t01, t11 and t19 have no rows
    const rows = loadCase<MaCase>(TREE).data.columns.species as string[];
    expect(species.map((name) => rows.includes(name))).toEqual([false, false, false, true]);
    species.forEach((name, i) => {
      const wanted = hand.at1(name, x[i]!);
      expect(found.estimate[i]).toBeCloseTo(wanted.mean, 9);
      expect(found.stdError[i]).toBeCloseTo(wanted.error, 9);
    });
  });

  it("prediction intervals have the row's own x", () => {
    const { heterogeneity } = predictionInterval(fit, {
      x: [0, 2],
      species: ["t02", "t02"],
      study: ["a", "b"],
    });
    const rest = hand.omega ** 2 + hand.sigma ** 2 + hand.tau ** 2;
    expect(heterogeneity[0]).toBeCloseTo(Math.sqrt(rest), 9);
    expect(heterogeneity[1]).toBeCloseTo(Math.sqrt(rest + 4 * hand.slope ** 2), 9);
  });

  it("lists names without rows after the others, in JSON too", () => {
    const rows = ranef(fit, "sd(x | phylo(species))");
    expect(rows).toHaveLength(hand.names.length);
    expect(new Set(rows.map(({ level }) => level))).toEqual(new Set(hand.names));
    const own = toJSON(fit).random.filter(({ dpar }) => dpar === "sd(x | phylo(species))");
    expect(own[0]).toEqual({
      dpar: "sd(x | phylo(species))",
      group: "phylo(species)",
      term: "x",
      level: rows[0]!.level,
      sd: rows[0]!.sd,
      estimate: rows[0]!.estimate,
      std_error: rows[0]!.stdError,
    });
  });

  it("draws have the covariances of the tree", () => {
    const rows = loadCase<MaCase>(TREE).data.columns.species as string[];
    const bare = drm("yi ~ 1 + phylo(1 | species, tree = tree) + meta_V(V = vi)", {
      data: loadCase<MaCase>(TREE).data.columns as never,
      trees: { tree: loadCase<MaCase>(TREE).tree!.newick },
    });
    const draws = simulate(bare, 4000, { seed: 7 });
    const omega = sd(bare, "phylo(species)").values[0]!;
    for (const [i, k] of [
      [0, 1],
      [2, 5],
      [0, 20],
    ] as const) {
      const mean = bare.fitted.mu!;
      let sum = 0;
      for (const draw of draws as readonly Float64Array[])
        sum += (draw[i]! - mean[i]!) * (draw[k]! - mean[k]!);
      const K = hand.K[hand.names.indexOf(rows[i]!)]![hand.names.indexOf(rows[k]!)]!;
      // four standard errors of a mean of 4000 products
      expect(Math.abs(sum / draws.length - omega ** 2 * K)).toBeLessThan(4 * 0.02);
    }
  });
});

describe.each([...fits])("%s", (_, fit) => {
  it("survives JSON and structuredClone, with what its terms need", () => {
    const read = fromJSON(JSON.parse(JSON.stringify(toJSON(fit, { full: true }))));
    for (const copy of [read, structuredClone(fit)]) {
      expect(ranef(copy)).toEqual(ranef(fit));
      expect(predict(copy, undefined, { dpar: "mu", groups: "known" }).stdError).toEqual(
        predict(fit, undefined, { dpar: "mu", groups: "known" }).stdError,
      );
      expect(update(copy, { method: "ML" }).logLik).toBeCloseTo(update(fit, { method: "ML" }).logLik, 9);
    }
  });

  it("shares of the variance add up, and profiles hold the estimate", () => {
    const shares = varianceShares(fit);
    expect(
      shares.groups.flatMap(({ parts }) => parts).reduce((sum, { percent }) => sum + percent, 0),
    ).toBeCloseTo(100, 9);
    for (const { dpar, lower, upper, estimate } of confint(fit, { method: "profile" })) {
      if (!dpar.startsWith("sd(")) continue;
      expect(lower).toBeLessThan(estimate);
      expect(upper).toBeGreaterThan(estimate);
    }
    expect(String(summary(fit))).toContain(fit.coefficients.at(-1)!.dpar);
  });

  it("an SD held at 0 is the model without the term, one held at its estimate the same model", () => {
    const { dpar, estimate } = fit.coefficients.at(-1)!;
    const term = fit.formulas[0]!.includes("(0 + bmi | study)") ? "(0 + bmi | study)" : "(1 | study)";
    const without = update(fit, { formula: `~ . - ${term}` });
    expect(update(fit, { fixed: { [dpar]: 0 } }).logLik).toBeCloseTo(without.logLik, 8);
    const held = update(fit, { fixed: { [dpar]: Math.exp(estimate) } });
    expect(held.logLik).toBeCloseTo(fit.logLik, 8);
    expect(held.df).toBe(fit.df - 1);
    const rows = (one: Fit) => ranef(one).map((row) => row.estimate);
    expectSame(rows(held), rows(fit), 6);
  });
});

it("a deletion is the fit to the other rows, whose tree has fewer tips", () => {
  const given = loadCase<MaCase>(TREE);
  const { formulas, options } = jobOf(given, "ML");
  const columns = given.data.columns;
  const fit = drm(drmFormula(...formulas), options);
  const { rows } = leaveOneOut(fit, { by: "species" });
  const gone = rows[4]!.label;
  const left = columns.species!.map((name) => name !== gone);
  const data = Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, column.filter((_, i) => left[i])]),
  );
  const { factors: _, ...rest } = options;
  const without = drm(drmFormula(...formulas), { ...rest, data: data as never });
  const wanted = without.coefficients.map(({ estimate }) => estimate);
  expectSame([...rows[4]!.estimates], wanted, 6);
  expect(rows[4]!.logLik).toBeCloseTo(without.logLik, 8);
});

describe("robust errors", () => {
  it("have clusters that hold what a slope ties", () => {
    expect(robust(fits.get(SLOPE)!, { cluster: "study" }).robust!.clusters).toBe(13);
  });

  it("refuse clusters that a tree ties", () => {
    expect(() => robust(fits.get(BOTH)!, { cluster: "study" })).toThrow("of phylo(1 | species, tree = tree)");
  });
});

describe("an SD of 0", () => {
  // the same effect in every study: nothing for a slope, or a tree, to explain
  const n = 60;
  const study = Array.from({ length: n }, (_, i) => `s${i % 12}`);
  const x = Array.from({ length: n }, (_, i) => Math.cos(7 * i));
  const vi = Array.from({ length: n }, (_, i) => 0.05 + 0.03 * ((i * 5) % 7));
  const yi = Array.from({ length: n }, (_, i) => 0.4 + 0.2 * x[i]! + 0.9 * Math.sin(13 * i + 1));
  const tree =
    "((((s0:1,s1:1):1,(s2:1,s3:1):1):1,((s4:1,s5:1):1,(s6:1,s7:1):1):1):1,((s8:1,s9:1):2,(s10:1,s11:1):2):1);";

  it.each([
    ["(0 + x | study)", "sd(x | study)"],
    ["phylo(1 | study, tree = tree)", "sd(phylo(study))"],
    ["phylo(0 + x | study, tree = tree)", "sd(x | phylo(study))"],
  ])("is found, said, and leaves the rest of the model right: %s", (term, dpar) => {
    const options = { data: { yi, vi, x, study }, trees: { tree } };
    const fit = drm(`yi ~ x + ${term} + meta_V(V = vi)`, options);
    const reduced = drm("yi ~ x + meta_V(V = vi)", options);
    const own = fit.coefficients.find((one) => one.dpar === dpar)!;
    expect(own).toMatchObject({ estimate: Number.NEGATIVE_INFINITY, atBoundary: true });
    expect(own.stdError).toBeNaN();
    expect(fit.optim.message).toContain("converged at the boundary");
    expect(fit.logLik).toBeCloseTo(reduced.logLik, 6);
    reduced.coefficients.forEach(({ estimate, stdError }, k) => {
      expect(fit.coefficients[k]!.estimate).toBeCloseTo(estimate, 6);
      expect(fit.coefficients[k]!.stdError / stdError).toBeCloseTo(1, 5);
    });
    const limits = confint(fit, { method: "profile" }).find((one) => one.dpar === dpar)!;
    expect(limits.lower).toBe(Number.NEGATIVE_INFINITY);
    expect(Number.isFinite(limits.upper)).toBe(true);
    expect(ranef(fit, dpar).every(({ sd: own, estimate }) => own === 0 && estimate === 0)).toBe(true);
  });
});

it("batches take trees and matrices", async () => {
  const given = loadCase<MaCase>(BOTH);
  const { formulas, options } = jobOf(given, "ML");
  const { data, trees, matrices, factors } = options;
  const jobs = [{ data, trees, matrices, factors, formulas }, { data }];
  const results: { readonly ok: boolean; readonly logLik?: number }[] = [];
  const shared = { formulas, trees, matrices, factors, workers: 1 };
  for await (const result of fitMany(jobs as never, shared as never)) results.push(result);
  const { logLik } = drm(drmFormula(...formulas), options);
  expect(results.map(({ ok }) => ok)).toEqual([true, true]);
  for (const result of results) expect(result.logLik).toBeCloseTo(logLik, 9);
});

describe("what is not given", () => {
  const data = {
    yi: [0.1, 0.4, 0.2, 0.3],
    vi: [0.1, 0.1, 0.2, 0.1],
    g: ["a", "b", "a", "c"],
    f: ["u", "v", "u", "v"],
  };
  const fail = (formula: string, more = {}) => {
    try {
      drm(formula, { data, ...more });
      return "no error";
    } catch (error) {
      return (error as Error).message;
    }
  };
  it.each([
    [
      "yi ~ 1 + phylo(1 | g, tree = tree)",
      {},
      "tree = tree is looked up in the option trees, and none is given",
    ],
    [
      "yi ~ 1 + phylo(1 | g, tree = tree)",
      { trees: { tre: "(a:1,b:1);" } },
      "there is no 'tree'; did you mean 'tre'?",
    ],
    ["yi ~ 1 + relmat(1 | g, K = K)", {}, "K = K is looked up in the option matrices, and none is given"],
    ["yi ~ 1 + relmat(1 | g, K = K)", { matrices: { K: [[1]] } }, "without names: wanted { levels, values }"],
    ["yi ~ 1 + phylo(1 | g, tree = tree)", { trees: { tree: "((a:1,b:1):1,cc:2);" } }, "'c'"],
    ["yi ~ 1 + (0 + f | g)", {}, "a random slope is of one numeric column"],
  ])("%s %o", (formula, more, message) => expect(fail(formula, more)).toContain(message));
});
