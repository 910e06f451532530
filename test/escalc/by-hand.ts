import type { EscalcColumns, EscalcOptions } from "../../src/escalc/index";

/** An example of a measure: what goes in, and the arithmetic of its formula, written out in the numbers of the example. */
export interface Example {
  readonly measure: string;
  readonly columns: EscalcColumns;
  readonly options?: EscalcOptions;
  readonly yi: number;
  readonly vi: number;
}

const { asin, atanh, cbrt, exp, log, PI, sin, sqrt } = Math;

/** Normal quantiles and densities of shares that tables have: z(0.2), phi(z(0.2)), ... */
const Z = { 0.1: -1.2815515655446004, 0.2: -0.8416212335729143, 0.4: -0.2533471031357997 } as const;
const density = (z: number) => exp((-z * z) / 2) / sqrt(2 * PI);

/** Gamma(m / 2) / (sqrt(m / 2) Gamma((m - 1) / 2)) by Gamma(k) = (k - 1)! and Gamma(1/2) = sqrt(pi). */
const J = {
  /** Gamma(2) / (sqrt(2) Gamma(3/2)) */
  4: 1 / (sqrt(2) * (sqrt(PI) / 2)),
  /** Gamma(4) / (2 Gamma(7/2)) */
  8: 6 / (2 * ((15 * sqrt(PI)) / 8)),
  /** Gamma(9) / (3 Gamma(17/2)) */
  18: 40320 / (3 * ((2027025 * sqrt(PI)) / 256)),
} as const;

/** 4 of 20 and 1 of 10. */
const RISKS = { ai: 4, bi: 16, ci: 1, di: 9 };
const OR = (4 * 9) / (16 * 1);
const V_OR = 1 / 4 + 1 / 16 + 1 / 1 + 1 / 9;
/** 20 in each row, 25 and 15 in the columns. */
const SQUARE = { ai: 15, bi: 5, ci: 10, di: 10 };
const PHI = (15 * 10 - 5 * 10) / sqrt(20 * 20 * 25 * 15);
/** Both margins cut at their medians. */
const HALVES = { ai: 40, bi: 10, ci: 10, di: 40 };
/** Means of 12 and 10, SDs of 3 and 4, ten in each group: sp^2 = sa^2 = 12.5. */
const GROUPS = { m1i: 12, sd1i: 3, n1i: 10, m2i: 10, sd2i: 4, n2i: 10 };
const D = 2 / sqrt(12.5);
const V_D = 1 / 10 + 1 / 10 + D ** 2 / 40;
const RPB = D / sqrt(D ** 2 + 18 * 0.2);
const V_RPB = (3.6 ** 2 * V_D) / (3.6 + D ** 2) ** 3;
/** Half of the cases on either side of the cut: p = q = 1/2, z = 0, phi = 1 / sqrt(2 pi). */
const RBIS = (RPB * 0.5) / (1 / sqrt(2 * PI));
const V_RBIS = ((PI / 2 - 2.5 * RBIS ** 2 + RBIS ** 4) / 19) as number;
/** Means of 12 and 10 of nine pairs, SDs of 3 and 4, r = 0.5: the SD of the differences is sqrt(13). */
const PAIRS = { m1i: 12, m2i: 10, sd1i: 3, sd2i: 4, ri: 0.5, ni: 9 };
const [C1, C2] = [3 / 12, 4 / 10];
/** t = 2 of a coefficient beside two others, 20 cases, R^2 = 0.4. */
const T = { ti: 2, mi: 3, ni: 20 };
const PCOR = 2 / sqrt(4 + 16);
const SPCOR = 2 * sqrt(0.6 / 16);
const RF2 = 0.4 - SPCOR ** 2;
const V_SPCOR = (0.4 ** 2 - 2 * 0.4 + RF2 + 1 - RF2 ** 2) / 20;

/**
 * The posterior variance of R^2 = 0.36 of 3 predictors and 6 cases, on metafor's grid. 1F1(5/2; 3/2; z) = exp(z) (1 + 2 z / 3), so that
 * F's density is exp(-lambda (1 - 0.36) / 2) (1 + 0.36 lambda / 3) but for a factor, lambda = 6 R^2 / (1 - R^2).
 */
