import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { correlationSensitivity } from "../../src/bias/index";
import { coefficientTable, drm, drmFormula, parseCsv, robust } from "../../src/index";

const assink = parseCsv(readFileSync(new URL("../../examples/assink.csv", import.meta.url), "utf8"));
const V = (rho: number) => `meta_V(V = meta_vcov_cluster(vi, study, rho = ${rho}))`;
const model = (V: string) =>
  drm(drmFormula(`yi ~ 1 + (1 | study) + ${V}`, "sigma ~ deltype"), { data: assink, method: "REML" });

describe("correlationSensitivity()", () => {
  test("is the fit with covariances typed as a formula", () => {
    for (const fit of [model("meta_V(V = vi)"), model(V(0.6))]) {
      const { fits } = correlationSensitivity(fit, { cluster: "study", rho: [0, 0.5, 0.8] });
      for (const { rho, coefficients, logLik, reason } of fits) {
        const own = model(V(rho));
        expect(reason).toBe("");
        expect(logLik).toBeCloseTo(own.logLik, 9);
        coefficientTable(own).forEach((row, j) => {
          expect(coefficients[j]!.estimate).toBeCloseTo(row.estimate, 6);
          expect(Number.isNaN(coefficients[j]!.lower)).toBe(Number.isNaN(row.lower));
          if (!Number.isNaN(row.lower)) expect(coefficients[j]!.lower).toBeCloseTo(row.lower, 6);
        });
      }
    }
  });

  test("keeps robust errors and the test", () => {
    const fit = robust(model("meta_V(V = vi)"), { cluster: "study" });
    const { fits } = correlationSensitivity(fit, { cluster: "study", rho: [0.5] });
    const own = coefficientTable(robust(model(V(0.5)), { cluster: "study" }));
    expect(fits[0]!.coefficients[0]!.stdError).toBeCloseTo(own[0]!.stdError, 7);
    expect(fits[0]!.coefficients[0]!.df).toBeCloseTo(own[0]!.df, 5);
  });

  test("says why a correlation cannot be", () => {
    const fit = drm("yi ~ 1 + meta_V(V = vi)", {
      data: { yi: [0.1, 0.4, 0.3, 0.2, 0.5], vi: [0.1, 0.1, 0.1, 0.1, 0.1] },
      fixed: { sigma: 0 },
    });
    const cluster = ["a", "a", "a", "b", "b"];
    const found = correlationSensitivity(fit, { cluster, rho: [0.2, -0.9] });
    expect(found.fits[0]!.reason).toBe("");
    expect(found.fits[1]!.reason).toContain("V (V) is not a covariance matrix");
    expect(String(found)).toContain("rho = -0.9: ");
  });

  test("bad input", () => {
    const fit = model("meta_V(V = vi)");
    expect(() => correlationSensitivity(fit, {} as { cluster: string })).toThrow('cluster: "study"');
    expect(() => correlationSensitivity(fit, { cluster: "study", rho: [1.5] })).toThrow("rho: 1.5");
    expect(() => correlationSensitivity(fit, { cluster: "studdy" })).toThrow("did you mean 'study'");
    const rows = Array.from({ length: assink.nrow }, (_, i) => i);
    expect(() => correlationSensitivity(fit, { cluster: rows })).toThrow("every study has one row");
  });
});
