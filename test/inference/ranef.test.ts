import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Fit } from "../../src/fit/fit";
import { type RanefRow, ranef } from "../../src/inference/ranef";
import { sd } from "../../src/inference/sd";
import { type DrmCase, loadCase } from "../cases";
import { jobOf, type MaCase } from "../fit/ma-case";
import { times } from "../fit/plain-problem";
import { randomFrom } from "../fit/random-problem";
import { fitTo } from "../fit/simulated";

/** metafor's, at the same SDs: BLUPs and their errors. */
const BLUP = 1e-6;
const BLUP_ERROR = 1e-5;
/** The same formula in another order of summation. */
const SAME = 1e-10;
/** The drm-* cases hold predictions at another program's optimum. */
const OTHER_OPTIMUM = 1e-5;

interface MetaforRanef {
  readonly group: string;
  readonly level: readonly string[];
  readonly estimate: readonly number[];
  readonly stdError: readonly number[];
}
interface Fixture {
  readonly cases: readonly (MetaforRanef & { readonly id: string })[];
  readonly data: Readonly<Record<string, readonly (string | number)[]>>;
  readonly nested: { readonly logLik: number; readonly random: readonly MetaforRanef[] };
  readonly crossed: { readonly logLik: number; readonly random: readonly MetaforRanef[] };
}
const FIXTURE = JSON.parse(
  readFileSync(new URL("./fixtures/ranef.json", import.meta.url), "utf8"),
) as Fixture;

function expectClose(seen: number, wanted: number, tolerance: number, what: string): void {
  const error = Math.abs(seen - wanted) / Math.max(1, Math.abs(wanted));
  if (!(error <= tolerance))
    expect.fail(`${what}: ${seen}, wanted ${wanted} (error ${error.toExponential(1)})`);
}

function byLevel(rows: readonly RanefRow[]): Map<string, RanefRow> {
  return new Map(rows.map((row) => [row.level, row]));
}

function expectMetafor(fit: Fit, { group, level, estimate, stdError }: MetaforRanef): void {
  const rows = byLevel(ranef(fit, group));
  expect(rows.size).toBe(level.length);
  level.forEach((name, j) => {
    const row = rows.get(name.replace("/", ":"))!;
    expectClose(row.estimate, estimate[j]!, BLUP, `u of ${group} ${name}`);
    expectClose(row.stdError, stdError[j]!, BLUP_ERROR, `its standard error, ${group} ${name}`);
  });
}

