// The audit's likelihood, in plain loops from the model's equation: a dense Cholesky factor of each cluster's covariance,
// beta by generalized least squares, orthogonally: weights differ by many powers of ten where an SD is small. Restricted: - log|X' S^-1 X| / 2 + log|X'X| / 2 + p/2 log(2 pi).
// Weights multiply the log-likelihood of a cluster; with random intercepts that of a row given the intercepts, which is
// a row of variance s^2 / w and a constant. A sigma or omega of exactly 0 is an ordinary value.
import type { Cluster, Part, PlainModel } from "./plain-model";
import { againstTriangle, cholesky, invertLower, logDeterminant, type Triangle, triangleOf } from "./small";

/** sigma, omega and rho of every unit, by part. */
export type Scales = readonly Float64Array[];

export interface Likelihood {
  /** log-likelihood at its best beta; -Infinity where a covariance is singular. Fills `slopes` if asked to. */
  evaluate(scales: Scales, withSlopes: boolean): number;
  /** by part and unit: derivative in log sigma, log omega and rho */
  readonly slopes: readonly Float64Array[];
  readonly beta: Float64Array;
}

interface Work {
  readonly cluster: Cluster;
  readonly m: number;
  /** factor of the covariance */
  readonly L: Float64Array;
  /** L^-1 (X, y), m x (p + 1) */
  readonly Z: Float64Array;
  /** by sd part: the level of each member */
  readonly levels: readonly Int32Array[];
}

