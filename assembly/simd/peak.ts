// The multiply-add rate of the machine: as many f64x2 multiplications as additions, on registers only, no memory.
// Benchmarks divide by it, so nothing built from multiplications and additions may beat it. The chains are
// independent and separate for the two operations: with multiply and add alternating in one chain the same machine
// shows a fifth less. Six of each cover two units of latency 3, and more per turn only adds to the loop.

/** Runs `turns` turns of 24 flops each; call it with one = 1. The value depends on every operation. */
export function peak(turns: i32, one: f64): f64 {
  const p = f64x2.splat(one);
  let m0 = f64x2.splat(one + 0.0);
  let m1 = f64x2.splat(one + 1.0);
  let m2 = f64x2.splat(one + 2.0);
  let m3 = f64x2.splat(one + 3.0);
  let m4 = f64x2.splat(one + 4.0);
  let m5 = f64x2.splat(one + 5.0);
  let a0 = f64x2.splat(one - 0.0);
  let a1 = f64x2.splat(one - 1.0);
  let a2 = f64x2.splat(one - 2.0);
  let a3 = f64x2.splat(one - 3.0);
  let a4 = f64x2.splat(one - 4.0);
  let a5 = f64x2.splat(one - 5.0);
  for (let i = 0; i < turns; i++) {
    m0 = f64x2.mul(m0, p);
    a0 = f64x2.add(a0, p);
    m1 = f64x2.mul(m1, p);
    a1 = f64x2.add(a1, p);
    m2 = f64x2.mul(m2, p);
    a2 = f64x2.add(a2, p);
    m3 = f64x2.mul(m3, p);
    a3 = f64x2.add(a3, p);
    m4 = f64x2.mul(m4, p);
    a4 = f64x2.add(a4, p);
    m5 = f64x2.mul(m5, p);
    a5 = f64x2.add(a5, p);
  }
  let s = f64x2.mul(m0, a0);
  s = f64x2.add(s, f64x2.mul(m1, a1));
  s = f64x2.add(s, f64x2.mul(m2, a2));
  s = f64x2.add(s, f64x2.mul(m3, a3));
  s = f64x2.add(s, f64x2.mul(m4, a4));
  s = f64x2.add(s, f64x2.mul(m5, a5));
  return f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
}