describe("predicted random intercepts", () => {
  it.each(FIXTURE.cases)("are metafor's: $id", (wanted) => {
    const { formulas, options } = jobOf(loadCase<MaCase>(wanted.id), "ML");
    expectMetafor(fitTo(options.data as never, formulas, options), wanted);
  });

  it("are metafor's for nested and for crossed groupings", () => {
    const nested = fitTo(FIXTURE.data, ["yi ~ x + (1 | district/school) + meta_V(V = vi)"]);
    const crossed = fitTo(FIXTURE.data, ["zi ~ x + (1 | district) + (1 | lab) + meta_V(V = vi)"]);
    expect([nested.optim.kernel, crossed.optim.kernel]).toEqual(["nested", "sparse"]);
    for (const [fit, wanted] of [
      [nested, FIXTURE.nested],
      [crossed, FIXTURE.crossed],
    ] as const) {
      expectClose(fit.logLik, wanted.logLik, 1e-8, "logLik");
      for (const one of wanted.random) expectMetafor(fit, one);
    }
  });

  it.each(["drm-d-study-random-sd-habitat", "drm-e2-random-intercept-dense-V-sd"])("%s", (id) => {
    const given = loadCase<
      DrmCase & { expected: { ranef: { mu: { terms: Record<string, Record<string, number>> } } } }
    >(id);
    const matrices = given.matrices === null ? {} : { matrices: given.matrices as never };
    const fit = fitTo(given.data, given.formulas, { factors: given.factors!, ...matrices });
    const rows = byLevel(ranef(fit, "study"));
    const wanted = Object.entries(given.expected.ranef.mu.terms["(1 | study)"]!);
    expect(rows.size).toBe(wanted.length);
    for (const [level, u] of wanted)
      expectClose(rows.get(level)!.estimate, u, OTHER_OPTIMUM, `u of study ${level}`);
  });

  const MODELS = {
    "one grouping": ["y ~ x + (1 | a) + meta_V(V = V)"],
    "moderated SDs": ["y ~ x + (1 | a) + meta_V(V = V)", "sigma ~ x", "sd(a) ~ z"],
    nested: ["y ~ x + (1 | a/b) + meta_V(V = V)", "sd(a:b) ~ 1"],
    crossed: ["y ~ x + (1 | a) + (1 | b) + meta_V(V = V)"],
    interaction: ["y ~ x + (1 | a:b) + meta_V(V = V)"],
  } as const;
  const names = Object.keys(MODELS) as (keyof typeof MODELS)[];

  it("are G Z' S^-1 r with prediction errors diag(G - G Z' P Z G), worked out with whole matrices", () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(...names), fc.boolean(), (seed, name, correlated) => {
        const { data, V } = simulatedGroups(seed, correlated);
        const fit = fitTo(data, MODELS[name], { matrices: { V: V.map((row) => [...row]) } });
        expect(fit.optim.code, fit.optim.message).toBe(0);
        const wanted = wholeMatrices(fit, V);
        ranef(fit).forEach((row, j) => {
          expectClose(row.estimate, wanted.estimate[j]!, SAME, `u of ${row.group} ${row.level}`);
          expectClose(
            row.stdError ** 2,
            wanted.variance[j]!,
            SAME,
            `its error variance, ${row.group} ${row.level}`,
          );
        });
      }),
      { numRuns: 60, seed: 20260202 },
    );
  });

  it("shrink to nothing where all that a level has is weights of zero", () => {
    const { data } = simulatedGroups(3, false);
    const first = data.a[0];
    const fit = fitTo(data, ["y ~ x + (1 | a) + meta_V(V = v)"], {
      weights: data.a.map((a) => (a === first ? 0 : 1)),
    });
    const row = byLevel(ranef(fit)).get(first!)!;
    expect(row.estimate).toBe(0);
    expect(row.stdError).toBe(row.sd);
  });

  it("of two outcomes carry the dpar of their SD", () => {
    const fit = twoOutcomes();
    expect([...new Set(ranef(fit, "g").map(({ dpar }) => dpar))]).toEqual(["sd1(g)", "sd2(g)"]);
    expect(ranef(fit, "sd2(g)").every(({ dpar, group }) => dpar === "sd2(g)" && group === "g")).toBe(true);
    expect(() => sd(fit, "g")).toThrow("'g' has several random effects: ask for sd1(g) or sd2(g)");
    expect(sd(fit, "sd1(g)").levels).toHaveLength(6);
  });

  it("are rows of plain data, grouping by grouping", () => {
    const fit = fitTo(FIXTURE.data, ["yi ~ x + (1 | district/school) + meta_V(V = vi)"]);
    const rows = ranef(fit);
    expect(rows).toHaveLength(16);
    expect(rows[4]).toEqual({
      dpar: "sd(district:school)",
      group: "district:school",
      term: "(Intercept)",
      level: "a:1",
      sd: fit.random![1]!.sd[0],
      estimate: fit.random![1]!.estimate[0],
      stdError: fit.random![1]!.stdError[0],
    });
    expect(ranef(fit, "sd(district)")).toEqual(rows.slice(0, 4));
    expect(ranef(fitTo(FIXTURE.data, ["yi ~ x + meta_V(V = vi)"]))).toEqual([]);
  });

  it("refuses what the model does not have", () => {
    const fit = fitTo(FIXTURE.data, ["yi ~ x + (1 | district) + meta_V(V = vi)"]);
    expect(() => ranef(fit, "distric")).toThrow("which has district; did you mean 'district'?");
    expect(() => ranef(fitTo(FIXTURE.data, ["yi ~ x + meta_V(V = vi)"]), "lab")).toThrow(
      "no random effects; add (1 | lab) to the location formula",
    );
  });
});

describe("sd", () => {
  const given = loadCase("drm-d-study-random-sd-habitat");
  const fit = fitTo(given.data, given.formulas, { factors: given.factors! });

  it("is one value a level, or that of each row's level", () => {
    const { levels, values } = sd(fit, "study");
    const rows = sd(fit, "study", { per: "row" });
    const [intercept, forest] = fit.coefficients
      .filter(({ dpar }) => dpar === "sd(study)")
      .map((c) => c.estimate);
    expect(levels).toEqual(given.factors!.study);
    given.data.study!.forEach((study, i) => {
      const wanted = Math.exp(intercept! + (given.data.habitat![i] === "forest" ? forest! : 0));
      expectClose(rows[i]!, wanted, SAME, `row ${i}`);
      expect(rows[i]).toBe(values[levels.indexOf(String(study))]);
    });
  });

  it("refuses other shapes", () => {
    expect(() => sd(fit, "study", { per: "study" as "row" })).toThrow('"level" or per "row"');
    expect(() => sd(fit, "habitat")).toThrow("which has study");
  });
});

