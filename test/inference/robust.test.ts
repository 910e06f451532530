import { describe, expect, it } from "vitest";
import { type DrmOptions, drm, gaussian } from "../../src/drm";
import type { Fit } from "../../src/fit/fit";
import { drmFormula } from "../../src/formula/formula";
import { coefficientTable } from "../../src/inference/coefficient-table";
import { confint } from "../../src/inference/confint";
import { predict } from "../../src/inference/predict";
import { residualCovariance } from "../../src/inference/residual-covariance";
import { type RobustOptions, robust } from "../../src/inference/robust/robust";
import { waldTest } from "../../src/inference/wald-test";
import { fromJSON } from "../../src/report/json/from-json";
import { toJSON } from "../../src/report/json/to-json";
import { summary } from "../../src/report/summary";
import { randomStream } from "../../src/stats/random";
import { loadCase } from "../cases";
import { jobOf, type MaCase } from "../fit/ma-case";
import { denseRobust } from "./dense-robust";

interface Metafor {
  readonly se: readonly number[];
  readonly dfs: number;
  readonly pval: readonly number[];
  readonly ci_lb: readonly number[];
  readonly QM: number;
  readonly QMdf: readonly [number, number];
  readonly QMp: number;
}
interface ClubSandwich {
  readonly se: readonly number[];
  readonly df_satt: readonly number[];
  readonly p_satt: readonly number[];
  readonly ci_lb: readonly number[];
}
type WithRobust = MaCase & {
  readonly inference: {
    readonly REML: {
      readonly robust: {
        readonly n_clusters: number;
        readonly metafor_CR0: Metafor;
        readonly metafor_CR1_small_sample_adjusted: Metafor;
        readonly clubSandwich_CR2: ClubSandwich;
        readonly clubSandwich_CR2_Wald_HTZ?: {
          readonly Fstat: number;
          readonly df_num: number;
          readonly df_denom: number;
          readonly p_val: number;
          readonly coefs_tested: readonly number[];
        };
      };
    };
  };
};

const CLUSTER: Readonly<Record<string, string>> = {
  "v15-multilevel-konstantopoulos": "district",
  "v16-multilevel-metareg-crede": "studyid",
  "v17-multilevel-blockV-assink": "study",
  "v18-longitudinal-blockV-ishak": "study",
};

function fitCase(given: MaCase, method: "ML" | "REML"): Fit {
  const { formulas, options } = jobOf(given, method);
  const family = formulas[0]!.startsWith("mu1") ? [gaussian(), gaussian()] : gaussian();
  return drm(drmFormula(...formulas), { ...options, family });
}

/** Relative: the fits of the cases agree to about 1e-7. */
const CLOSE = 1e-5;
const near = (seen: number, wanted: number, within = CLOSE) =>
  expect(Math.abs(seen - wanted)).toBeLessThan(within * Math.max(1e-9, Math.abs(wanted)));
const location = (fit: Fit) => coefficientTable(fit).filter(({ dpar }) => dpar.startsWith("mu"));

