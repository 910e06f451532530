// The micro-kernel: a 4 x 4 tile of a rank-k update. Every cubic loop of linalg/ ends here.
//
//   C[r, s] += alpha * sum_p A[r, p] B[s, p],   r, s = 0..3,   p = 0..k-1
//
// The tile lives in 8 registers (4 rows of two f64x2) for the whole sum, so a step of p costs 6 loads for
// 8 multiplications and 8 additions and touches C only at the end (Goto and van de Geijn 2008, ACM TOMS 34(3)).
//   b  panel:            4 rows interleaved, b[4 p + s];                 32 bytes a step
//   a  broadcast panel:  the same with every value twice, a[8 p + 2 r];  64 bytes a step
// The doubled operand makes each broadcast a plain 16-byte load: a splatting load costs V8 one more instruction.

/**
 * C += alpha A B' on a 4 x 4 tile; `stride` is the row stride of C in bytes, k a multiple of 4.
 * Cost 32 k flops.
 */
export function rankKTile(c: usize, stride: usize, a: usize, b: usize, k: i32, alpha: f64): void {
  let c00 = f64x2.splat(0);
  let c01 = f64x2.splat(0);
  let c10 = f64x2.splat(0);
  let c11 = f64x2.splat(0);
  let c20 = f64x2.splat(0);
  let c21 = f64x2.splat(0);
  let c30 = f64x2.splat(0);
  let c31 = f64x2.splat(0);
  let b0: v128;
  let b1: v128;
  let s: v128;
  const end = b + ((<usize>k) << 5);
  // Four steps a turn. The exits in between are never taken: they end the basic block, within which V8 would
  // otherwise move all 24 loads to the front and spill most of them (1.5 times slower). Each needs its own
  // condition, or V8 drops it as a repetition of the first.
  while (b < end) {
    b0 = v128.load(b, 0);
    b1 = v128.load(b, 16);
    s = v128.load(a, 0);
    c00 = f64x2.add(c00, f64x2.mul(s, b0));
    c01 = f64x2.add(c01, f64x2.mul(s, b1));
    s = v128.load(a, 16);
    c10 = f64x2.add(c10, f64x2.mul(s, b0));
    c11 = f64x2.add(c11, f64x2.mul(s, b1));
    s = v128.load(a, 32);
    c20 = f64x2.add(c20, f64x2.mul(s, b0));
    c21 = f64x2.add(c21, f64x2.mul(s, b1));
    s = v128.load(a, 48);
    c30 = f64x2.add(c30, f64x2.mul(s, b0));
    c31 = f64x2.add(c31, f64x2.mul(s, b1));
    if (k == -1) break;
    b0 = v128.load(b, 32);
    b1 = v128.load(b, 48);
    s = v128.load(a, 64);
    c00 = f64x2.add(c00, f64x2.mul(s, b0));
    c01 = f64x2.add(c01, f64x2.mul(s, b1));
    s = v128.load(a, 80);
    c10 = f64x2.add(c10, f64x2.mul(s, b0));
    c11 = f64x2.add(c11, f64x2.mul(s, b1));
    s = v128.load(a, 96);
    c20 = f64x2.add(c20, f64x2.mul(s, b0));
    c21 = f64x2.add(c21, f64x2.mul(s, b1));
    s = v128.load(a, 112);
    c30 = f64x2.add(c30, f64x2.mul(s, b0));
    c31 = f64x2.add(c31, f64x2.mul(s, b1));
    if (k == -2) break;
    b0 = v128.load(b, 64);
    b1 = v128.load(b, 80);
    s = v128.load(a, 128);
    c00 = f64x2.add(c00, f64x2.mul(s, b0));
    c01 = f64x2.add(c01, f64x2.mul(s, b1));
    s = v128.load(a, 144);
    c10 = f64x2.add(c10, f64x2.mul(s, b0));
    c11 = f64x2.add(c11, f64x2.mul(s, b1));
    s = v128.load(a, 160);
    c20 = f64x2.add(c20, f64x2.mul(s, b0));
    c21 = f64x2.add(c21, f64x2.mul(s, b1));
    s = v128.load(a, 176);
    c30 = f64x2.add(c30, f64x2.mul(s, b0));
    c31 = f64x2.add(c31, f64x2.mul(s, b1));
    if (k == -3) break;
    b0 = v128.load(b, 96);
    b1 = v128.load(b, 112);
    s = v128.load(a, 192);
    c00 = f64x2.add(c00, f64x2.mul(s, b0));
    c01 = f64x2.add(c01, f64x2.mul(s, b1));
    s = v128.load(a, 208);
    c10 = f64x2.add(c10, f64x2.mul(s, b0));
    c11 = f64x2.add(c11, f64x2.mul(s, b1));
    s = v128.load(a, 224);
    c20 = f64x2.add(c20, f64x2.mul(s, b0));
    c21 = f64x2.add(c21, f64x2.mul(s, b1));
    s = v128.load(a, 240);
    c30 = f64x2.add(c30, f64x2.mul(s, b0));
    c31 = f64x2.add(c31, f64x2.mul(s, b1));
    a += 256;
    b += 128;
  }

  const t = f64x2.splat(alpha);
  v128.store(c, f64x2.add(v128.load(c), f64x2.mul(t, c00)));
  v128.store(c, f64x2.add(v128.load(c, 16), f64x2.mul(t, c01)), 16);
  c += stride;
  v128.store(c, f64x2.add(v128.load(c), f64x2.mul(t, c10)));
  v128.store(c, f64x2.add(v128.load(c, 16), f64x2.mul(t, c11)), 16);
  c += stride;
  v128.store(c, f64x2.add(v128.load(c), f64x2.mul(t, c20)));
  v128.store(c, f64x2.add(v128.load(c, 16), f64x2.mul(t, c21)), 16);
  c += stride;
  v128.store(c, f64x2.add(v128.load(c), f64x2.mul(t, c30)));
  v128.store(c, f64x2.add(v128.load(c, 16), f64x2.mul(t, c31)), 16);
}
