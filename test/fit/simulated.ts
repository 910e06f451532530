import { type DrmOptions, drm } from "../../src/drm";
import type { Fit } from "../../src/fit/fit";
import { drmFormula } from "../../src/formula/formula";
import { randomFrom } from "./random-problem";

/** Columns of a simulated meta-analysis: moderators `x` (numeric), `year` (a calendar year), `f` (three levels). */
export interface Columns {
  readonly yi: number[];
  readonly vi: number[];
  readonly x: number[];
  readonly year: number[];
  readonly f: string[];
}

/** Enough rows a level, and enough heterogeneity, that the optimum is inside and the only one in nearly every draw. */
export function simulated(seed: number, rows = 36): Columns {
  const random = randomFrom(seed);
  const x = Array.from({ length: rows }, () => random.normal());
  const f = x.map((_, i) => ["a", "b", "c"][i % 3]!);
  const vi = x.map(() => 0.02 + 0.1 * random.uniform());
  const yi = x.map((xi, i) => {
    const sigma = Math.exp(-0.6 + 0.3 * xi + (f[i] === "b" ? 0.5 : 0));
    return 0.2 + 0.3 * xi + (f[i] === "c" ? 0.4 : 0) + Math.sqrt(vi[i]! + sigma ** 2) * random.normal();
  });
  return { yi, vi, x, year: x.map((_, i) => 1985 + ((i * 7) % 31)), f };
}

type Data = Readonly<Record<string, readonly (number | string | null)[]>>;

/** drm() on columns; the first formula is mu's. */
export function fitTo(
  data: Data | Columns,
  formulas: readonly string[],
  options: Partial<Omit<DrmOptions, "data">> = {},
): Fit {
  return drm(drmFormula(...formulas), { data: data as DrmOptions["data"], ...options });
}

export function estimate(fit: Fit, dpar: string, term = "(Intercept)"): number {
  return coefficient(fit, dpar, term).estimate;
}

export function coefficient(fit: Fit, dpar: string, term = "(Intercept)"): Fit["coefficients"][number] {
  const found = fit.coefficients.find((one) => one.dpar === dpar && one.term === term);
  if (found === undefined) throw new Error(`no coefficient ${dpar}:${term}`);
  return found;
}
