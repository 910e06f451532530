import { drm, gaussian } from "../../../src/drm";
import { drmFormula } from "../../../src/formula/formula";
import type { Model } from "../../../src/model/model";
import type { Spreads } from "../../../src/model/terms/term";
import { openFit } from "../../../src/opened/open-fit";

// Two small models that have every variance term between them, and Sigma as their columns say it.

export interface Example {
  readonly model: Model;
  readonly spreads: Spreads;
  /** Sigma without V and R, R, and V of two observations */
  readonly shared: (i: number, k: number) => number;
  readonly residual: (i: number, k: number) => number;
  readonly known: (i: number, k: number) => number;
}

/** Any numbers, all of them different. */
const numbers = (count: number, from: number) =>
  Float64Array.from({ length: count }, (_, i) => from + i / 16);

const district = ["d1", "d1", "d1", "d2", "d2", "d2", "d2", "d3", "d3", "d3"];
const school = ["a", "a", "b", "a", "b", "b", "b", "a", "b", "a"];
const yi = [0.9, -0.2, 0.4, 1.3, 0.5, 0.1, -0.6, 1.8, 0.2, 0.7];
const vi = [0.04, 0.09, 0.05, 0.02, 0.12, 0.03, 0.06, 0.08, 0.05, 0.07];

/** Rows 2 and 5 covary, of different districts, and so do rows 7 and 8. */
export function nested(): Example {
  const known = (i: number, k: number) => {
    if (i === k) return vi[i]!;
    const [low, high] = [Math.min(i, k), Math.max(i, k)];
    return low === 2 && high === 5 ? 0.01 : low === 7 && high === 8 ? -0.02 : 0;
  };
  const V = yi.map((_, i) => yi.map((__, k) => known(i, k)));
  const formula = drmFormula("yi ~ 1 + (1 | district/school) + meta_V(V = V)");
  const { model } = openFit(drm(formula, { data: { yi, district, school }, matrices: { V } }));
  const spreads = {
    phi: new Float64Array(0),
    sigma: numbers(10, 0.1),
    omega: numbers(3 + 6, 0.2),
    kappa: new Float64Array(0),
    rho: new Float64Array(0),
  };
  const districts = ["d1", "d2", "d3"];
  const schools = ["d1:a", "d1:b", "d2:a", "d2:b", "d3:a", "d3:b"];
  const levelsOf = (i: number) => [
    districts.indexOf(district[i]!),
    3 + schools.indexOf(`${district[i]}:${school[i]}`),
  ];
  return {
    model,
    spreads,
    known,
    residual: (i, k) => (i === k ? spreads.sigma[i]! ** 2 : 0),
    shared: (i, k) =>
      levelsOf(i)
        .filter((level) => levelsOf(k).includes(level))
        .reduce((sum, level) => sum + spreads.omega[level]! ** 2, 0),
  };
}

/** Study and outcome of each observation: studies 1 and 4 have one. */
const OBSERVATIONS = [
  [0, 1],
  [0, 2],
  [1, 1],
  [2, 1],
  [2, 2],
  [3, 1],
  [3, 2],
  [4, 2],
  [5, 1],
  [5, 2],
  [6, 1],
  [6, 2],
] as const;
const COMPLETE = [0, 2, 3, 5, 6];
const y1 = [0.3, 0.9, -0.2, 0.5, null, 0.8, 0.1];
const y2 = [0.1, null, -0.5, 0.2, 0.7, 0.3, 0.9];
const lab = ["k", "k", "l", "l", "l", "m", "k"];

/** The labs are levels of the first outcome only. */
export function paired(): Example {
  const vOf = (study: number, outcome: number) => 0.02 + study / 100 + outcome / 1000;
  const between = (study: number) => 0.001 * (1 + study);
  const V = Array.from({ length: 14 }, (_, i) =>
    Array.from({ length: 14 }, (__, k) =>
      i === k ? vOf(i >> 1, 1 + (i & 1)) : i >> 1 === k >> 1 ? between(i >> 1) : 0,
    ),
  );
  const formula = drmFormula("mu1 = y1 ~ 1 + (1 | lab) + meta_V(V = V)", "mu2 = y2 ~ 1");
  const data = { y1, y2, lab } as unknown as Record<string, number[]>;
  const { model } = openFit(drm(formula, { data, matrices: { V }, family: [gaussian(), gaussian()] }));
  const spreads = {
    phi: new Float64Array(0),
    sigma: numbers(12, 0.1),
    omega: numbers(3, 0.2),
    kappa: new Float64Array(0),
    rho: Float64Array.of(-0.9, -0.4, 0, 0.4, 0.9),
  };
  return {
    model,
    spreads,
    known: (i, k) => {
      const [[study, outcome], [other]] = [OBSERVATIONS[i]!, OBSERVATIONS[k]!];
      return i === k ? vOf(study, outcome) : study === other ? between(study) : 0;
    },
    residual: (i, k) => {
      const [[study], [other]] = [OBSERVATIONS[i]!, OBSERVATIONS[k]!];
      if (study !== other) return 0;
      return (i === k ? 1 : spreads.rho[COMPLETE.indexOf(study)]!) * spreads.sigma[i]! * spreads.sigma[k]!;
    },
    shared: (i, k) => {
      const [[study, outcome], [other, second]] = [OBSERVATIONS[i]!, OBSERVATIONS[k]!];
      if (outcome !== 1 || second !== 1 || lab[study] !== lab[other]) return 0;
      return spreads.omega[["k", "l", "m"].indexOf(lab[study]!)]! ** 2;
    },
  };
}
