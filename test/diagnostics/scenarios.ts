import type { DrmOptions } from "../../src/drm";
import type { Fit } from "../../src/fit/fit";
import { randomFrom } from "../fit/random-problem";
import { fitTo } from "../fit/simulated";

type Cell = number | string | null;
export type Data = Readonly<Record<string, readonly Cell[]>>;

export interface Scenario {
  readonly formulas: readonly string[];
  readonly options?: Partial<DrmOptions>;
  /** a V of all rows (2 a study with two outcomes) is passed as `V` */
  readonly withV?: boolean;
}

/** One model of each kind that drm() fits; the moderators keep their meaning when rows go. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "location-scale": { formulas: ["yi ~ x + f + meta_V(V = vi)", "sigma ~ x"] },
  "location-scale REML": {
    formulas: ["yi ~ x + meta_V(V = vi)", "sigma ~ x"],
    options: { method: "REML" },
  },
  "common effect": { formulas: ["yi ~ x + meta_V(V = vi)"], options: { fixed: { sigma: 0 } } },
  "no meta_V": { formulas: ["yi ~ x", "sigma ~ x"] },
  offset: { formulas: ["yi ~ f + offset(0.3 * x) + meta_V(V = vi)"] },
  weights: { formulas: ["yi ~ x + meta_V(V = vi)"], options: { weights: "w" } },
  nested: { formulas: ["yi ~ x + (1 | lab/study) + meta_V(V = vi)"] },
  "nested REML": { formulas: ["yi ~ x + (1 | study) + meta_V(V = vi)"], options: { method: "REML" } },
  "weights and random intercepts": {
    formulas: ["yi ~ x + (1 | study) + meta_V(V = vi)"],
    options: { weights: "w" },
  },
  "moderated SD": { formulas: ["yi ~ x + (1 | study) + meta_V(V = vi)", "sd(study) ~ z"] },
  crossed: { formulas: ["yi ~ x + (1 | study) + (1 | site) + meta_V(V = vi)"] },
  "weights and crossed intercepts": {
    formulas: ["yi ~ x + (1 | study) + (1 | site) + meta_V(V = vi)"],
    options: { weights: "w" },
  },
  "blocks of V": { formulas: ["yi ~ x + meta_V(V = meta_vcov_cluster(vi, study, rho = 0.5))"] },
  "blocks of V and random intercepts": {
    formulas: ["yi ~ x + (1 | lab) + meta_V(V = meta_vcov_cluster(vi, study, rho = 0.5))"],
  },
  "full V": { formulas: ["yi ~ x + meta_V(V = V)"], withV: true },
  "two outcomes": {
    formulas: [
      "mu1 = y1 ~ x + meta_V(V = meta_vcov_bivariate(v1, v2, cor12 = 0.4))",
      "mu2 = y2 ~ x",
      "sigma1 = ~ x",
    ],
  },
  "two outcomes and random intercepts": {
    formulas: [
      "mu1 = y1 ~ 1 + (1 | lab) + meta_V(V = meta_vcov_bivariate(v1, v2, cor12 = 0.4))",
      "mu2 = y2 ~ x",
    ],
  },
};

const ROWS = 32;

/** Studies of two to four rows in four labs; y2 is missing in some rows. */
export function simulatedData(seed: number): Data {
  const random = randomFrom(seed);
  const rows = Array.from({ length: ROWS }, (_, i) => i);
  const column = (value: (i: number) => number) => rows.map(value);
  const number = rows.map((i) => Math.floor((i * 13) / ROWS));
  const ofStudy = Array.from({ length: 13 }, () => random.normal());
  const ofLab = Array.from({ length: 4 }, () => 0.6 * random.normal());
  const ofSite = Array.from({ length: 5 }, () => 0.5 * random.normal());
  const x = column(() => random.normal());
  const truth = column(
    (i) => 0.2 + 0.4 * x[i]! + 0.5 * ofStudy[number[i]!]! + ofLab[number[i]! % 4]! + ofSite[i % 5]!,
  );
  const vi = column(() => 0.02 + 0.08 * random.uniform());
  const yi = column((i) => truth[i]! + Math.sqrt(vi[i]! + 0.1 * Math.exp(x[i]!)) * random.normal());
  return {
    yi,
    vi,
    x,
    z: number.map((s) => Math.round(10 * Math.sin(5 * s)) / 10),
    f: rows.map((i) => ["a", "b", "c"][i % 3]!),
    study: number.map((s) => `s${s}`),
    lab: number.map((s) => `L${s % 4}`),
    site: rows.map((i) => `t${i % 5}`),
    w: column(() => 0.5 + random.integer(3)),
    y1: yi,
    v1: vi,
    y2: rows.map((i) => (i % 7 === 3 ? null : 0.6 * yi[i]! + 0.4 * random.normal())),
    v2: rows.map((i) => (i % 7 === 3 ? null : 0.05 + 0.05 * random.uniform())),
  };
}

/** Every two rows covary a little. */
function fullV(kept: readonly number[], vi: readonly Cell[]): number[][] {
  return kept.map((i) =>
    kept.map((k) => {
      const covariance = 0.3 * 0.8 ** Math.abs(i - k) * Math.sqrt((vi[i] as number) * (vi[k] as number));
      return i === k ? (vi[i] as number) : covariance;
    }),
  );
}

/** The scenario fitted by drm() to some of the rows, to all when none are named. */
export function fitScenario(
  { formulas, options, withV }: Scenario,
  data: Data,
  kept: readonly number[] = Array.from(data.yi!.keys()),
): Fit {
  const taken = Object.fromEntries(
    Object.entries(data).map(([name, values]) => [name, kept.map((row) => values[row]!)]),
  );
  return fitTo(taken, formulas, { ...options, ...(withV && { matrices: { V: fullV(kept, data.vi!) } }) });
}
