import { describe, expect, it } from "vitest";
import { drm, gaussian } from "../../src/drm";
import { drmFormula } from "../../src/formula/formula";
import { varianceShares } from "../../src/report/variance-shares";
import { loadCase } from "../cases";
import { jobOf, type MaCase } from "../fit/ma-case";
import { solve, times } from "../fit/plain-problem";
import { randomFrom } from "../fit/random-problem";
import { fitTo } from "../fit/simulated";

/** The cases' percentages, at their optimum; ours is within 1e-6 of its estimates. */
const METAFOR = 1e-4;
const SAME = 1e-10;

interface WithI2 extends MaCase {
  readonly inference: {
    readonly ML: {
      readonly I2_multilevel: {
        readonly typical_variance: number;
        readonly I2_total: number;
        readonly I2_by_component: readonly [number, number];
      };
    };
  };
}

function caseFit(id: string) {
  const given = loadCase<WithI2>(id);
  const { formulas, options } = jobOf(given, "ML");
  return { fit: fitTo(options.data as never, formulas, options), wanted: given.inference.ML.I2_multilevel };
}

function close(seen: number, wanted: number, tolerance: number): void {
  const error = Math.abs(seen - wanted) / Math.max(1, Math.abs(wanted));
  if (!(error <= tolerance)) expect.fail(`${seen}, wanted ${wanted}`);
}

/** (n - p) / tr(P) with P as a whole matrix, or the same over some of the rows. */
function typical(X: readonly (readonly number[])[], v: readonly number[], some = v.map((_, i) => i)): number {
  const weighted = X.map((row, i) => row.map((x) => x / v[i]!));
  const XWX = X[0]!.map((_, j) =>
    X[0]!.map((_, k) => X.reduce((sum, row, i) => sum + row[j]! * weighted[i]![k]!, 0)),
  );
  const P = some.map((i) => 1 / v[i]! - times([weighted[i]!], solve(XWX, weighted[i]!))[0]!);
  return some.reduce((sum, i, at) => sum + v[i]! * P[at]!, 0) / P.reduce((sum, one) => sum + one, 0);
}

const random = randomFrom(8);
const n = 60;
const DATA = {
  study: Array.from({ length: n }, (_, i) => `s${i % 15}`),
  habitat: Array.from({ length: n }, (_, i) => (i % 15 < 8 ? "grassland" : "forest")),
  x: Array.from({ length: n }, () => 2000 + random.normal()),
  vi: Array.from({ length: n }, () => 0.02 + 0.2 * random.uniform()),
  yi: [] as number[],
};
const effects = Array.from({ length: 15 }, (_, j) => (j < 8 ? 0.3 : 0.9) * random.normal());
DATA.yi = DATA.vi.map((v, i) => effects[i % 15]! + Math.sqrt(v + 0.06) * random.normal());
const MODERATED = ["yi ~ habitat + x + (1 | study) + meta_V(V = vi)", "sigma ~ 1", "sd(study) ~ habitat"];