describe("robust() on the reference cases, by metafor and clubSandwich", () => {
  it.for(Object.entries(CLUSTER))("%s", ([id, cluster]) => {
    const given = loadCase<WithRobust>(id);
    const wanted = given.inference.REML.robust;
    const fit = fitCase(given, "REML");
    for (const [type, metafor] of [
      ["CR0", wanted.metafor_CR0],
      ["CR1", wanted.metafor_CR1_small_sample_adjusted],
    ] as const) {
      const seen = robust(fit, { cluster, type });
      expect(seen.robust!.clusters).toBe(wanted.n_clusters);
      location(seen).forEach((row, i) => {
        near(row.stdError, metafor.se[i]!);
        expect(row.df).toBe(metafor.dfs);
        near(row.pValue, metafor.pval[i]!);
        near(row.lower, metafor.ci_lb[i]!);
      });
      // without an intercept the case's QM is of all coefficients, as ours is
      const joint = waldTest(seen);
      near(joint.statistic, metafor.QM);
      near(joint.pValue, metafor.QMp);
      expect([joint.df, joint.ddf]).toEqual(metafor.QMdf);
    }
    const { se, df_satt, p_satt, ci_lb } = wanted.clubSandwich_CR2;
    const seen = robust(fit, { cluster });
    location(seen).forEach((row, i) => {
      near(row.stdError, se[i]!);
      near(row.df, df_satt[i]!);
      near(row.pValue, p_satt[i]!);
      near(row.lower, ci_lb[i]!);
    });
    const htz = wanted.clubSandwich_CR2_Wald_HTZ;
    if (htz === undefined) return;
    const matrix = htz.coefs_tested.map((one) => se.map((_, j) => (j === one - 1 ? 1 : 0)));
    const joint = waldTest(seen, { dpar: "mu", matrix });
    near(joint.statistic, htz.Fstat);
    expect(joint.df).toBe(htz.df_num);
    near(joint.ddf!, htz.df_denom);
    near(joint.pValue, htz.p_val);
  });

  // metafor 3.8.1 (default optimizer) and clubSandwich 0.5.8, Debian
  it.for([
    {
      id: "v24-bivariate-metareg-berkey",
      method: "REML",
      se: [0.1101067268719, 0.0301294962806, 0.0690450626824, 0.0213091776156],
      df: [2.63373761083, 2.12241944405, 2.60491030003, 2.10936959288],
      tested: [0, 2],
      F: [27.1146923032, 1.62566093316, 0.0564242810731],
    },
    {
      id: "v24-bivariate-metareg-berkey",
      method: "ML",
      se: [0.1134407295924, 0.0318094860006, 0.0669598790071, 0.0196470974547],
      df: [2.63160174385, 2.10460818373, 2.60688603347, 2.08686132098],
      tested: [0, 2],
      F: [23.6972919312, 1.61233785942, 0.0637692934063],
    },
    {
      id: "v28-bivariate-missing-outcomes-riley",
      method: "REML",
      se: [0.111678911274, 0.108093698018],
      df: [46.4264311908, 55.8137466946],
      tested: [0, 1],
      F: [139.093785497, 42.9187812621, 1.75573940706e-19],
    },
  ] as const)("two outcomes: $id $method", ({ id, method, se, df, tested, F }) => {
    const fit = fitCase(loadCase(id), method);
    const rows = Int32Array.from({ length: fit.nobs }, (_, i) => i);
    const seen = robust(fit, { cluster: rows });
    // metafor's optimizer stops where the sixth digit is not settled
    location(seen).forEach((row, i) => {
      near(row.stdError, se[i]!, 1e-4);
      near(row.df, df[i]!, 1e-4);
    });
    const matrix = tested.map((one) => fit.coefficients.map((_, j) => (j === one ? 1 : 0)));
    const joint = waldTest(seen, { matrix });
    near(joint.statistic, F[0], 1e-3);
    near(joint.ddf!, F[1], 1e-3);
    near(joint.pValue, F[2], 1e-2);
  });
});

/** Rounding. */
const EXACT = 1e-9;

/** Compares with the definition, over all rows at once. */
function agrees(
  fit: Fit,
  codes: readonly number[],
  X: number[][],
  y: number[],
  Sigma: number[][],
  options: RobustOptions,
) {
  const p = X[0]!.length;
  const k = fit.coefficients.length;
  for (const type of ["CR0", "CR2"] as const) {
    const seen = robust(fit, { ...options, type });
    const wanted = denseRobust(X, y, Sigma, codes, type);
    for (let i = 0; i < p; i++) {
      for (let j = 0; j < p; j++) {
        const scale = Math.sqrt(wanted.vcov[i]![i]! * wanted.vcov[j]![j]!);
        expect(Math.abs(seen.vcov[i * k + j]! - wanted.vcov[i]![j]!)).toBeLessThan(EXACT * scale);
      }
      const df = wanted.df(X[0]!.map((_, j) => (i === j ? 1 : 0)));
      if (type === "CR2") near(seen.robust!.df[i]!, df, EXACT);
    }
  }
}