/** Rows in random order; V is diagonal, or has covariances within b. */
function simulatedGroups(seed: number, correlated: boolean) {
  const random = randomFrom(seed);
  const n = 30;
  const a = Array.from({ length: n }, () => `a${random.integer(6)}`);
  const b = a.map((_, i) => `b${i % 4}`);
  const z = a.map((label) => 0.5 * (Number(label.slice(1)) % 2));
  const effects = [6, 4].map((levels) => Array.from({ length: levels }, () => 0.7 * random.normal()));
  const x = a.map(() => random.normal());
  const v = a.map(() => 0.02 + 0.1 * random.uniform());
  const V = v.map((vi, i) =>
    v.map((vj, j) =>
      i === j ? vi : correlated && b[i] === b[j] && Math.abs(i - j) < 9 ? 0.4 * Math.sqrt(vi * vj) : 0,
    ),
  );
  const y = x.map(
    (xi, i) =>
      0.3 * xi +
      effects[0]![Number(a[i]!.slice(1))]! +
      effects[1]![i % 4]! +
      Math.sqrt(v[i]! + 0.09) * random.normal(),
  );
  return { data: { a, b, x, y, z, v }, V };
}

function twoOutcomes(): Fit {
  const random = randomFrom(12);
  const g = Array.from({ length: 36 }, (_, i) => `g${i % 6}`);
  const effect = Array.from({ length: 6 }, () => random.normal());
  const y = [0, 1].map(() => g.map((_, i) => effect[i % 6]! + 0.6 * random.normal()));
  const data = { g, y1: y[0]!, y2: y[1]!, v: g.map(() => 0.05) };
  return fitTo(data, [
    "mu1 = y1 ~ 1 + (1 | g) + meta_V(V = meta_vcov_bivariate(v, v))",
    "mu2 = y2 ~ 1 + (1 | g)",
  ]);
}

/** Every random intercept of the fit from dense matrices, at its fitted SDs. */
function wholeMatrices(
  fit: Fit,
  V: readonly (readonly number[])[],
): { estimate: number[]; variance: number[] } {
  const n = fit.nobs;
  const Z = fit.random!.flatMap(({ levels, codes }) =>
    levels.map((_, j) => Array.from(codes, (code) => (code === j ? 1 : 0))),
  );
  const G = fit.random!.flatMap(({ sd: values }) => Array.from(values, (omega) => omega ** 2));
  const S = V.map((row, i) =>
    row.map((v, j) => {
      const shared = Z.reduce((sum, z, u) => sum + G[u]! * z[i]! * z[j]!, 0);
      return v + shared + (i === j ? fit.fitted.sigma![i]! ** 2 : 0);
    }),
  );
  const B = inverse(S);
  const { values, names } = fit.designs.mu!;
  const X = names.map((_, j) => Array.from({ length: n }, (_, i) => values[j * n + i]!));
  const BX = X.map((x) => times(B, x));
  const C = inverse(X.map((x) => BX.map((bx) => dot(x, bx))));
  const residual = Array.from(fit.response.mu!.values, (y, i) => y - fit.fitted.mu![i]!);
  const Br = times(B, residual);
  return {
    estimate: Z.map((z, u) => G[u]! * dot(z, Br)),
    variance: Z.map((z, u) => {
      const zBX = BX.map((bx) => dot(z, bx));
      const zPz = dot(z, times(B, z)) - dot(zBX, times(C, zBX));
      return G[u]! - G[u]! ** 2 * zPz;
    }),
  };
}

/** Gauss-Jordan with row exchanges. */
function inverse(A: readonly (readonly number[])[]): number[][] {
  const n = A.length;
  const M = A.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k; i < n; i++) if (Math.abs(M[i]![k]!) > Math.abs(M[pivot]![k]!)) pivot = i;
    [M[k], M[pivot]] = [M[pivot]!, M[k]!];
    const scale = M[k]![k]!;
    for (let j = 0; j < 2 * n; j++) M[k]![j]! /= scale;
    for (let i = 0; i < n; i++) {
      const factor = M[i]![k]!;
      if (i !== k && factor !== 0) for (let j = 0; j < 2 * n; j++) M[i]![j]! -= factor * M[k]![j]!;
    }
  }
  return M.map((row) => row.slice(n));
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