describe("variance shares", () => {
  it.each(["v15-multilevel-konstantopoulos", "v16-multilevel-metareg-crede"])(
    "are metafor's multilevel I2: %s",
    (id) => {
      const { fit, wanted } = caseFit(id);
      const { sampling, groups } = varianceShares(fit);
      const [{ parts, i2, total, rows }] = groups as [(typeof groups)[0]];
      expect(sampling).toBe("typical");
      expect(rows).toBe(fit.nobs);
      close(parts[0]!.variance / wanted.typical_variance, 1, SAME);
      close(i2, wanted.I2_total, METAFOR);
      expect(parts.map(({ part }) => part)).toEqual(["sampling", "within", "between"]);
      // the case lists the study level first
      close(parts[2]!.percent, wanted.I2_by_component[0], METAFOR);
      close(parts[1]!.percent, wanted.I2_by_component[1], METAFOR);
      close(
        parts.reduce((sum, { variance }) => sum + variance, 0),
        total,
        SAME,
      );
      close(
        parts.reduce((sum, { percent }) => sum + percent, 0),
        100,
        SAME,
      );
    },
  );

  it("weigh effect sizes of correlated errors by the whole of V, as metafor: v17-multilevel-blockV-assink", () => {
    const { fit, wanted } = caseFit("v17-multilevel-blockV-assink");
    const { sampling, groups } = varianceShares(fit);
    const [{ parts, i2 }] = groups as [(typeof groups)[0]];
    expect(sampling).toBe("typical");
    close(parts[0]!.variance / wanted.typical_variance, 1, SAME);
    close(i2, wanted.I2_total, METAFOR);
    close(parts[2]!.percent, wanted.I2_by_component[0], METAFOR);
    close(parts[1]!.percent, wanted.I2_by_component[1], METAFOR);
  });

  it("take both outcomes' V together, and have one typical variance each", () => {
    // R: P from W = solve(V); (sum(outcome == "AL") - 1) / sum(diag(P)[outcome == "AL"]), and for "PD"
    const { formulas, options } = jobOf(loadCase<MaCase>("v23-bivariate-berkey"), "REML");
    const fit = drm(drmFormula(...formulas), { ...options, family: [gaussian(), gaussian()] });
    const { sampling, groups } = varianceShares(fit);
    expect(sampling).toBe("typical");
    close(groups[0]!.parts[0]!.variance / 0.0017702687843366, 1, SAME);
    close(groups[1]!.parts[0]!.variance / 0.0038719747956299, 1, SAME);
  });

  it("average the known variances when V is singular, and say so", () => {
    const same = (i: number, j: number) => (i >> 1 === j >> 1 ? 0.2 : 0);
    const V = DATA.yi.map((_, i) => DATA.yi.map((__, j) => same(i, j)));
    const shares = varianceShares(fitTo(DATA, ["yi ~ x + meta_V(V = V)"], { matrices: { V } }));
    expect(shares.sampling).toBe("mean");
    close(shares.groups[0]!.parts[0]!.variance, 0.2, SAME);
    expect(String(shares)).toContain("mean of the known variances, not the typical one");
  });

  it("count a weight of 2 of a cluster as two clusters, and of 0 as none", () => {
    const size = 3;
    const V = (rows: number) =>
      Array.from({ length: rows }, (_, i) =>
        Array.from({ length: rows }, (__, j) => {
          const [a, b] = [DATA.vi[i % n]!, DATA.vi[j % n]!];
          return i === j ? a : Math.floor(i / size) === Math.floor(j / size) ? 0.4 * Math.sqrt(a * b) : 0;
        }),
      );
    const formula = ["yi ~ x + meta_V(V = V)"];
    const weights = DATA.yi.map((_, i) => (i < 12 ? 0 : i < 30 ? 2 : 1));
    const weighted = varianceShares(fitTo(DATA, formula, { weights, matrices: { V: V(n) } })).groups[0]!;
    // the rows of weight 2 once more
    const pick = <T>(values: readonly T[]) => [...values.slice(12), ...values.slice(12, 30)];
    const rows = pick(DATA.yi.map((_, i) => i));
    const all = V(n);
    const copied = rows.map((i, a) => rows.map((j, b) => (a >= 48 === b >= 48 ? all[i]![j]! : 0)));
    const repeated = varianceShares(
      fitTo({ x: pick(DATA.x), yi: pick(DATA.yi) }, formula, { matrices: { V: copied } }),
    ).groups[0]!;
    close(weighted.parts[0]!.variance, repeated.parts[0]!.variance, SAME);
  });

  it("go group by group where an SD has moderators", () => {
    const fit = fitTo(DATA, MODERATED, { factors: { habitat: ["grassland", "forest"] } });
    const { groups } = varianceShares(fit, { by: "habitat" });
    const X = DATA.x.map((x, i) => [1, DATA.habitat[i] === "forest" ? 1 : 0, x - 2000]);
    expect(groups.map(({ group, rows }) => [group, rows])).toEqual([
      ["grassland", 32],
      ["forest", 28],
    ]);
    groups.forEach(({ group, parts }) => {
      const own = DATA.habitat.flatMap((habitat, i) => (habitat === group ? [i] : []));
      close(parts[0]!.variance, typical(X, DATA.vi, own), SAME);
      const forest = group === "forest" ? fit.coefficients.at(-1)!.estimate : 0;
      close(parts[2]!.variance, Math.exp(2 * (fit.coefficients.at(-2)!.estimate + forest)), SAME);
      expect(parts[2]!.source).toBe("sd(study)");
    });
    close(varianceShares(fit).groups[0]!.parts[0]!.variance, typical(X, DATA.vi), SAME);
  });

  it("count a weight of 2 as two rows, and of 0 as none", () => {
    const twice = Object.fromEntries(
      Object.entries(DATA).map(([name, values]) => [name, [...values, ...values]]),
    );
    const doubled = varianceShares(fitTo(twice, ["yi ~ x + meta_V(V = vi)"])).groups[0]!;
    const weights = DATA.yi.map(() => 2);
    const weighted = varianceShares(fitTo(DATA, ["yi ~ x + meta_V(V = vi)"], { weights })).groups[0]!;
    close(weighted.parts[0]!.variance, doubled.parts[0]!.variance, SAME);
    const some = DATA.yi.map((_, i) => (i < 20 ? 0 : 1));
    const left = varianceShares(fitTo(DATA, ["yi ~ x + meta_V(V = vi)"], { weights: some })).groups[0]!;
    const X = DATA.x.slice(20).map((x) => [1, x - 2000]);
    close(left.parts[0]!.variance, typical(X, DATA.vi.slice(20)), SAME);
    expect(left.rows).toBe(40);
  });

  it("need no random intercepts, nor known variances", () => {
    const fit = fitTo(DATA, ["yi ~ 1 + meta_V(V = vi)"]);
    expect(varianceShares(fit).groups[0]!.parts.map(({ source }) => source)).toEqual(["vi", "sigma"]);
    const none = varianceShares(fitTo(DATA, ["yi ~ 1 + (1 | study)"]));
    expect(none.sampling).toBe("none");
    expect(none.groups[0]!.i2).toBe(100);
    const zeros = varianceShares(
      fitTo({ ...DATA, vi: DATA.vi.map((v, i) => (i < 5 ? 0 : v)) }, [
        "yi ~ 1 + (1 | study) + meta_V(V = vi)",
      ]),
    );
    expect(zeros.sampling).toBe("mean");
  });

  it("print as a table", () => {
    const { fit } = caseFit("v15-multilevel-konstantopoulos");
    expect(String(varianceShares(fit))).toBe(
      [
        "part     source          variance percent",
        "sampling vi           0.004944706    5.18",
        "within   sigma        0.032864792   34.40",
        "between  sd(district) 0.057738360   60.43",
        "sampling: typical variance (Higgins & Thompson 2002); I2 = 100 - its percentage",
      ].join("\n"),
    );
    expect(() => varianceShares(fit, { by: "distrct" })).toThrow("did you mean 'district'?");
  });
});
