import { scratch } from "../data/doubles";

/** (L L')^-1 = M'M with M = L^-1, of which columns lie together: both loops run along rows. */
export function choleskyInverse(L: Float64Array, n: number): Float64Array {
  const M = scratch(n * n);
  for (let j = 0; j < n; j++) {
    const column = j * n;
    M[column + j] = 1 / L[j * n + j]!;
    for (let i = j + 1; i < n; i++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum += L[i * n + k]! * M[column + k]!;
      M[column + i] = -sum / L[i * n + i]!;
    }
  }
  const inverse = scratch(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = i; k < n; k++) sum += M[i * n + k]! * M[j * n + k]!;
      inverse[i * n + j] = sum;
      inverse[j * n + i] = sum;
    }
  }
  return inverse;
}
