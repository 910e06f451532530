import { describe, expect, test } from "vitest";
import {
  excessSignificance,
  failSafeN,
  henmiCopas,
  rankTest,
  smallStudy,
  type TrimFillEstimator,
  trimFill,
  uwls,
  waap,
  weightedLine,
} from "../../src/bias/index";
import { drm, type Fit } from "../../src/index";
import { listCases, loadCase } from "../cases";

interface TrimFillCase {
  readonly k0: number;
  readonly se_k0: number;
  readonly side: string;
  readonly b: number;
  readonly se: number;
  readonly ci: readonly number[];
  readonly tau2: number;
  readonly filled_yi: number | readonly number[];
  readonly p_k0: number | null;
}

interface RegressionCase {
  readonly zval: number;
  readonly pval: number;
  readonly est: number;
  readonly ci: readonly number[];
  readonly slope: number;
  readonly slope_se: number;
}

interface MethodCase {
  readonly b: number;
  readonly se: number;
  readonly tau2: number;
  readonly trimfill_L0: TrimFillCase;
  readonly trimfill_R0: TrimFillCase;
  readonly trimfill_Q0: TrimFillCase;
  readonly henmi_copas?: {
    readonly b: number;
    readonly se: number;
    readonly ci: readonly number[];
    readonly tau2: number;
  };
  readonly regtest_rma_sei: RegressionCase;
  readonly regtest_rma_vi: RegressionCase;
}

interface Line {
  readonly coef: readonly [number, number];
  readonly se: readonly [number, number];
  readonly p: readonly [number, number];
}

interface BiasCase {
  readonly data: { readonly columns: { readonly yi: readonly number[]; readonly vi: readonly number[] } };
  readonly by_method: Readonly<Record<string, MethodCase>>;
  readonly tests: {
    readonly PET: Line;
    readonly PEESE: Line;
    readonly UWLS: { readonly b: number; readonly se: number };
    readonly WAAP?: { readonly n_adequate: number; readonly b: number; readonly se: number };
    readonly ranktest: { readonly tau: number; readonly pval: number };
    readonly tes: {
      readonly O: number;
      readonly E: number;
      readonly X2: number | null;
      readonly pval: number;
      readonly theta: number;
      readonly pval_limit: number;
    };
  } & Readonly<
    Record<
      `fsn_${string}`,
      { readonly fsnum: number; readonly pval: number | null; readonly target: number | null }
    >
  >;
}

const near = (actual: number, wanted: number, digits = 1e-8) =>
  expect(Math.abs(actual - wanted)).toBeLessThanOrEqual(digits * Math.max(1, Math.abs(wanted)));

const listOf = (values: number | readonly number[]) => (typeof values === "number" ? [values] : values);

/** The reference's search for tau^2 stops once it moves by less than 1e-5: its ML and REML estimates are that good. */
const OF_METHOD: Readonly<Record<string, number>> = { EE: 1e-10, REML: 1e-5, ML: 1e-5 };

