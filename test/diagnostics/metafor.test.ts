import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { influence } from "../../src/diagnostics/influence";
import { leaveOneOut } from "../../src/diagnostics/leave-one-out";
import type { DrmOptions } from "../../src/drm";
import type { Fit, UnivariateFit } from "../../src/fit/fit";
import { hatvalues, residuals } from "../../src/inference/residuals";
import { fitTo } from "../fit/simulated";

/** Both programs are at the optimum: metafor's threshold is 1e-13, in tau^2. */
const OPTIMUM = 1e-6;
/** rma.mv minimises by numerical gradients. */
const NEAR_OPTIMUM = 1e-5;
/** The same formula at the same variances. */
const SAME = 1e-9;

type Numbers = readonly number[];
interface Univariate {
  readonly data: "bcg" | "bangert";
  readonly formula: string;
  readonly method: "ML" | "REML" | "EE";
  readonly rstandard: Numbers;
  readonly rstudent: Numbers;
  readonly hat: Numbers;
  readonly cooks: Numbers;
  readonly dffits: Numbers;
  readonly covRatio: Numbers;
  readonly tau2: Numbers;
  readonly q: Numbers;
  readonly weight: Numbers;
  readonly dfbetas: Readonly<Record<string, Numbers>>;
  readonly influential: readonly boolean[];
  readonly leaveOneOut: Readonly<Record<"estimate" | "se" | "tau2" | "q", Numbers>>;
}
interface Fixture {
  readonly data: Readonly<Record<string, Readonly<Record<string, Numbers>>>>;
  readonly univariate: readonly Univariate[];
  readonly multilevel: {
    readonly sigma2: Numbers;
    readonly hat: Numbers;
    readonly refitted: Pick<Univariate, "rstandard" | "rstudent" | "cooks" | "dfbetas">;
    readonly byDistrict: Readonly<Record<"chiSquared" | "cooks", Numbers>>;
  };
  readonly correlated: { readonly sigma2: number; readonly hat: Numbers };
}
const fixture = JSON.parse(
  readFileSync(new URL("./fixtures/influence.json", import.meta.url), "utf8"),
) as Fixture;

function expectClose(seen: ArrayLike<number>, wanted: Numbers, tolerance: number, what: string): void {
  expect(seen.length, what).toBe(wanted.length);
  wanted.forEach((value, i) => {
    const error = Math.abs(seen[i]! - value) / Math.max(1, Math.abs(value));
    if (!(error <= tolerance)) expect.fail(`${what} of ${i + 1}: ${seen[i]}, wanted ${value}`);
  });
}

const optionsOf = (method: Univariate["method"]): Partial<DrmOptions> =>
  method === "EE" ? { fixed: { sigma: 0 } } : { method };

describe("rma.uni", () => {
  it.for(fixture.univariate)("$data $formula $method", (wanted) => {
    const data = fixture.data[wanted.data]!;
    const fit = fitTo(
      data,
      [`yi ${wanted.formula} + meta_V(V = vi)`],
      optionsOf(wanted.method),
    ) as UnivariateFit;
    expectClose(residuals(fit, { type: "rstandard" }), wanted.rstandard, OPTIMUM, "rstandard");
    expectClose(residuals(fit, { type: "rstudent" }), wanted.rstudent, OPTIMUM, "rstudent");
    expectClose(hatvalues(fit), wanted.hat, OPTIMUM, "hat");

    const { rows, coefficients } = influence(fit);
    const column = (value: (row: (typeof rows)[number]) => number) => rows.map(value);
    expectClose(
      column(({ rstudent }) => rstudent),
      wanted.rstudent,
      OPTIMUM,
      "rstudent",
    );
    expectClose(
      column(({ cooksDistance }) => cooksDistance),
      wanted.cooks,
      OPTIMUM,
      "Cook's distance",
    );
    expectClose(
      column(({ dffits }) => dffits),
      wanted.dffits,
      OPTIMUM,
      "DFFITS",
    );
    expectClose(
      column(({ covRatio }) => covRatio),
      wanted.covRatio,
      OPTIMUM,
      "covariance ratio",
    );
    expectClose(
      column(({ leverage }) => leverage),
      wanted.hat,
      OPTIMUM,
      "leverage",
    );
    expectClose(
      column(({ weight }) => weight),
      wanted.weight,
      OPTIMUM,
      "weight",
    );
    expectClose(
      column(({ spreads }) => spreads.sigma! ** 2),
      wanted.tau2,
      OPTIMUM,
      "tau2",
    );
    expectClose(
      column(({ qDeleted }) => qDeleted),
      wanted.q,
      OPTIMUM,
      "Q",
    );
    Object.values(wanted.dfbetas).forEach((values, j) => {
      expectClose(
        column(({ dfbetas }) => dfbetas[j]!),
        values,
        OPTIMUM,
        `DFBETAS ${coefficients[j]}`,
      );
    });
    // metafor flags rows by coefficients of the mean; a row may be influential for sigma alone
    rows.forEach(({ influential, dfbetas }, i) => {
      const forSigma = dfbetas.slice(Object.keys(wanted.dfbetas).length).some((d) => Math.abs(d) > 1);
      expect(influential, `row ${i + 1}`).toBe(wanted.influential[i] || forSigma);
    });
  });

  it("leave1out", () => {
    for (const { data, formula, method, leaveOneOut: wanted } of fixture.univariate) {
      if (formula !== "~1") continue;
      const { rows } = leaveOneOut(
        fitTo(fixture.data[data]!, ["yi ~ 1 + meta_V(V = vi)"], optionsOf(method)),
      );
      expectClose(
        rows.map(({ estimates }) => estimates[0]!),
        wanted.estimate,
        OPTIMUM,
        "estimate",
      );
      expectClose(
        rows.map(({ spreads }) => spreads.sigma! ** 2),
        wanted.tau2,
        OPTIMUM,
        "tau2",
      );
      expectClose(
        rows.map(({ q }) => q),
        wanted.q,
        OPTIMUM,
        "Q",
      );
      if (method === "REML")
        expectClose(
          rows.map(({ stdErrors }) => stdErrors[0]!),
          wanted.se,
          OPTIMUM,
          "SE",
        );
    }
  });
});

