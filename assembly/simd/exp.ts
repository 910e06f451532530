// exp for two f64 lanes at once, without branches.
//
// Source: the reduction and the rational form are those of fdlibm's e_exp.c (Sun Microsystems, 1993):
//   x = k ln2 + r, |r| <= ln2/2;   exp(r) = 1 + r + r c / (2 - c),   c = r - r^2 P(r^2)
// and exp(x) = 2^k exp(r). Accuracy: below 1 ulp for normal results (tests hold 2 ulp).
// Cost: about 30 f64x2 operations and one division for two values.
// Edges: +Infinity above 709.79, 0 below -745.14, -Infinity -> 0, NaN -> NaN, subnormal results rounded once.

const LOG2E: f64 = 1.4426950408889634;
// ln2 = LN2_HI + LN2_LO; LN2_HI ends in 32 zero bits, so k * LN2_HI is exact for |k| < 2^20.
const LN2_HI: f64 = 6.9314718036912381649e-1;
const LN2_LO: f64 = 1.90821492927058770002e-10;

const P1: f64 = 1.66666666666666019037e-1;
const P2: f64 = -2.77777777770155933842e-3;
const P3: f64 = 6.61375632143793436117e-5;
const P4: f64 = -1.6533902205465251539e-6;
const P5: f64 = 4.13813679705723846039e-8;

// adding 1.5 * 2^52 rounds to an integer and leaves it in the low bits of the mantissa
const ROUND: f64 = 6755399441055744.0;

/** Two lanes at once. A static method because the formatter does not parse `@inline` on a free function. */
export abstract class ExpLanes {
  @inline static of(x: v128): v128 {
    // pmin and pmax return their first operand when the comparison is false, so NaN stays NaN
    x = f64x2.pmin(x, f64x2.splat(710.0));
    x = f64x2.pmax(x, f64x2.splat(-746.0));

    const shifted = f64x2.add(f64x2.mul(x, f64x2.splat(LOG2E)), f64x2.splat(ROUND));
    const kf = f64x2.sub(shifted, f64x2.splat(ROUND));
    const k = i64x2.sub(shifted, f64x2.splat(ROUND));

    const hi = f64x2.sub(x, f64x2.mul(kf, f64x2.splat(LN2_HI)));
    const lo = f64x2.mul(kf, f64x2.splat(LN2_LO));
    const r = f64x2.sub(hi, lo);
    const t = f64x2.mul(r, r);

    let p = f64x2.add(f64x2.mul(t, f64x2.splat(P5)), f64x2.splat(P4));
    p = f64x2.add(f64x2.mul(t, p), f64x2.splat(P3));
    p = f64x2.add(f64x2.mul(t, p), f64x2.splat(P2));
    p = f64x2.add(f64x2.mul(t, p), f64x2.splat(P1));
    const c = f64x2.sub(r, f64x2.mul(t, p));
    const q = f64x2.div(f64x2.mul(r, c), f64x2.sub(f64x2.splat(2.0), c));
    const y = f64x2.sub(f64x2.splat(1.0), f64x2.sub(f64x2.sub(lo, q), hi));

    // 2^k in two factors: k runs from -1077 to 1025, past the exponents of normal numbers on both sides.
    // k is sign-extended to 64 bits, so the 32-bit shift halves both words correctly.
    const half = i32x4.shr_s(k, 1);
    const rest = i64x2.sub(k, half);
    const bias = i64x2.splat(1023);
    const s1 = i64x2.shl(i64x2.add(half, bias), 52);
    const s2 = i64x2.shl(i64x2.add(rest, bias), 52);
    return f64x2.mul(f64x2.mul(y, s1), s2);
  }
}

/** dst[i] = exp(src[i]), i < n; dst may equal src. */
export function expArray(dst: usize, src: usize, n: i32): void {
  let i = 0;
  // two pairs a turn: the division of one overlaps the polynomial of the other
  for (; i + 4 <= n; i += 4) {
    const a = ExpLanes.of(v128.load(src));
    const b = ExpLanes.of(v128.load(src, 16));
    v128.store(dst, a);
    v128.store(dst, b, 16);
    src += 32;
    dst += 32;
  }
  for (; i + 2 <= n; i += 2) {
    v128.store(dst, ExpLanes.of(v128.load(src)));
    src += 16;
    dst += 16;
  }
  if (i < n) store<f64>(dst, f64x2.extract_lane(ExpLanes.of(v128.load64_splat(src)), 0));
}
