// Unblocked factor and inverse for a few rows, where packing would cost more than the arithmetic.

/** A = L L' row by row; same contract as `cholesky`, no scratch. */
export function choleskySmall(a: usize, n: i32, ld: i32): i32 {
  const stride = (<usize>ld) << 3;
  const epsilon = <f64>n * 2.220446049250313e-16;
  let li = a;
  for (let i = 0; i < n; i++) {
    const own = li + ((<usize>i) << 3);
    const original = load<f64>(own);
    let pivot = original;
    let lj = a;
    // L_ij = (A_ij - sum_{k < j} L_ik L_jk) / L_jj
    let entry = li;
    while (entry < own) {
      let x = load<f64>(entry);
      let q = lj;
      for (let p = li; p < entry; p += 8) {
        x -= load<f64>(p) * load<f64>(q);
        q += 8;
      }
      x /= load<f64>(q);
      store<f64>(entry, x);
      pivot -= x * x;
      entry += 8;
      lj += stride;
    }
    if (!(pivot > epsilon * original && pivot < Infinity)) return i + 1;
    store<f64>(own, Math.sqrt(pivot));
    li += stride;
  }
  return 0;
}

/**
 * L -> (L L')^-1 in both triangles; same contract as `invertFromCholesky`, no scratch.
 * One sweep over rows k: row k of M = L^-1 is finished and at once used for the rows below (U) and for S = M' M:
 *   M_k. = U_k. / L_kk;   U_i. -= L_ik M_k., i > k;   S_ij += M_ki M_kj, j <= i <= k
 */
export function invertSmall(a: usize, n: i32, ld: i32): void {
  const stride = (<usize>ld) << 3;
  let row = a;
  for (let k = 0; k < n; k++) {
    const end = row + ((<usize>k) << 3);
    const r = 1.0 / load<f64>(end);
    for (let p = row; p < end; p += 8) store<f64>(p, load<f64>(p) * r);
    store<f64>(end, r);

    let below = row + stride;
    for (let i = k + 1; i < n; i++) {
      const corner = below + ((<usize>k) << 3);
      const l = load<f64>(corner);
      let q = row;
      for (let p = below; p < corner; p += 8) {
        store<f64>(p, load<f64>(p) - l * load<f64>(q));
        q += 8;
      }
      store<f64>(corner, -l * r);
      below += stride;
    }

    let above = a;
    for (let m = row; m < end; m += 8) {
      const x = load<f64>(m);
      let p = above;
      for (let q = row; q <= m; q += 8) {
        store<f64>(p, load<f64>(p) + x * load<f64>(q));
        p += 8;
      }
      above += stride;
    }
    for (let p = row; p <= end; p += 8) store<f64>(p, load<f64>(p) * r);
    row += stride;
  }

  row = a + stride;
  for (let i = 1; i < n; i++) {
    let to = a + ((<usize>i) << 3);
    const end = row + ((<usize>i) << 3);
    for (let p = row; p < end; p += 8) {
      store<f64>(to, load<f64>(p));
      to += stride;
    }
    row += stride;
  }
}