describe("rma.mv", () => {
  const data = fixture.data.kon!;
  const { sigma2, hat, refitted, byDistrict } = fixture.multilevel;
  const formula = "yi ~ year + (1 | district/school) + meta_V(V = vi)";

  /** A fit held at metafor's variances: its scale coefficients are replaced, and the mean fitted again. */
  const heldAt = (fit: Fit, variances: Numbers): UnivariateFit => {
    const scale = fit.coefficients.slice(2);
    const estimates = scale.map((one, i) => ({ ...one, estimate: 0.5 * Math.log(variances[i]!) }));
    const coefficients = [...fit.coefficients.slice(0, 2), ...estimates];
    return { ...fit, coefficients } as UnivariateFit;
  };

  it("leverages at held variances, nested random intercepts", () => {
    // sigma is held at 0: both of rma.mv's components are random intercepts
    const fit = fitTo(data, [formula], { method: "REML", fixed: { sigma: 0 } });
    expectClose(hatvalues(heldAt(fit, sigma2)), hat, SAME, "hat");
  });

  it("leverages at held variances, correlated sampling errors", () => {
    const fit = fitTo(data, ["yi ~ year + meta_V(V = meta_vcov_cluster(vi, district, rho = 0.5))"]);
    const { correlated } = fixture;
    expectClose(hatvalues(heldAt(fit, [correlated.sigma2])), correlated.hat, SAME, "hat");
  });

  it("refits, to the digits that rma.mv has", () => {
    const fit = fitTo(data, ["yi ~ year + (1 | district) + meta_V(V = vi)"], { method: "REML" });
    const { rows } = influence(fit);
    const standardized = residuals(fit as UnivariateFit, { type: "rstandard" });
    expectClose(standardized, refitted.rstandard, NEAR_OPTIMUM, "rstandard");
    expectClose(
      rows.map(({ rstudent }) => rstudent),
      refitted.rstudent,
      NEAR_OPTIMUM,
      "rstudent",
    );
    expectClose(
      rows.map(({ cooksDistance }) => cooksDistance),
      refitted.cooks,
      NEAR_OPTIMUM,
      "Cook's",
    );
    Object.values(refitted.dfbetas).forEach((values, j) => {
      expectClose(
        rows.map(({ dfbetas }) => dfbetas[j]!),
        values,
        NEAR_OPTIMUM,
        "DFBETAS",
      );
    });
    const districts = influence(fit, { by: "district" }).rows;
    expectClose(
      districts.map(({ chiSquared }) => chiSquared),
      byDistrict.chiSquared,
      NEAR_OPTIMUM,
      "X2",
    );
    expectClose(
      districts.map(({ cooksDistance }) => cooksDistance),
      byDistrict.cooks,
      NEAR_OPTIMUM,
      "Cook's",
    );
  });
});