const V_R2F = (() => {
  const step = 0.9998 / 99_999;
  const points = Array.from({ length: 100_000 }, (_, i) => 0.0001 + i * step);
  const heights = points.map((square) => {
    const lambda = (6 * square) / (1 - square);
    return exp(-0.32 * lambda) * (1 + 0.12 * lambda);
  });
  const sum = (power: number) => points.reduce((total, x, i) => total + step * x ** power * heights[i]!, 0);
  const area = sum(0) - (step / 2) * (heights[0]! + heights[99_999]!);
  return sum(2) / area - (sum(1) / area) ** 2;
})();

export const BY_HAND: readonly Example[] = [
  { measure: "RR", columns: RISKS, yi: log(0.2 / 0.1), vi: 1 / 4 - 1 / 20 + 1 / 1 - 1 / 10 },
  { measure: "OR", columns: RISKS, yi: log(OR), vi: V_OR },
  { measure: "RD", columns: RISKS, yi: 0.2 - 0.1, vi: (0.2 * 0.8) / 20 + (0.1 * 0.9) / 10 },
  { measure: "AS", columns: RISKS, yi: asin(sqrt(0.2)) - asin(sqrt(0.1)), vi: 1 / 80 + 1 / 40 },
  {
    measure: "PETO",
    columns: RISKS,
    yi: (4 - (20 * 5) / 30) / ((20 * 10 * 5 * 25) / (30 * 30 * 29)),
    vi: (30 * 30 * 29) / (20 * 10 * 5 * 25),
  },
  {
    measure: "PBIT",
    columns: RISKS,
    yi: Z[0.2] - Z[0.1],
    vi: (0.2 * 0.8) / (20 * density(Z[0.2]) ** 2) + (0.1 * 0.9) / (10 * density(Z[0.1]) ** 2),
  },
  { measure: "OR2DN", columns: RISKS, yi: log(OR) / 1.65, vi: V_OR / 2.7225 },
  { measure: "OR2DL", columns: RISKS, yi: (log(OR) * sqrt(3)) / PI, vi: (V_OR * 3) / PI ** 2 },
  {
    // g = 0, both rows have 20; h = (25 - 15) / sqrt(25 * 15)
    measure: "PHI",
    columns: SQUARE,
    yi: PHI,
    vi: (1 - PHI ** 2 - (0.75 * PHI ** 2 * 100) / 375) / 40,
  },
  {
    measure: "ZPHI",
    columns: SQUARE,
    yi: atanh(PHI),
    vi: (1 - PHI ** 2 - (0.75 * PHI ** 2 * 100) / 375) / 40 / (1 - PHI ** 2) ** 2,
  },
  // OR = 3
  { measure: "YUQ", columns: SQUARE, yi: 2 / 4, vi: (0.75 ** 2 * (1 / 15 + 1 / 5 + 1 / 10 + 1 / 10)) / 4 },
  {
    measure: "YUY",
    columns: SQUARE,
    yi: (sqrt(3) - 1) / (sqrt(3) + 1),
    vi: ((1 - ((sqrt(3) - 1) / (sqrt(3) + 1)) ** 2) ** 2 * (1 / 15 + 1 / 5 + 1 / 10 + 1 / 10)) / 16,
  },
  {
    // f = g = 1/2 at thresholds of 0: b and c move rho by -1/2 each and a, d by 0; the mean of that is -0.1
    measure: "RTET",
    columns: HALVES,
    yi: sin(2 * PI * (0.4 - 0.25)),
    vi: ((0.2 / 4 - 0.1 ** 2) / 100) * (2 * PI) ** 2 * (1 - sin(0.3 * PI) ** 2),
  },
  {
    measure: "ZTET",
    columns: HALVES,
    yi: atanh(sin(0.3 * PI)),
    vi: (((0.2 / 4 - 0.1 ** 2) / 100) * (2 * PI) ** 2) / (1 - sin(0.3 * PI) ** 2),
  },
  { measure: "MPRD", columns: SQUARE, yi: (5 - 10) / 40, vi: (5 * 35 + 10 * 30 + 2 * 5 * 10) / 64000 },
  { measure: "MPRR", columns: SQUARE, yi: log(20 / 25), vi: (5 + 10) / (20 * 25) },
  {
    measure: "MPOR",
    columns: SQUARE,
    yi: log((20 * 15) / (25 * 20)),
    vi: 1 / 20 + 1 / 20 + 1 / 25 + 1 / 15 - (2 * 40 * (15 * 10 - 5 * 10)) / (20 * 20 * 25 * 15),
  },
  { measure: "MPORC", columns: SQUARE, yi: log(5 / 10), vi: 1 / 5 + 1 / 10 },
  { measure: "MPPETO", columns: SQUARE, yi: (2 * (5 - 10)) / 15, vi: 4 / 15 },
  {
    measure: "IRR",
    columns: { x1i: 8, x2i: 5, t1i: 100, t2i: 125 },
    yi: log(0.08 / 0.04),
    vi: 1 / 8 + 1 / 5,
  },
  {
    measure: "IRD",
    columns: { x1i: 8, x2i: 5, t1i: 100, t2i: 125 },
    yi: 0.08 - 0.04,
    vi: 8 / 10000 + 5 / 15625,
  },
  {
    measure: "IRSD",
    columns: { x1i: 9, x2i: 4, t1i: 100, t2i: 100 },
    yi: 0.3 - 0.2,
    vi: 1 / 400 + 1 / 400,
  },
  { measure: "MD", columns: GROUPS, yi: 2, vi: 9 / 10 + 16 / 10 },
  { measure: "SMD", columns: GROUPS, yi: J[18] * D, vi: 0.2 + (J[18] * D) ** 2 / 40 },
  {
    measure: "SMDH",
    columns: GROUPS,
    yi: J[18] * D,
    vi: ((J[18] * D) ** 2 * (81 / 9 + 256 / 9)) / (8 * 12.5 ** 2) + (9 / 9 + 16 / 9) / 12.5,
  },
  {
    measure: "SMD1",
    columns: { ...GROUPS, sd1i: undefined, n2i: 9 },
    yi: (J[8] * 2) / 4,
    vi: 1 / 10 + 1 / 9 + ((J[8] * 2) / 4) ** 2 / 18,
  },
  {
    measure: "SMD1H",
    columns: { ...GROUPS, n2i: 9 },
    yi: (J[8] * 2) / 4,
    vi: 9 / (16 * 9) + 1 / 8 + ((J[8] * 2) / 4) ** 2 / 16,
  },
  { measure: "D2ORN", columns: GROUPS, yi: 1.65 * D, vi: 2.7225 * V_D },
  { measure: "D2ORL", columns: GROUPS, yi: (PI * D) / sqrt(3), vi: (PI ** 2 / 3) * V_D },
  // z = 2 / sqrt(9 + 16) = 0.4, Phi(0.4) = 0.6554
  {
    measure: "CLESN",
    columns: GROUPS,
    yi: 0.6554217416103242,
    vi: density(0.4) ** 2 * ((9 / 9 + 16 / 9) / 25 + (0.16 * (81 / 9 + 256 / 9)) / (2 * 625)),
  },
  {
    measure: "AUCN",
    columns: GROUPS,
    yi: 0.6554217416103242,
    vi: density(0.4) ** 2 * ((9 / 9 + 16 / 9) / 25 + (0.16 * (81 / 9 + 256 / 9)) / (2 * 625)),
  },
  {
    measure: "ROM",
    columns: GROUPS,
    yi: log(1.2) + (C1 ** 2 / 10 - C2 ** 2 / 10) / 2,
    vi: C1 ** 2 / 10 + C2 ** 2 / 10,
  },
  {
    measure: "CVR",
    columns: GROUPS,
    yi: log(0.25 / 0.4) + (C2 ** 2 / 10 - C1 ** 2 / 10) / 2,
    vi: C1 ** 2 / 10 + C2 ** 2 / 10 + 1 / 18 + 1 / 18,
  },
  {
    measure: "VR",
    columns: { sd1i: 3, n1i: 11, sd2i: 4, n2i: 6 },
    yi: log(3 / 4) + 1 / 20 - 1 / 10,
    vi: 1 / 20 + 1 / 10,
  },
  { measure: "RPB", columns: GROUPS, yi: RPB, vi: V_RPB },
  { measure: "ZPB", columns: GROUPS, yi: atanh(RPB), vi: V_RPB / (1 - RPB ** 2) ** 2 },
  { measure: "RBIS", columns: GROUPS, yi: RBIS, vi: V_RBIS },
  { measure: "ZBIS", columns: GROUPS, yi: atanh(RBIS), vi: V_RBIS / (1 - RBIS ** 2) ** 2 },
  { measure: "MC", columns: PAIRS, yi: 2, vi: (9 + 16 - 2 * 0.5 * 3 * 4) / 9 },
  {
    measure: "SMCC",
    columns: PAIRS,
    yi: (J[8] * 2) / sqrt(13),
    vi: 1 / 9 + ((J[8] * 2) / sqrt(13)) ** 2 / 18,
  },
  {
    measure: "SMCR",
    columns: { ...PAIRS, sd2i: undefined },
    yi: (J[8] * 2) / 3,
    vi: (2 * 0.5) / 9 + ((J[8] * 2) / 3) ** 2 / 18,
  },
  {
    measure: "SMCRH",
    columns: PAIRS,
    yi: (J[8] * 2) / 3,
    vi: 13 / (9 * 8) + ((J[8] * 2) / 3) ** 2 / 16,
  },
  {
    // r = 0 gives 2 (9 - 1) = 16, and 5 - 1 = 4 of 3 pairs: m = 2 (3 - 1) / (1 + 0)
    measure: "SMCRP",
    columns: { ...PAIRS, ri: 0, ni: 3 },
    yi: (J[4] * 2) / sqrt(12.5),
    vi: 2 / 3 + ((J[4] * 2) / sqrt(12.5)) ** 2 / 12,
  },
  {
    measure: "SMCRPH",
    columns: { ...PAIRS, ri: 0, ni: 3 },
    yi: (J[4] * 2) / sqrt(12.5),
    vi: (25 / 12.5 + (((J[4] * 2) / sqrt(12.5)) ** 2 * (81 + 256)) / (8 * 12.5 ** 2)) / 2,
  },
  {
    measure: "ROMC",
    columns: PAIRS,
    yi: log(1.2) + (C1 ** 2 - C2 ** 2) / 18,
    vi: (C1 ** 2 + C2 ** 2 - 2 * 0.5 * C1 * C2) / 9,
  },
  {
    measure: "CVRC",
    columns: PAIRS,
    yi: log(0.25 / 0.4) + (C2 ** 2 - C1 ** 2) / 18,
    vi: (1 - 0.25) / 8 + (C1 ** 2 + C2 ** 2 - 2 * 0.5 * C1 * C2) / 9,
  },
  { measure: "VRC", columns: { sd1i: 3, sd2i: 4, ri: 0.5, ni: 9 }, yi: log(3 / 4), vi: (1 - 0.25) / 8 },
  { measure: "COR", columns: { ri: 0.6, ni: 17 }, yi: 0.6, vi: 0.64 ** 2 / 16 },
  {
    // of 5 pairs F(1/2, 1/2; 3/2; x^2) = asin(x) / x, x = sqrt(1 - 0.6^2) = 0.8
    measure: "UCOR",
    columns: { ri: 0.6, ni: 5 },
    yi: (0.6 * asin(0.8)) / 0.8,
    vi: (1 - ((0.6 * asin(0.8)) / 0.8) ** 2) ** 2 / 4,
  },
  { measure: "ZCOR", columns: { ri: 0.6, ni: 19 }, yi: log(1.6 / 0.4) / 2, vi: 1 / 16 },
  { measure: "PCOR", columns: T, yi: PCOR, vi: (1 - PCOR ** 2) ** 2 / 17 },
  { measure: "ZPCOR", columns: T, yi: atanh(PCOR), vi: 1 / 15 },
  { measure: "SPCOR", columns: { ...T, r2i: 0.4 }, yi: SPCOR, vi: V_SPCOR },
  { measure: "ZSPCOR", columns: { ...T, r2i: 0.4 }, yi: atanh(SPCOR), vi: V_SPCOR / (1 - SPCOR ** 2) ** 2 },
  { measure: "R2", columns: { r2i: 0.36, mi: 3, ni: 20 }, yi: 0.36, vi: (4 * 0.36 * 0.64 ** 2) / 20 },
  { measure: "ZR2", columns: { r2i: 0.36, mi: 3, ni: 20 }, yi: log(1.6 / 0.4) / 2, vi: 1 / 20 },
  { measure: "R2F", columns: { r2i: 0.36, mi: 3, ni: 6 }, yi: 0.36, vi: V_R2F },
  {
    measure: "ZR2F",
    columns: { r2i: 0.36, mi: 3, ni: 6 },
    yi: log(1.6 / 0.4) / 2,
    vi: V_R2F / (1 - 0.36 ** 2) ** 2,
  },
  { measure: "PR", columns: { xi: 4, ni: 20 }, yi: 0.2, vi: (0.2 * 0.8) / 20 },
  { measure: "PLN", columns: { xi: 4, ni: 20 }, yi: log(0.2), vi: 1 / 4 - 1 / 20 },
  { measure: "PLO", columns: { xi: 4, ni: 20 }, yi: log(4 / 16), vi: 1 / 4 + 1 / 16 },
  { measure: "PRZ", columns: { xi: 8, ni: 20 }, yi: Z[0.4], vi: (0.4 * 0.6) / (20 * density(Z[0.4]) ** 2) },
  { measure: "PAS", columns: { xi: 5, ni: 20 }, yi: PI / 6, vi: 1 / 80 },
  {
    measure: "PFT",
    columns: { xi: 3, ni: 11 },
    yi: (PI / 6 + asin(sqrt(1 / 3))) / 2,
    vi: 1 / 46,
  },
  { measure: "IR", columns: { xi: 8, ti: 100 }, yi: 0.08, vi: 8 / 10000 },
  { measure: "IRLN", columns: { xi: 8, ti: 100 }, yi: log(0.08), vi: 1 / 8 },
  { measure: "IRS", columns: { xi: 9, ti: 100 }, yi: 0.3, vi: 1 / 400 },
  { measure: "IRFT", columns: { xi: 8, ti: 100 }, yi: (sqrt(0.08) + 0.3) / 2, vi: 1 / 400 },
  { measure: "MN", columns: { mi: 12, sdi: 3, ni: 9 }, yi: 12, vi: 1 },
  { measure: "MNLN", columns: { mi: 12, sdi: 3, ni: 9 }, yi: log(12), vi: 9 / (9 * 144) },
  {
    measure: "SMN",
    columns: { mi: 12, sdi: 3, ni: 9 },
    yi: J[8] * 4,
    vi: 1 / 9 + (J[8] * 4) ** 2 / 18,
  },
  { measure: "CVLN", columns: { mi: 12, sdi: 3, ni: 9 }, yi: log(0.25) + 1 / 16, vi: 1 / 16 + 9 / (9 * 144) },
  { measure: "SDLN", columns: { sdi: 3, ni: 9 }, yi: log(3) + 1 / 16, vi: 1 / 16 },
  {
    measure: "ARAW",
    columns: { ai: 0.875, mi: 11, ni: 102 },
    yi: 0.875,
    vi: (2 * 11 * 0.125 ** 2) / (10 * 100),
  },
  {
    // (1 - alpha)^(1/3) = 1/2
    measure: "AHW",
    columns: { ai: 0.875, mi: 11, ni: 102 },
    yi: 1 - cbrt(0.125),
    vi: (18 * 11 * 101 * 0.5 ** 2) / (10 * (9 * 102 - 11) ** 2),
  },
  { measure: "ABT", columns: { ai: 0.875, mi: 11, ni: 102 }, yi: log(8), vi: (2 * 11) / (10 * 100) },
];
