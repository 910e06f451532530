// A supremum at infinity is one of the model only if finite coefficients come as near to it as one likes. This makes such
// coefficients from a point on an edge, so that every edge that is reported has been reached from inside.
import type { Face } from "./faces";
import type { PlainModel } from "./plain-model";
import { cholesky, solve } from "./small";
import type { Space } from "./space";

/** Linear predictors this far along are an SD of 0 beside any other, or a correlation of its bound. */
const FAR = 40;

/** Coefficients of `inside` at which everything is nearly as at theta in an edge's space. */
export function approach(model: PlainModel, inside: Space, edge: Space, theta: Float64Array): Float64Array {
  const targets = model.parts.map((_, t) => {
    const whole = inside.faces[t];
    const face = edge.faces[t];
    const predictors = edge.predictors(theta, t);
    if (face === whole) return predictors;
    const lifted = lift(whole, face, predictors);
    let reach = FAR;
    for (const value of lifted) reach = Math.max(reach, FAR + Math.abs(value));
    let nearest = 1;
    for (const value of face.direction) if (value !== 0) nearest = Math.min(nearest, Math.abs(value));
    return lifted.map((value, u) => value + (reach / nearest) * face.direction[u]);
  });
  return inside.project(targets);
}

/** Linear predictors of the whole design that are those of the face in its free units: least squares over them. */
function lift({ basis, columns, held }: Face, face: Face, predictors: Float64Array): Float64Array {
  const free = [...held.keys()].filter((u) => Number.isNaN(face.held[u]));
  const A = new Float64Array(columns * columns);
  for (const u of free) {
    for (let k = 0; k < columns; k++) {
      for (let l = 0; l < columns; l++) A[k * columns + l] += basis[u * columns + k] * basis[u * columns + l];
    }
  }
  // dependent columns share what is to be said; the second pass mends what the ridge spoils
  for (let k = 0; k < columns; k++) A[k * columns + k] += 1e-8 * (A[k * columns + k] + 1);
  cholesky(A, columns);
  const out = new Float64Array(held.length);
  for (let pass = 0; pass < 4; pass++) {
    const b = new Float64Array(columns);
    for (const u of free) {
      for (let k = 0; k < columns; k++) b[k] += basis[u * columns + k] * (predictors[u] - out[u]);
    }
    solve(A, columns, b);
    for (let u = 0; u < out.length; u++) {
      for (let k = 0; k < columns; k++) out[u] += basis[u * columns + k] * b[k];
    }
  }
  return out;
}
