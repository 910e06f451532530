// Natural logarithm for two f64 lanes at once, without branches.
//
// Source: the reduction and the polynomial are those of fdlibm's e_log.c (Sun Microsystems, 1993):
//   x = 2^k (1 + f), sqrt(1/2) <= 1 + f < sqrt(2);   s = f / (2 + f),   R = polynomial in s^2
//   log(x) = k ln2_hi + (f - (f^2/2 - (s (f^2/2 + R) + k ln2_lo)))
// Accuracy: below 1 ulp (tests hold 2 ulp). Cost: about 35 f64x2 operations and one division for two values.
// Edges: log(0) = -Infinity, log(negative) = NaN, log(Infinity) = Infinity, NaN -> NaN; subnormals are exact.

const LN2_HI: f64 = 6.9314718036912381649e-1;
const LN2_LO: f64 = 1.90821492927058770002e-10;

const LG1: f64 = 6.66666666666673513e-1;
const LG2: f64 = 3.999999999940941908e-1;
const LG3: f64 = 2.857142874366239149e-1;
const LG4: f64 = 2.222219843214978396e-1;
const LG5: f64 = 1.818357216161805012e-1;
const LG6: f64 = 1.531383769920937332e-1;
const LG7: f64 = 1.479819860511658591e-1;

// high word of sqrt(1/2); subtracting it makes the exponent field count powers of two around sqrt(1/2)
const SQRT_HALF: i64 = 0x3fe6a09e00000000;
const EXPONENT: i64 = 0xfff0000000000000;
const SMALLEST_NORMAL: f64 = 2.2250738585072014e-308;
const TWO54: f64 = 18014398509481984.0;

/** Two lanes at once. A static method because the formatter does not parse `@inline` on a free function. */
export abstract class LogLanes {
  @inline static of(x: v128): v128 {
    const subnormal = f64x2.lt(x, f64x2.splat(SMALLEST_NORMAL));
    const normal = v128.bitselect(f64x2.mul(x, f64x2.splat(TWO54)), x, subnormal);

    const shifted = i64x2.sub(normal, i64x2.splat(SQRT_HALF));
    // k sits in the top 12 bits: the high word of each lane shifted by 20, then gathered into the low half
    const words = i32x4.shr_s(shifted, 20);
    let k = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(words, words, 1, 3, 1, 3));
    k = f64x2.sub(k, v128.and(subnormal, f64x2.splat(54.0)));
    const m = i64x2.sub(normal, v128.and(shifted, i64x2.splat(EXPONENT)));

    const f = f64x2.sub(m, f64x2.splat(1.0));
    const s = f64x2.div(f, f64x2.add(f, f64x2.splat(2.0)));
    const z = f64x2.mul(s, s);
    const w = f64x2.mul(z, z);
    let odd = f64x2.add(f64x2.mul(w, f64x2.splat(LG7)), f64x2.splat(LG5));
    odd = f64x2.add(f64x2.mul(w, odd), f64x2.splat(LG3));
    odd = f64x2.add(f64x2.mul(w, odd), f64x2.splat(LG1));
    let even = f64x2.add(f64x2.mul(w, f64x2.splat(LG6)), f64x2.splat(LG4));
    even = f64x2.add(f64x2.mul(w, even), f64x2.splat(LG2));
    const R = f64x2.add(f64x2.mul(z, odd), f64x2.mul(w, even));

    const half = f64x2.mul(f64x2.mul(f, f), f64x2.splat(0.5));
    const tail = f64x2.add(f64x2.mul(s, f64x2.add(half, R)), f64x2.mul(k, f64x2.splat(LN2_LO)));
    const y = f64x2.sub(f64x2.mul(k, f64x2.splat(LN2_HI)), f64x2.sub(f64x2.sub(half, tail), f));

    // special values, the last one wins: Infinity and NaN return themselves, 0 gives -Infinity, x < 0 gives NaN
    const finite = f64x2.lt(x, f64x2.splat(Infinity));
    const zero = f64x2.eq(x, f64x2.splat(0.0));
    const negative = f64x2.lt(x, f64x2.splat(0.0));
    const special = v128.bitselect(f64x2.splat(-Infinity), x, zero);
    const result = v128.bitselect(y, special, v128.andnot(finite, zero));
    return v128.or(result, negative); // all bits set is a NaN
  }
}

/** One value, without the tables that the standard library's log brings into the module. */
export function log(x: f64): f64 {
  return f64x2.extract_lane(LogLanes.of(f64x2.splat(x)), 0);
}

/** dst[i] = log(src[i]), i < n; dst may equal src. */
export function logArray(dst: usize, src: usize, n: i32): void {
  let i = 0;
  // two pairs a turn: the division of one overlaps the polynomial of the other
  for (; i + 4 <= n; i += 4) {
    const a = LogLanes.of(v128.load(src));
    const b = LogLanes.of(v128.load(src, 16));
    v128.store(dst, a);
    v128.store(dst, b, 16);
    src += 32;
    dst += 32;
  }
  for (; i + 2 <= n; i += 2) {
    v128.store(dst, LogLanes.of(v128.load(src)));
    src += 16;
    dst += 16;
  }
  if (i < n) store<f64>(dst, f64x2.extract_lane(LogLanes.of(v128.load64_splat(src)), 0));
}