function columnsOf(fit: Fit, dpar: string): number[][] {
  const { nrow, names, values } = fit.designs[dpar]!;
  return Array.from({ length: nrow }, (_, i) => names.map((_name, j) => values[j * nrow + i]!));
}

describe("robust() is what its definition says", () => {
  const restoration = loadCase("drm-a-restoration");
  const data = restoration.data as unknown as Record<string, number[]>;
  const base = { data, factors: restoration.factors } as unknown as DrmOptions;
  const diagonal = (fit: Fit) =>
    data.vi!.map((v, i) => data.vi!.map((_, j) => (i === j ? v + fit.fitted.sigma![i]! ** 2 : 0)));

  it("for a location-scale fit, a row a cluster and ten clusters", () => {
    const fit = drm(drmFormula("yi ~ habitat + duration + meta_V(V = vi)", "sigma ~ habitat"), base);
    const y = [...fit.response.mu!.values];
    for (const cluster of [data.yi!.map((_, i) => i), data.yi!.map((_, i) => i % 10)]) {
      agrees(fit, cluster, columnsOf(fit, "mu"), y, diagonal(fit), { cluster });
    }
  });

  it("where a cluster alone determines a coefficient", () => {
    const own = data.yi!.map((_, i) => (i < 3 ? 1 : 0));
    const fit = drm("yi ~ own + meta_V(V = vi)", { ...base, data: { ...data, own } } as DrmOptions);
    const cluster = data.yi!.map((_, i) => Math.floor(i / 3));
    agrees(fit, cluster, columnsOf(fit, "mu"), [...fit.response.mu!.values], diagonal(fit), { cluster });
    expect(robust(fit, { cluster, type: "CR2" }).coefficients[1]!.stdError).toBeGreaterThan(0);
  });

  it("for crossed random intercepts, block V and an offset", () => {
    const n = 36;
    const random = randomStream(7, 0);
    const columns = {
      team: Array.from({ length: n }, (_, i) => `t${Math.floor(i / 6)}`),
      a: Array.from({ length: n }, (_, i) => `a${Math.floor(i / 6)}${i % 2}`),
      b: Array.from({ length: n }, (_, i) => `b${Math.floor(i / 6)}${i % 3}`),
      x: Array.from({ length: n }, () => random.normal()),
      o: Array.from({ length: n }, () => random.normal()),
      vi: Array.from({ length: n }, () => 0.05 + 0.1 * random.uniform()),
      study: Array.from({ length: n }, (_, i) => Math.floor(i / 2)),
    };
    const effect = (size: number) => Array.from({ length: 40 }, () => size * random.normal());
    const [ea, eb] = [effect(0.6), effect(0.5)];
    const yi = columns.x.map(
      (x, i) =>
        0.3 * x +
        columns.o[i]! +
        ea[2 * Math.floor(i / 6) + (i % 2)]! +
        eb[3 * Math.floor(i / 6) + (i % 3)]! +
        0.6 * random.normal(),
    );
    const fit = drm(
      "yi ~ x + offset(o) + (1 | a) + (1 | b) + meta_V(V = meta_vcov_cluster(vi, study, rho = 0.5))",
      { data: { ...columns, yi }, method: "REML" },
    );
    const sdOf = (group: string) => fit.random!.find((one) => one.group === group)!.sd[0]!;
    const Sigma = yi.map((_, i) =>
      yi.map((__, j) => {
        const v = Math.sqrt(columns.vi[i]! * columns.vi[j]!);
        let sum =
          i === j ? v + fit.fitted.sigma![i]! ** 2 : columns.study[i] === columns.study[j] ? 0.5 * v : 0;
        if (columns.a[i] === columns.a[j]) sum += sdOf("a") ** 2;
        if (columns.b[i] === columns.b[j]) sum += sdOf("b") ** 2;
        return sum;
      }),
    );
    const codes = columns.team.map((team) => Number(team.slice(1)));
    const y = yi.map((value, i) => value - columns.o[i]!);
    agrees(fit, codes, columnsOf(fit, "mu"), y, Sigma, { cluster: columns.team });
    expect(() => robust(fit, { cluster: "study" })).toThrow(
      "rows 1 and 3 share level 'a00' of (1 | a), but are in clusters '0' and '1'; 'study' must contain what depends",
    );
    expect(() => robust(fit, { cluster: columns.b.map((_, i) => i) })).toThrow(
      "rows 1 and 2 are correlated through V",
    );
  });

  it("for two outcomes, some missing, several studies a cluster", () => {
    const fit = fitCase(loadCase("v28-bivariate-missing-outcomes-riley"), "REML");
    const { marginal } = residualCovariance(fit);
    const [y1, y2] = [fit.response.mu1!.values, fit.response.mu2!.values];
    const observed = Array.from(y1, (_, i) => [0, 1].map((o) => ({ i, o })))
      .flat()
      .filter(({ i, o }) => !Number.isNaN((o === 0 ? y1 : y2)[i]!));
    const Sigma = observed.map((a) =>
      observed.map((b) => {
        if (a.i !== b.i) return 0;
        if (a.o !== b.o) return marginal.covariance[a.i]!;
        return (a.o === 0 ? marginal.variance1 : marginal.variance2)[a.i]!;
      }),
    );
    const cluster = Array.from(y1, (_, i) => Math.floor(i / 2));
    const X = observed.map(({ o }) => (o === 0 ? [1, 0] : [0, 1]));
    const y = observed.map(({ i, o }) => (o === 0 ? y1 : y2)[i]!);
    agrees(
      fit,
      observed.map(({ i }) => cluster[i]!),
      X,
      y,
      Sigma,
      { cluster },
    );
  });
});

