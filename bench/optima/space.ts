// A region of the scale that is searched at once: for each part the inside, or one of its edges.
import type { Ascent } from "./climb";
import type { Face } from "./faces";
import type { Likelihood, Scales } from "./likelihood";
import { CAP, type PlainModel } from "./plain-model";

/** An SD of a row without a known variance is no smaller than this share of the spread, so that values stay finite. */
export const FLOOR = 1e-7;
/** exp() of these is 0 and large; nothing is found beyond. */
const [LOWEST, HIGHEST] = [-300, 30];
/** Beside the spread: what a row without a say is as good as; farther up digits are lost. */
export const LARGE = 1e6;

export interface Space {
  readonly faces: readonly Face[];
  readonly size: number;
  readonly value: (theta: Float64Array) => number;
  readonly ascent: Ascent;
  /** sigma, omega, rho of each unit at theta */
  readonly scales: (theta: Float64Array) => Scales;
  /** log sigma, log omega, atanh rho of the free units of a part */
  readonly predictors: (theta: Float64Array, part: number) => Float64Array;
  /** the theta whose linear predictors (log sigma, log omega, atanh rho) are nearest to these, by part and unit */
  readonly project: (targets: readonly Float64Array[]) => Float64Array;
}

export function spaceOf(model: PlainModel, likelihood: Likelihood, faces: readonly Face[]): Space {
  const { parts, v, spread } = model;
  const scales = parts.map(({ units }) => new Float64Array(units));
  const predictors = parts.map(({ units }) => new Float64Array(units));
  const floors = parts.map(({ kind, units, at }) =>
    Float64Array.from({ length: units }, (_, u) => (kind === "sigma" && v[at[u]] === 0 ? FLOOR * spread : 0)),
  );

  const place = (theta: Float64Array): void => {
    let first = 0;
    faces.forEach(({ held, basis, columns }, t) => {
      const isRho = parts[t].kind === "rho";
      for (let u = 0; u < held.length; u++) {
        let sum = 0;
        for (let k = 0; k < columns; k++) sum += basis[u * columns + k] * theta[first + k];
        predictors[t][u] = sum;
        const free = isRho
          ? CAP * Math.tanh(sum)
          : Math.min(LARGE * spread, Math.exp(Math.min(HIGHEST, Math.max(LOWEST, sum))));
        scales[t][u] = Math.max(Number.isNaN(held[u]) ? free : held[u], isRho ? -1 : floors[t][u]);
      }
      first += columns;
    });
  };
  const size = faces.reduce((sum, { columns }) => sum + columns, 0);
  return {
    faces,
    size,
    value(theta) {
      place(theta);
      return likelihood.evaluate(scales, false);
    },
    ascent(theta, gradient) {
      place(theta);
      const value = likelihood.evaluate(scales, true);
      gradient.fill(0);
      if (value === Number.NEGATIVE_INFINITY) return value;
      let first = 0;
      faces.forEach(({ held, basis, columns }, t) => {
        const isRho = parts[t].kind === "rho";
        for (let u = 0; u < held.length; u++) {
          const isClamped = !isRho && (scales[t][u] === floors[t][u] || scales[t][u] === LARGE * spread);
          if (!Number.isNaN(held[u]) || isClamped) continue;
          const rate = isRho ? CAP * (1 - Math.tanh(predictors[t][u]) ** 2) : 1;
          const slope = likelihood.slopes[t][u] * rate;
          for (let k = 0; k < columns; k++) gradient[first + k] += slope * basis[u * columns + k];
        }
        first += columns;
      });
      return value;
    },
    scales(theta) {
      place(theta);
      return scales.map((values) => Float64Array.from(values));
    },
    predictors(theta, part) {
      place(theta);
      return Float64Array.from(predictors[part]);
    },
    project(targets) {
      const theta = new Float64Array(size);
      let first = 0;
      faces.forEach(({ held, basis, columns }, t) => {
        let free = 0;
        for (let u = 0; u < held.length; u++) if (Number.isNaN(held[u])) free++;
        for (let u = 0; u < held.length; u++) {
          for (let k = 0; k < columns; k++)
            theta[first + k] += (basis[u * columns + k] * targets[t][u]) / free;
        }
        first += columns;
      });
      return theta;
    },
  };
}
