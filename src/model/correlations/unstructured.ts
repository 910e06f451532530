import { choleskyFactor } from "../../linalg/cholesky";
import type { CorrelationMap } from "./correlation-map";

/**
 * Any correlations of q effects. With C = L L', row i of L is a point of the unit sphere, written in the partial correlations
 * z_ij = tanh(kappa_ij) of i and j given those before j (Joe 2006, J Multivar Anal 97:2177-2189; Lewandowski, Kurowicka & Joe 2009):
 *
 *   L_ij = z_ij prod_{k<j} s_ik,   L_ii = prod_{k<i} s_ik,   s = sqrt(1 - z^2) = sech(kappa)
 *
 * so that C is a correlation matrix for all kappa, and each of any q is singular only where some z is +-1. kappa is by rows: 21, 31, 32,
 * ... Reported are atanh of the correlations 12, 13, ..., 23, ...: with two effects that is kappa itself.
 */
export function unstructured(q: number): CorrelationMap {
  const parameters = (q * (q - 1)) / 2;
  const at = (i: number, j: number) => (i * (i - 1)) / 2 + j;
  const pairs: [number, number][] = [];
  for (let a = 0; a < q; a++) for (let b = a + 1; b < q; b++) pairs.push([a, b]);
  const factor = (kappa: Float64Array) => {
    const L = new Float64Array(q * q);
    for (let i = 0; i < q; i++) {
      let left = 1;
      for (let j = 0; j < i; j++) {
        L[i * q + j] = Math.tanh(kappa[at(i, j)]!) * left;
        left *= sech(kappa[at(i, j)]!);
      }
      L[i * q + i] = left;
    }
    return L;
  };
  /** Of row i, in kappa_ik, or twice, in kappa_ik and kappa_il: elements of L. */
  const rowIn = (kappa: Float64Array, i: number, k: number, l: number | null) => {
    const out = new Float64Array(q);
    for (let j = 0; j <= i; j++) {
      let value = 1;
      for (let m = 0; m <= Math.min(j, i - 1); m++) {
        const order = (m === k ? 1 : 0) + (m === l ? 1 : 0);
        value *= m === j ? tanhIn(kappa[at(i, m)]!, order) : sechIn(kappa[at(i, m)]!, order);
      }
      // an element does not depend on partial correlations after it
      out[j] = j < k || (l !== null && j < l) ? 0 : value;
    }
    return out;
  };
  const fill: CorrelationMap["fill"] = (kappa, C, first, second) => {
    const L = factor(kappa);
    const row = (i: number) => L.subarray(i * q, (i + 1) * q);
    for (let a = 0; a < q; a++) {
      C[a * q + a] = 1;
      for (let b = 0; b < a; b++) set(C, 0, a, b, dot(row(a), row(b)));
    }
    if (first === null) return;
    first.fill(0);
    const slopes: Float64Array[] = [];
    for (let i = 1; i < q; i++) {
      for (let k = 0; k < i; k++) {
        const own = rowIn(kappa, i, k, null);
        slopes.push(own);
        for (let b = 0; b < q; b++) if (b !== i) set(first, at(i, k), i, b, dot(own, row(b)));
      }
    }
    if (second === null) return;
    second.fill(0);
    for (let i = 1; i < q; i++) {
      for (let k = 0; k < i; k++) {
        for (let l = 0; l <= k; l++) {
          const own = rowIn(kappa, i, k, l);
          const place = packed(at(i, k), at(i, l));
          for (let b = 0; b < q; b++) if (b !== i) set(second, place, i, b, dot(own, row(b)));
        }
        for (let h = 1; h < i; h++)
          for (let l = 0; l < h; l++)
            set(second, packed(at(i, k), at(h, l)), i, h, dot(slopes[at(i, k)]!, slopes[at(h, l)]!));
      }
    }
  };
  function set(matrices: Float64Array, number: number, a: number, b: number, value: number): void {
    matrices[(number * q + a) * q + b] = value;
    matrices[(number * q + b) * q + a] = value;
  }
  const responses = (kappa: Float64Array) => {
    const C = new Float64Array(q * q);
    fill(kappa, C, null, null);
    return Float64Array.from(pairs, ([a, b]) => C[a * q + b]!);
  };
  return {
    roles: q,
    parameters,
    fill,
    factor,
    responses,
    reported: (kappa) => (q === 2 ? kappa.slice() : responses(kappa).map(atanhOf)),
    slopes(kappa) {
      if (q === 2) return Float64Array.of(1);
      const C = new Float64Array(q * q);
      const first = new Float64Array(parameters * q * q);
      fill(kappa, C, first, null);
      const out = new Float64Array(parameters ** 2);
      pairs.forEach(([a, b], row) => {
        const own = 1 - C[a * q + b]! ** 2;
        for (let k = 0; k < parameters; k++)
          out[row * parameters + k] = own > 0 ? first[(k * q + a) * q + b]! / own : 0;
      });
      return out;
    },
    parametersOf(reported) {
      if (q === 2) return reported.slice();
      const C = new Float64Array(q * q);
      for (let a = 0; a < q; a++) C[a * q + a] = 1;
      for (const [row, [a, b]] of pairs.entries()) set(C, 0, a, b, Math.tanh(reported[row]!));
      const L = choleskyFactor(C, q);
      const kappa = new Float64Array(parameters).fill(Number.NaN);
      for (let i = 1; L !== null && i < q; i++) {
        // what is left of the row's length 1 from element j on: the sum of the squares after it keeps digits
        let left = L[i * q + i]! ** 2;
        for (let j = i - 1; j >= 0; j--) {
          kappa[at(i, j)] = Math.asinh(L[i * q + j]! / Math.sqrt(left));
          left += L[i * q + j]! ** 2;
        }
      }
      return kappa;
    },
  };
}

/** Of two matrices l <= k or k <= l, their place in a packed lower triangle. */
function packed(k: number, l: number): number {
  const [most, least] = k > l ? [k, l] : [l, k];
  return (most * (most + 1)) / 2 + least;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}

export function atanhOf(correlation: number): number {
  return Math.abs(correlation) >= 1
    ? Math.sign(correlation) * Number.POSITIVE_INFINITY
    : Math.atanh(correlation);
}

function sech(x: number): number {
  return 1 / Math.cosh(x);
}

/** tanh and its derivatives. */
function tanhIn(x: number, order: number): number {
  if (order === 0) return Math.tanh(x);
  const square = sech(x) ** 2;
  return order === 1 ? square : -2 * Math.tanh(x) * square;
}

/** sech and its derivatives. */
function sechIn(x: number, order: number): number {
  const s = sech(x);
  if (order === 0) return s;
  return order === 1 ? -Math.tanh(x) * s : s * (1 - 2 * s * s);
}
