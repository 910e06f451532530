// Whether the likelihood has no bound because the mean meets rows without a known variance. As coefficients of sigma run
// along d, log sigma of row i falls or rises by c_i = w_i'd a unit, and half the log of its variance by e_i: c_i, or
// max(c_i, 0) beside a known variance. Then log L changes by - sum w_i e_i + sum over B of e_i a unit in the end, where B are the
// rows, those with the smallest e_i first, that determine what is integrated out: the mean (REML), and random intercepts
// that keep their variance, which settles them where no row falls. All rows with e_i < 0 have to be met, or it falls as exp().
import { directionsOf } from "./faces";
import type { PlainModel } from "./plain-model";

export function risesAnywhere(model: PlainModel, random: () => number): boolean {
  const { parts, v } = model;
  if (!v.some((variance) => variance === 0)) return false;
  const levels = parts.filter(({ kind }) => kind === "sd").map(({ levelOf }) => levelOf);
  const cases = levels.length > 0 ? [[], levels] : [[]];
  return parts.some((part) => {
    if (part.kind !== "sigma") return false;
    return directionsOf(part, random).some((changes) => {
      const rates = new Float64Array(model.n);
      for (let u = 0; u < part.units; u++) {
        const row = part.at[u];
        rates[row] = v[row] > 0 ? Math.max(changes[u], 0) : changes[u];
      }
      return cases.some((kept) => risesAlong(model, rates, kept));
    });
  });
}

function risesAlong(model: PlainModel, rates: Float64Array, kept: readonly Int32Array[]): boolean {
  const { n, p, X, y, weights, reml } = model;
  let change = 0;
  for (let i = 0; i < n; i++) change -= (weights === null ? 1 : weights[i]) * rates[i];
  // what is integrated out takes from it only
  if (!(change > 1e-9)) return false;
  const rows = Array.from(rates.keys()).sort((a, b) => rates[a] - rates[b]);
  const falling = rows.filter((row) => rates[row] < 0 && weights?.[row] !== 0);
  const indicators = kept.flatMap((levelOf) =>
    [...new Set(falling.map((row) => levelOf[row]))]
      .filter((level) => level >= 0)
      .map((level) => (row: number) => (levelOf[row] === level ? 1 : 0)),
  );
  const intercepts = (row: number) => indicators.map((of) => of(row));
  const mean = (row: number) => Array.from(X.subarray(row * p, (row + 1) * p));
  const means = falling.map((row) => [...intercepts(row), ...mean(row)]);
  if (rank(means) < rank(means.map((line, i) => [...line, y[falling[i]]]))) return false;
  const settled: number[][] = [];
  const settle = (line: number[], rate: number): void => {
    if (rank([...settled, line]) === settled.length) return;
    settled.push(line);
    change += rate;
  };
  const lineOf = (row: number) => [...intercepts(row), ...(reml ? mean(row) : [])];
  for (const row of falling) settle(lineOf(row), rates[row]);
  const width = indicators.length + (reml ? p : 0);
  indicators.forEach((_, k) => {
    settle(
      Array.from({ length: width }, (_, j) => (j === k ? 1 : 0)),
      0,
    );
  });
  for (const row of rows) if (!(rates[row] < 0)) settle(lineOf(row), rates[row]);
  return change > 1e-9;
}

/** By elimination with complete pivoting. */
function rank(lines: readonly (readonly number[])[]): number {
  const A = lines.map((line) => {
    const size = Math.hypot(...line);
    return line.map((value) => (size > 0 ? value / size : 0));
  });
  const columns = A[0]?.length ?? 0;
  for (let step = 0; step < Math.min(A.length, columns); step++) {
    let [row, at, largest] = [step, step, 0];
    for (let i = step; i < A.length; i++) {
      for (let k = step; k < columns; k++) {
        if (Math.abs(A[i][k]) > largest) [row, at, largest] = [i, k, Math.abs(A[i][k])];
      }
    }
    if (largest < 1e-8) return step;
    [A[step], A[row]] = [A[row], A[step]];
    for (const line of A) [line[step], line[at]] = [line[at], line[step]];
    for (let i = step + 1; i < A.length; i++) {
      const factor = A[i][step] / A[step][step];
      for (let k = step; k < columns; k++) A[i][k] -= factor * A[step][k];
    }
  }
  return Math.min(A.length, columns);
}
