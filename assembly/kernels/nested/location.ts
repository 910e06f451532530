// What beta needs from the nested section, from the inner levels up (levels.ts). X' B X is summed about means, level by
// level (x_u = w_u / tau_u; a level counts above as a row of precision rho_u tau_u), because sum a x x' - kappa w w' is lost
// to rounding when omega is huge:
//
//   X' B X = sum over rows a_i (x_i - x_u)(x_i - x_u)' + sum over levels rho_u tau_u (x_u - x_parent)(x_u - x_parent)'

import { Field, Status } from "../../abi";
import { add, read, write } from "../../accumulate";
import { scoreColumns } from "../../restricted";
import { at, get, nestedStart } from "../../room";
import { log } from "../../simd/log";
import { CHUNK, rowPrecisions } from "../precisions";
import { KAPPA, levelAt, nestedWidth, parentOf, RHO, TAU, TO_W } from "./levels";

/** Adds log|S|, X' B X and X' B y of the nested section. */
export function nestedLocation(problem: usize): i32 {
  const levels = get(problem, Field.NestedLevels);
  if (levels == 0) return Status.Ok;
  const p = get(problem, Field.P);
  const width = nestedWidth(p, get(problem, Field.Q), scoreColumns(problem));
  const nested = at(problem, Field.Nested);
  const inner = get(problem, Field.InnerLevels);
  const first = nestedStart(problem);
  const last = first + get(problem, Field.NestedRows);
  const omega2 = at(problem, Field.Omega2);
  const parents = at(problem, Field.LevelParent);
  const stride = (<usize>get(problem, Field.Rows)) << 3;
  const a = at(problem, Field.WeightedInverse);
  const x = at(problem, Field.X);
  const y = at(problem, Field.Y);
  const gram = at(problem, Field.LocationHessian);
  const right = at(problem, Field.LocationRight);

  let logDet: f64 = 0;
  for (let start = first; start < last; start += CHUNK)
    logDet += rowPrecisions(problem, start, min(CHUNK, last - start));
  if (isNaN(logDet)) return Status.NotPositiveDefinite;
  memory.fill(nested, 0, (<usize>levels * <usize>width) << 3);

  // the layout that nestedVectors() makes room for
  const mean = at(problem, Field.Vectors);
  const centred = mean + ((<usize>(p + 1)) << 3);
  let row = (<usize>first) << 3;
  for (let u = 0; u < levels; u++) {
    const level = levelAt(nested, u, width);
    const w = level + TO_W;
    if (u < inner) {
      const begin = row;
      const end = (<usize>(first + load<i32>(at(problem, Field.LevelEnd) + ((<usize>u) << 2)))) << 3;
      let tau: f64 = 0;
      for (; row < end; row += 8) {
        const ai = load<f64>(a + row);
        tau += ai;
        for (let j = 0; j < p; j++) add(w, j, ai * load<f64>(x + <usize>j * stride + row));
        add(w, p, ai * load<f64>(y + row));
      }
      write(level, TAU, tau);
      for (let j = 0; j <= p; j++) write(mean, j, tau > 0 ? read(w, j) / tau : 0);
      for (let i = begin; i < end; i += 8) {
        for (let j = 0; j < p; j++) write(centred, j, load<f64>(x + <usize>j * stride + i) - read(mean, j));
        write(centred, p, load<f64>(y + i) - read(mean, p));
        addSquare(gram, right, centred, load<f64>(a + i), p);
      }
    }
    // children come first: tau and w are complete
    const tau = read(level, TAU);
    const o2 = read(omega2, u);
    const grown = 1 + o2 * tau;
    const rho = 1 / grown;
    write(level, RHO, rho);
    write(level, KAPPA, o2 * rho);
    logDet += log(grown);
    const parent = parentOf(parents, u);
    if (parent >= 0) {
      const above = levelAt(nested, parent, width);
      add(above, TAU, rho * tau);
      for (let j = 0; j <= p; j++) add(above + TO_W, j, rho * read(w, j));
    }
  }
  // a level counts in the one above as one row with its mean and precision rho tau
  for (let u = 0; u < levels; u++) {
    const level = levelAt(nested, u, width);
    const tau = read(level, TAU);
    if (!(tau > 0)) continue;
    const parent = parentOf(parents, u);
    const above = levelAt(nested, max(parent, 0), width);
    const tauAbove = parent < 0 ? 0 : read(above, TAU);
    for (let j = 0; j <= p; j++) {
      const meanAbove = tauAbove > 0 ? read(above + TO_W, j) / tauAbove : 0;
      write(centred, j, read(level + TO_W, j) / tau - meanAbove);
    }
    addSquare(gram, right, centred, read(level, RHO) * tau, p);
  }
  add(at(problem, Field.Sums), 0, logDet);
  return Status.Ok;
}

/** Adds scale z z', z = (x, y), to X' B X and X' B y. */
function addSquare(gram: usize, right: usize, z: usize, scale: f64, p: i32): void {
  const y = read(z, p);
  for (let j = 0; j < p; j++) {
    const sx = scale * read(z, j);
    add(right, j, sx * y);
    for (let k = 0; k <= j; k++) add(gram, j * p + k, sx * read(z, k));
  }
}