export function plainLikelihood(model: PlainModel): Likelihood {
  const { n, p, y, X, v, weights, reml, parts } = model;
  const sds = parts.flatMap((part, t) => (part.kind === "sd" ? [t] : []));
  const rhoAt = parts.findIndex(({ kind }) => kind === "rho");
  const byRow = weights !== null && sds.length > 0;
  // most clusters are one row, and need no matrices
  const singles = Int32Array.from(
    model.clusters.filter(({ rows }) => rows.length === 1).map(({ rows }) => rows[0]),
  );
  const singleS = new Float64Array(singles.length);
  const several = model.clusters.filter(({ rows }) => rows.length > 1);
  const works: Work[] = several.map((cluster) => {
    const m = cluster.rows.length;
    const levels = sds.map((t) => cluster.rows.map((row) => parts[t].levelOf[row]));
    return { cluster, m, L: new Float64Array(m * m), Z: new Float64Array(m * (p + 1)), levels };
  });
  const largest = works.reduce((most, { m }) => Math.max(most, m), 1);
  const inverse = new Float64Array(largest * largest);
  const G = new Float64Array(largest * largest);
  const M = new Float64Array(largest * p);
  const a = new Float64Array(largest);
  const s = new Float64Array(n);
  const rowSlope = new Float64Array(n);
  const A = new Float64Array(n * (p + 1));
  const triangle: Triangle = {
    R: new Float64Array(p * p),
    c: new Float64Array(p),
    order: new Int32Array(p),
    squares: 0,
  };
  const against = new Float64Array(p);
  const beta = new Float64Array(p);
  const slopes = parts.map(({ units }) => new Float64Array(units));
  const constant = constantOf(model);

  const assemble = ({ cluster: { rows, V, pairs }, m, L, levels }: Work, scales: Scales): void => {
    for (let i = 0; i < m; i++) {
      const row = rows[i];
      for (let j = 0; j < i; j++) {
        let sum = V[i * m + j];
        for (let t = 0; t < sds.length; t++) {
          const level = levels[t][i];
          if (level >= 0 && level === levels[t][j]) sum += scales[sds[t]][level] ** 2;
        }
        L[i * m + j] = sum;
      }
      const own = v[row] + s[row] ** 2;
      let sum = byRow ? own / weights[row] : own;
      for (let t = 0; t < sds.length; t++) if (levels[t][i] >= 0) sum += scales[sds[t]][levels[t][i]] ** 2;
      L[i * m + i] = sum;
    }
    for (const [i, j, pair] of pairs) {
      L[Math.max(i, j) * m + Math.min(i, j)] += scales[rhoAt][pair] * s[rows[i]] * s[rows[j]];
    }
  };

  const whiten = ({ cluster: { rows }, m, L, Z }: Work): void => {
    const q = p + 1;
    for (let i = 0; i < m; i++) {
      const row = rows[i];
      for (let k = 0; k < q; k++) {
        let sum = k < p ? X[row * p + k] : y[row];
        for (let j = 0; j < i; j++) sum -= L[i * m + j] * Z[j * q + k];
        Z[i * q + k] = sum / L[i * m + i];
      }
    }
  };

  const addSlopes = (
    { cluster: { rows, pairs }, m, L, Z, levels }: Work,
    scales: Scales,
    w: number,
  ): void => {
    const q = p + 1;
    invertLower(L, m, inverse);
    for (let i = 0; i < m; i++) {
      let residual = Z[i * q + p];
      for (let k = 0; k < p; k++) residual -= Z[i * q + k] * beta[k];
      a[i] = residual;
    }
    // a = L^-T a in place, from the top: row i uses what is below it
    for (let i = 0; i < m; i++) {
      let sum = 0;
      for (let k = i; k < m; k++) sum += inverse[i * m + k] * a[k];
      a[i] = sum;
    }
    if (reml) {
      // M = S^-1 X R^-1, so that M M' = S^-1 X A^-1 X' S^-1
      for (let i = 0; i < m; i++) {
        for (let k = 0; k < p; k++) {
          let sum = 0;
          for (let j = i; j < m; j++) sum += inverse[i * m + j] * Z[j * q + k];
          M[i * p + k] = sum;
        }
        againstTriangle(triangle, p, M, i * p, against);
        for (let k = 0; k < p; k++) M[i * p + k] = against[k];
      }
    }
    for (let i = 0; i < m; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = a[i] * a[j];
        for (let k = i; k < m; k++) sum -= inverse[i * m + k] * inverse[j * m + k];
        if (reml) {
          for (let k = 0; k < p; k++) sum += M[i * p + k] * M[j * p + k];
        }
        G[i * m + j] = 0.5 * w * sum;
      }
    }
    for (let i = 0; i < m; i++) {
      const row = rows[i];
      const variance = s[row] ** 2;
      rowSlope[row] = 2 * variance * (byRow ? G[i * m + i] / weights[row] : G[i * m + i]);
      if (byRow && variance > 0) rowSlope[row] += ((1 - weights[row]) * variance) / (v[row] + variance);
      for (let t = 0; t < sds.length; t++) {
        const level = levels[t][i];
        if (level < 0) continue;
        let sum = G[i * m + i];
        for (let j = 0; j < i; j++) if (levels[t][j] === level) sum += 2 * G[i * m + j];
        slopes[sds[t]][level] += 2 * scales[sds[t]][level] ** 2 * sum;
      }
    }
    for (const [i, j, pair] of pairs) {
      const product = 2 * G[Math.max(i, j) * m + Math.min(i, j)] * s[rows[i]] * s[rows[j]];
      slopes[rhoAt][pair] += product;
      rowSlope[rows[i]] += product * scales[rhoAt][pair];
      rowSlope[rows[j]] += product * scales[rhoAt][pair];
    }
  };

  /** Variance of a row of its own. */
  const varianceOf = (row: number, scales: Scales): number => {
    const own = v[row] + s[row] * s[row];
    let sum = byRow ? own / weights[row] : own;
    for (const t of sds) {
      const level = parts[t].levelOf[row];
      if (level >= 0) sum += scales[t][level] ** 2;
    }
    return sum;
  };

  /** Slopes of a row of its own, from the derivative in its variance. */
  const addSingle = (row: number, derivative: number, scales: Scales): void => {
    const variance = s[row] * s[row];
    rowSlope[row] = 2 * variance * (byRow ? derivative / weights[row] : derivative);
    if (byRow && variance > 0) rowSlope[row] += ((1 - weights[row]) * variance) / (v[row] + variance);
    for (const t of sds) {
      const level = parts[t].levelOf[row];
      if (level >= 0) slopes[t][level] += 2 * scales[t][level] ** 2 * derivative;
    }
  };

  const weightOf = ({ cluster: { rows } }: Work): number =>
    weights === null || byRow ? 1 : weights[rows[0]];

  return {
    slopes,
    beta,
    evaluate(scales, withSlopes) {
      parts.forEach((part, t) => {
        if (part.kind === "sigma") for (let u = 0; u < part.units; u++) s[part.at[u]] = scales[t][u];
      });
      let logs = 0;
      let line = 0;
      const q = p + 1;
      for (let c = 0; c < singles.length; c++) {
        const row = singles[c];
        const S = varianceOf(row, scales);
        if (!(S > 0)) return Number.NEGATIVE_INFINITY;
        singleS[c] = S;
        const w = weights === null || byRow ? 1 : weights[row];
        logs += w * Math.log(S);
        const root = Math.sqrt(w / S);
        for (let k = 0; k < q; k++) A[line * q + k] = root * (k < p ? X[row * p + k] : y[row]);
        line++;
      }
      for (const work of works) {
        const { m, L, Z } = work;
        const w = weightOf(work);
        assemble(work, scales);
        if (!cholesky(L, m)) return Number.NEGATIVE_INFINITY;
        logs += w * logDeterminant(L, m);
        whiten(work);
        const root = Math.sqrt(w);
        for (let i = 0; i < m * q; i++) A[line * q + i] = root * Z[i];
        line += m;
      }
      if (!triangleOf(A, n, p, triangle)) return Number.NEGATIVE_INFINITY;
      const { R, c: rotated, order, squares } = triangle;
      for (let k = p - 1; k >= 0; k--) {
        let sum = rotated[k];
        for (let l = k + 1; l < p; l++) sum -= R[k * p + l] * beta[order[l]];
        beta[order[k]] = sum / R[k * p + k];
        if (reml) logs += 2 * Math.log(Math.abs(R[k * p + k]));
      }
      if (withSlopes) for (const slope of slopes) slope.fill(0);
      for (let c = 0; withSlopes && c < singles.length; c++) {
        const row = singles[c];
        const w = weights === null || byRow ? 1 : weights[row];
        const S = singleS[c];
        let residual = y[row];
        for (let k = 0; k < p; k++) residual -= X[row * p + k] * beta[k];
        let sum = (residual * residual) / S - 1;
        if (reml) {
          againstTriangle(triangle, p, X, row * p, against);
          for (let k = 0; k < p; k++) sum += against[k] ** 2 / S;
        }
        addSingle(row, (0.5 * w * sum) / S, scales);
      }
      let value = constant - 0.5 * (logs + squares);
      if (byRow) {
        for (let i = 0; i < n; i++) {
          const w = weights[i];
          const own = v[i] + s[i] ** 2;
          value += 0.5 * (Math.log((2 * Math.PI * own) / w) - w * Math.log(2 * Math.PI * own));
        }
      }
      if (!withSlopes || !Number.isFinite(value))
        return Number.isFinite(value) ? value : Number.NEGATIVE_INFINITY;
      for (const work of works) addSlopes(work, scales, weightOf(work));
      parts.forEach((part, t) => {
        if (part.kind === "sigma") for (let u = 0; u < part.units; u++) slopes[t][u] = rowSlope[part.at[u]];
      });
      return value;
    },
  };
}

/** What does not depend on the scale; of rows weighted one by one the 2 pi is in their own terms. */
function constantOf({ n, p, X, weights, reml, parts }: PlainModel): number {
  const logTwoPi = Math.log(2 * Math.PI);
  if (reml) {
    const XX = new Float64Array(p * p);
    for (let i = 0; i < n; i++)
      for (let k = 0; k < p; k++) for (let l = 0; l < p; l++) XX[k * p + l] += X[i * p + k] * X[i * p + l];
    if (!cholesky(XX, p)) return Number.NaN;
    return 0.5 * logDeterminant(XX, p) - 0.5 * (n - p) * logTwoPi;
  }
  if (weights === null || parts.some(({ kind }: Part) => kind === "sd")) return -0.5 * n * logTwoPi;
  return -0.5 * weights.reduce((sum, w) => sum + w, 0) * logTwoPi;
}
