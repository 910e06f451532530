import { describe, expect, it } from "vitest";
import { drm, gaussian } from "../../src/drm";
import type { Fit } from "../../src/fit/fit";
import { drmFormula } from "../../src/formula/formula";
import { loadCase } from "../cases";
import { expectClose } from "./closeness";
import type { MaCase, Polished } from "./ma-case";

/** Schema ma-struct/1: one data set, fits by structure and method. */
interface StructureCase extends Pick<MaCase, "data" | "V"> {
  readonly model: {
    readonly levels: readonly string[];
    readonly time: readonly number[];
    readonly formula: { readonly mu: string };
  };
  readonly fits: readonly {
    readonly struct: "ID" | "CS" | "HCS" | "DIAG" | "UN" | "AR" | "HAR" | "CAR";
    readonly method: "ML" | "REML";
    readonly polished: Polished;
  }[];
}

const CASES = ["p30-structures-ishak", "p35-structures-simulated"].map((id) => ({
  id,
  given: loadCase<StructureCase>(`next/${id}`),
}));
const FITS = CASES.flatMap(({ id, given }) => given.fits.map((one) => ({ id, given, ...one })));

function fitOf({ given, struct, method }: (typeof FITS)[number]): Fit {
  const { data, model, V } = given;
  const fn = struct === "UN" ? "us" : struct.toLowerCase();
  const column = fn === "car" ? "time" : "outcome";
  const mu = model.formula.mu
    .replace("(0 + outcome | study) [structure]", `${fn}(0 + ${column} | study)`)
    .replace("meta_V(V)", "meta_V(V = V)");
  const columns: Record<string, readonly (number | string | null)[]> = { ...data.columns };
  columns.time = columns.outcome!.map((level) => model.time[model.levels.indexOf(String(level))]!);
  return drm(drmFormula(mu), {
    family: gaussian(),
    data: columns as Record<string, number[]>,
    factors: { outcome: model.levels },
    matrices: { V: V.kind === "blocks" ? { blocks: V.blocks } : (data.columns.vi as number[]) },
    fixed: { sigma: 0 },
    method,
  });
}

/** The files' names of parameters: sd, sd[t1], rho, rho[t1,t2]. */
function shortName({ dpar, term }: Fit["coefficients"][number]): string {
  if (dpar === "mu") return `mu:${term}`;
  const name = dpar.startsWith("sd(") ? "sd" : "rho";
  return term === "(Intercept)" ? name : `${name}[${term}]`;
}

describe("levels of a factor within studies", () => {
  it("are all there", () => expect(FITS).toHaveLength(30));

  it.for(FITS)("$id $struct $method", (one) => {
    const { polished, method } = one;
    const fit = fitOf(one);
    expect(fit.optim.message).toMatch(/^converged(?! at the boundary)/);
    const names = fit.coefficients.map(shortName);
    expect([...names].sort()).toEqual(Object.keys(polished.estimates).sort());
    const wanted = names.map((name) => Number(polished.estimates[name]));
    const errors = names.map((name) =>
      Number(
        method === "REML" && name.startsWith("mu") ? polished.se_mu_gls[name] : polished.se_joint![name],
      ),
    );
    expectClose(
      fit.coefficients.map(({ estimate }) => estimate),
      wanted,
      1e-6,
      "estimates",
    );
    fit.coefficients.forEach(({ stdError }, i) => {
      expect(Math.abs(stdError / errors[i]! - 1), `standard error of ${names[i]}`).toBeLessThan(1e-5);
    });
    expect(Math.abs(fit.logLik - polished.logLik)).toBeLessThan(1e-8 * Math.abs(polished.logLik));
    expect(fit.df).toBe(polished.npar);
  });

  it("are named by the design's words", () => {
    const one = FITS.find(
      ({ id, struct, method }) => id.startsWith("p35") && struct === "UN" && method === "ML",
    )!;
    const fit = fitOf(one);
    expect(fit.coefficients.slice(5).map(({ dpar, term }) => `${dpar}:${term}`)).toEqual([
      ...["t1", "t2", "t3", "t4"].map((level) => `sd(outcome | study):${level}`),
      ...["t1,t2", "t1,t3", "t1,t4", "t2,t3", "t2,t4", "t3,t4"].map((pair) => `cor(outcome | study):${pair}`),
    ]);
    const car = fitOf(FITS.find(({ struct }) => struct === "CAR")!);
    expect(car.coefficients.slice(-2).map(({ dpar, term }) => `${dpar}:${term}`)).toEqual([
      "sd(time | study):(Intercept)",
      "cor(time | study):(Intercept)",
    ]);
  });
});