describe("a fit with robust errors", () => {
  const given = loadCase<MaCase>("v16-multilevel-metareg-crede");
  const plain = fitCase(given, "REML");
  const fit = robust(plain, { cluster: "studyid" });

  it("keeps estimates and the errors of other coefficients", () => {
    expect(fit.coefficients.map(({ estimate }) => estimate)).toEqual(
      plain.coefficients.map(({ estimate }) => estimate),
    );
    const rows = coefficientTable(fit);
    expect(rows[4]).toMatchObject({
      stdError: plain.coefficients[4]!.stdError,
      df: Number.POSITIVE_INFINITY,
    });
    expect(rows[1]!.stdError).toBe(fit.coefficients[1]!.stdError);
    expect(plain.robust).toBeUndefined();
  });

  it("is told in summary and JSON, and survives them", () => {
    const text = String(summary(fit));
    expect(text).toContain("Cluster-robust errors of the location: CR2 by studyid, 68 clusters");
    expect(text).toMatch(/Satterthwaite's df/);
    expect(text).toMatch(/mu:\(Intercept\) .* 12\.81 /);
    const json = toJSON(fit, { full: true });
    expect(json).toMatchObject({ test: "t", robust: { type: "CR2", cluster: "studyid", clusters: 68 } });
    const reopened = fromJSON(JSON.stringify(json));
    expect(coefficientTable(reopened)).toEqual(coefficientTable(fit));
    expect(waldTest(structuredClone(fit))).toEqual(waldTest(fit));
  });

  it("has z tests when asked, and no Knapp-Hartung tests or profiles of the location", () => {
    const z = coefficientTable(fit, 0.95, "wald", "z")[1]!;
    expect(z.stdError).toBe(fit.coefficients[1]!.stdError);
    expect(z.df).toBe(Number.POSITIVE_INFINITY);
    expect(waldTest(fit, { test: "z" }).ddf).toBeNull();
    expect(() => summary(fit, { test: "knha" })).toThrow("no meaning with robust errors");
    expect(() => confint(fit, { parm: "mu", method: "profile" })).toThrow("profile the fit without robust()");
    const k = fit.coefficients.length;
    const mixed = Float64Array.from({ length: k }, (_, i) => (i === 1 || i === k - 1 ? 1 : 0));
    expect(() => waldTest(fit, { matrix: [mixed] })).toThrow("robust errors are of the location");
  });

  it("predicts with its own errors and degrees of freedom", () => {
    const { values, nrow } = fit.designs.mu!;
    const { df, stdError } = predict(fit, undefined, { dpar: "mu" });
    // the first row's mean is a combination that waldTest() can test, too
    const row = Float64Array.from({ length: fit.coefficients.length }, (_, j) =>
      j < 3 ? values[j * nrow]! : 0,
    );
    const joint = waldTest(fit, { matrix: [row] });
    near(joint.ddf!, df[0]!, 1e-12);
    near(Math.sqrt(joint.statistic), Math.abs(fit.fitted.mu![0]! / stdError[0]!), 1e-9);
    expect(() => predict(fit, undefined, { groups: "known" })).toThrow(
      "predict from the fit without robust()",
    );
  });

  it("does not depend on the order of rows, names of clusters or units", () => {
    const { formulas, options } = jobOf(given, "REML");
    const columns = options.data as Record<string, (number | string)[]>;
    const turned = Object.fromEntries(
      Object.entries(columns).map(([name, cells]) => {
        const factor = name === "yi" ? 1e3 : name === "vi" ? 1e6 : null;
        return [name, [...cells].reverse().map((cell) => (factor === null ? cell : factor * Number(cell)))];
      }),
    );
    const other = robust(drm(drmFormula(...formulas), { ...options, data: turned } as DrmOptions), {
      cluster: (turned.studyid as (string | number)[]).map((id) => `study ${id}`),
    });
    location(other).forEach((row, i) => {
      const wanted = coefficientTable(fit)[i]!;
      near(row.stdError / 1e3, wanted.stdError, 1e-6);
      near(row.df, wanted.df, 1e-6);
    });
  });

  it("takes clusters from the data, dropped rows included", () => {
    const columns = {
      yi: [0.1, null, 0.4, 0.2, 0.6, 0.3, 0.5],
      vi: [0.01, 0.02, 0.02, 0.01, 0.03, 0.02, 0.01],
      lab: ["a", "b", "a", "b", "c", "c", "d"],
    };
    const small = drm("yi ~ 1 + meta_V(V = vi)", { data: columns });
    const seen = robust(small, { cluster: "lab", data: columns });
    expect([...seen.robust!.codes]).toEqual([0, 0, 1, 2, 2, 3]);
    expect(robust(small, { cluster: columns.lab }).vcov).toEqual(seen.vcov);
    expect(robust(small, { cluster: ["a", "a", "b", "c", "c", "d"] }).vcov).toEqual(seen.vcov);
    expect(() => robust(small, { cluster: "lab" })).toThrow(
      "cluster: 'lab' is not among the columns that the formulas use (yi, vi): pass the data too",
    );
    expect(() => robust(small, { cluster: "labb", data: columns })).toThrow("did you mean 'lab'?");
    expect(() => robust(small, { cluster: ["a"] })).toThrow(
      "cluster: 1 row; the fit used 6, or 7 with the rows that were dropped",
    );
    expect(() => robust(small, { cluster: ["a", "b", null, "a", "b", "c", "d"] })).toThrow(
      "row 3 has no value of the clusters",
    );
  });

  it("refuses too few clusters, weights and unknown types", () => {
    const columns = {
      yi: [0.1, 0.4, 0.2, 0.6],
      vi: [0.01, 0.02, 0.01, 0.03],
      x: [1, 2, 3, 5],
      w: [1, 1, 2, 1],
    };
    const small = drm("yi ~ x + meta_V(V = vi)", { data: columns });
    expect(() => robust(small, { cluster: [1, 1, 1, 1] })).toThrow("all rows are in one cluster");
    expect(() => robust(small, { cluster: [1, 1, 2, 2], type: "CR1" })).toThrow(
      '2 clusters and 2 location coefficients leave no degrees of freedom for CR1: use type "CR2"',
    );
    const weighted = drm("yi ~ x + meta_V(V = vi)", { data: columns, weights: "w" });
    expect(() => robust(weighted, { cluster: [1, 2, 3, 4] })).toThrow("likelihood weights");
    expect(() => robust(small, { cluster: [1, 2, 3, 4], type: "CR3" as "CR2" })).toThrow(
      "unknown type 'CR3'",
    );
  });
});
