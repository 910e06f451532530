import { semidefiniteFactor } from "../../linalg/cholesky";
import type { CorrelationMap } from "./correlation-map";
import { atanhOf } from "./unstructured";

/** A number with its first and second derivative in kappa. */
type Jet = readonly [number, number, number];

/**
 * One correlation for each two of q effects. It is no less than low = -1 / (q - 1), where C is singular:
 *
 *   rho = low + (1 - low) / (1 + exp(-2 kappa))
 *
 * which is tanh(kappa) for two. Reported is atanh(rho).
 */
export function compoundSymmetry(q: number): CorrelationMap {
  const low = -1 / (q - 1);
  const rho = (kappa: number): Jet => {
    const s = logistic(2 * kappa);
    const rest = logistic(-2 * kappa);
    const slope = 2 * (1 - low) * s * rest;
    return [low + (1 - low) * s, slope, 2 * slope * (rest - s)];
  };
  return {
    ...oneParameter(q, (kappa) => {
      const own = rho(kappa);
      return () => own;
    }),
    responses: ([kappa]) => Float64Array.of(rho(kappa!)[0]),
    reported: ([kappa]) => Float64Array.of(atanhOf(rho(kappa!)[0])),
    slopes: ([kappa]) => {
      const [value, slope] = rho(kappa!);
      return Float64Array.of(slope / (1 - value ** 2) || 0);
    },
    parametersOf: ([reported]) => {
      const share = (Math.tanh(reported!) - low) / (1 - low);
      return Float64Array.of(0.5 * Math.log(share / (1 - share)));
    },
  };
}

/** rho^|i - j|, rho = tanh(kappa): the first order autoregression by the positions of q levels. */
export function autoregressive(q: number): CorrelationMap {
  return {
    ...oneParameter(q, (kappa) => {
      const rho = Math.tanh(kappa);
      const slope = 1 / Math.cosh(kappa) ** 2;
      const bend = -2 * rho * slope;
      return (a, b) => {
        const k = Math.abs(a - b);
        const second = k > 1 ? k * (k - 1) * rho ** (k - 2) * slope ** 2 : 0;
        return [rho ** k, k * rho ** (k - 1) * slope, second + k * rho ** (k - 1) * bend];
      };
    }),
    ...ITSELF,
    responses: (kappa) => kappa.map(Math.tanh),
  };
}

/** rho^|t_i - t_j|, rho between 0 and 1: the same in continuous time. kappa, and reported, is the logit of rho. */
export function continuousAutoregressive(times: ArrayLike<number>): CorrelationMap {
  return {
    ...oneParameter(times.length, (kappa) => {
      // -log rho
      const decay = kappa > 0 ? Math.log1p(Math.exp(-kappa)) : Math.log1p(Math.exp(kappa)) - kappa;
      const rest = logistic(-kappa);
      const bend = logistic(kappa) * rest;
      return (a, b) => {
        const d = Math.abs(times[a]! - times[b]!);
        const value = Math.exp(-d * decay);
        return [value, d * rest * value, (d * d * rest * rest - d * bend) * value];
      };
    }),
    ...ITSELF,
    responses: (kappa) => kappa.map(logistic),
  };
}

/** Where kappa is what is reported. */
const ITSELF: Pick<CorrelationMap, "reported" | "slopes" | "parametersOf"> = {
  reported: (kappa) => kappa.slice(),
  slopes: () => Float64Array.of(1),
  parametersOf: (reported) => reported.slice(),
};

/** @param at correlation of two different roles at a kappa */
function oneParameter(
  q: number,
  at: (kappa: number) => (a: number, b: number) => Jet,
): Pick<CorrelationMap, "roles" | "parameters" | "fill" | "factor"> {
  const fill: CorrelationMap["fill"] = (kappa, C, first, second) => {
    const correlation = at(kappa[0]!);
    for (let a = 0; a < q; a++) {
      for (let b = 0; b <= a; b++) {
        const jet: Jet = a === b ? [1, 0, 0] : correlation(a, b);
        C[a * q + b] = C[b * q + a] = jet[0];
        if (first !== null) first[a * q + b] = first[b * q + a] = jet[1];
        if (second !== null) second[a * q + b] = second[b * q + a] = jet[2];
      }
    }
  };
  return {
    roles: q,
    parameters: 1,
    fill,
    factor(kappa) {
      const C = new Float64Array(q * q);
      fill(kappa, C, null, null);
      return lowerFactor(C, q);
    },
  };
}

/** Beside 1: a pivot that rounding leaves of zero. */
const ZERO_PIVOT = 1e-12;

/** L with C = L L' of a correlation matrix that may be singular. In place. */
function lowerFactor(C: Float64Array, q: number): Float64Array {
  const L = semidefiniteFactor(C, q, ZERO_PIVOT) ?? C.fill(Number.NaN);
  for (let a = 0; a < q; a++) L.fill(0, a * q + a + 1, (a + 1) * q);
  return L;
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