for (const id of listCases("next/p4")) {
  describe(id, () => {
    const { data, tests, by_method } = loadCase<BiasCase>(id);
    const formula = "yi ~ 1 + meta_V(V = vi)";
    const fits: Readonly<Record<string, Fit>> = {
      REML: drm(formula, { data: data.columns, method: "REML" }),
      ML: drm(formula, { data: data.columns }),
      EE: drm(formula, { data: data.columns, fixed: { sigma: 0 } }),
    };
    const fit = fits.REML!;

    test("weighted least squares", () => {
      for (const [predictor, line] of [["sei", tests.PET] as const, ["vi", tests.PEESE] as const]) {
        const { intercept, slope } = weightedLine(fit, predictor);
        [intercept, slope].forEach((estimate, j) => {
          near(estimate.estimate, line.coef[j]!, 1e-10);
          near(estimate.stdError, line.se[j]!, 1e-10);
          near(estimate.pValue, line.p[j]!, 1e-10);
        });
      }
      near(uwls(fit).estimate, tests.UWLS.b, 1e-10);
      near(uwls(fit).stdError, tests.UWLS.se, 1e-10);
      if (tests.WAAP === undefined) return;
      const powered = waap(fit);
      expect(powered.adequate).toHaveLength(tests.WAAP.n_adequate);
      near(powered.estimate, tests.WAAP.b, 1e-10);
      near(powered.stdError, tests.WAAP.se, 1e-10);
    });

    test("rank correlation", () => {
      const { tau, pValue } = rankTest(fit);
      near(tau, tests.ranktest.tau, 1e-12);
      near(pValue, tests.ranktest.pval, 1e-10);
    });

    test("excess significance", () => {
      const found = excessSignificance(fit);
      expect(found.observed).toBe(tests.tes.O);
      near(found.expected, tests.tes.E, 1e-10);
      near(found.theta, tests.tes.theta, 1e-10);
      near(found.pValue, tests.tes.pval, 1e-10);
      expect(found.test).toBe(tests.tes.X2 === null ? "exact" : "chi2");
      if (tests.tes.X2 !== null) near(found.statistic, tests.tes.X2, 1e-10);
      // a root found to 1e-4 or so by the reference
      near(found.limit, tests.tes.pval_limit, 1e-4);
    });

    test("fail-safe N", () => {
      for (const type of ["Rosenthal", "Orwin", "Rosenberg", "General"] as const) {
        const wanted = tests[`fsn_${type}`]!;
        const found = failSafeN(fit, { type });
        // the reference's search may stop one above the least number
        if (type === "General") expect([0, 1]).toContain(wanted.fsnum - found.number);
        else expect(found.number).toBe(wanted.fsnum);
        if (wanted.pval !== null) near(found.pValue, wanted.pval, type === "General" ? 1e-8 : 1e-12);
        if (wanted.target !== null) near(found.target, wanted.target, 1e-12);
      }
    });

    for (const [method, own] of Object.entries(fits)) {
      test(`${method}: trim and fill, regression, Henmi and Copas`, () => {
        const expected = by_method[method]!;
        const digits = OF_METHOD[method]!;
        for (const estimator of ["L0", "R0", "Q0"] as TrimFillEstimator[]) {
          const wanted = expected[`trimfill_${estimator}` as "trimfill_L0"];
          const found = trimFill(own, { estimator });
          expect([found.filled, found.side]).toEqual([wanted.k0, wanted.side]);
          near(found.filledStdError, wanted.se_k0, 1e-12);
          near(found.estimate, wanted.b, digits);
          // those of ML are the joint errors of all parameters, the reference's are given sigma
          if (method !== "ML") {
            near(found.stdError, wanted.se, digits);
            near(found.lower, wanted.ci[0]!, digits);
            near(found.upper, wanted.ci[1]!, digits);
          }
          near(found.tau2, wanted.tau2, digits);
          const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);
          sorted(found.filledEffects).forEach((y, i) => {
            near(y, sorted(listOf(wanted.filled_yi))[i]!, digits);
          });
          if (wanted.p_k0 !== null) near(found.filledPValue, wanted.p_k0, 1e-12);
        }
        for (const predictor of ["sei", "vi"] as const) {
          const wanted = expected[`regtest_rma_${predictor}`];
          const { slope, adjusted } = smallStudy(own, { predictor });
          near(slope.estimate, wanted.slope, 10 * digits);
          near(adjusted.estimate, wanted.est, 10 * digits);
          if (method === "ML") continue;
          near(slope.stdError, wanted.slope_se, 10 * digits);
          near(slope.statistic, wanted.zval, 10 * digits);
          near(slope.pValue, wanted.pval, 10 * digits);
          near(adjusted.lower, wanted.ci[0]!, 10 * digits);
          near(adjusted.upper, wanted.ci[1]!, 10 * digits);
        }
      });
    }

    test("Henmi and Copas", () => {
      const wanted = by_method.DL!.henmi_copas!;
      const found = henmiCopas(fit);
      near(found.estimate, wanted.b, 1e-10);
      near(found.stdError, wanted.se, 1e-10);
      near(found.tau2, wanted.tau2, 1e-10);
      // the reference's root is good to 1e-4 standard errors
      near(found.lower, wanted.ci[0]!, 1e-4);
      near(found.upper, wanted.ci[1]!, 1e-4);
    });
  });
}
