import { describe, expect, it } from "vitest";
import { leaveOneOut } from "../../../src/diagnostics/leave-one-out";
import { drm } from "../../../src/drm";
import { drmFormula } from "../../../src/formula/formula";
import { simulate } from "../../../src/inference/simulate";
import { termsOf } from "../../../src/model/terms/terms";
import { openFit } from "../../../src/opened/open-fit";

const yi = [0.9, -0.2, 0.4, 1.3, 0.5, 0.1, -0.6, 1.8];
const vi = [0.04, 0.09, 0.05, 0.02, 0.12, 0.03, 0.06, 0.08];
const x = [0, 1, 0, 1, 2, 2, 0, 1];
const study = ["a", "a", "b", "b", "b", "c", "d", "e"];
const V = vi.map((v, i) =>
  vi.map((w, k) => (i === k ? v : study[i] === study[k] ? 0.3 * Math.sqrt(v * w) : 0)),
);
const phi = Float64Array.from([0.5, 2, 1, 3, 0.1, 4, 7, 0]);
const fit = drm(drmFormula('yi ~ 1 + meta_V(V = V, scale = "proportional")', "phi ~ x"), {
  data: { yi, x },
  matrices: { V },
  fixed: { sigma: 0 },
});
const { model } = openFit(fit);
const [term] = termsOf(model);
const spreads = {
  phi,
  sigma: new Float64Array(8),
  omega: new Float64Array(0),
  kappa: new Float64Array(0),
  rho: new Float64Array(0),
};
const wanted = (i: number, k: number) => Math.sqrt(phi[i]! * phi[k]!) * V[i]![k]!;

describe("D V D as a term", () => {
  it("stands in the place of V, and ties what V ties", () => {
    expect(term!.part).toBe("sampling");
    expect(term!.dpars.map(({ key }) => key)).toEqual(["phi"]);
    const ties: [number, number][] = [];
    term!.tie((first, row) => {
      if (first !== row) ties.push([first, row]);
    });
    expect(ties).toEqual([
      [0, 1],
      [2, 3],
      [2, 4],
    ]);
  });

  it("has the variances and covariances of its formula", () => {
    const variances = new Float64Array(8).fill(1);
    term!.addVariances(spreads, variances);
    variances.forEach((variance, i) => {
      expect(variance).toBeCloseTo(1 + wanted(i, i), 14);
    });
    const members = [4, 0, 2, 7, 1];
    const out = new Float64Array(25);
    term!.addCovariances(members, spreads, out);
    members.forEach((i, a) => {
      for (let b = 0; b <= a; b++) expect(out[a * 5 + b]).toBeCloseTo(wanted(i, members[b]!), 14);
    });
  });

  it("is drawn with that covariance", () => {
    // a draw is linear in its normal numbers: one column of L for each
    const draw = term!.sampler(spreads, String);
    const columns = Array.from({ length: 8 }, (_, which) => {
      let at = 0;
      const y = new Float64Array(8);
      draw(() => (at++ === which ? 1 : 0), y);
      expect(at).toBe(8);
      return y;
    });
    for (let i = 0; i < 8; i++) {
      for (let k = 0; k < 8; k++) {
        const sum = columns.reduce((total, column) => total + column[i]! * column[k]!, 0);
        expect(sum).toBeCloseTo(wanted(i, k), 14);
      }
    }
  });

  it("is simulated with the fitted multipliers", () => {
    const drawn = simulate(fit, 4000, { seed: 3 }) as readonly Float64Array[];
    const variance = (i: number) =>
      drawn.reduce((sum, y) => sum + (y[i]! - fit.fitted.mu![i]!) ** 2, 0) / drawn.length;
    for (let i = 0; i < 8; i++) expect(variance(i) / (fit.fitted.phi![i]! * vi[i]!)).toBeCloseTo(1, 0.8);
  });

  it("goes with its rows", () => {
    const { rows } = leaveOneOut(fit);
    const kept = [0, 1, 2, 4, 5, 6, 7];
    const without = drm(drmFormula('yi ~ 1 + meta_V(V = V, scale = "proportional")', "phi ~ x"), {
      data: { yi: kept.map((i) => yi[i]!), x: kept.map((i) => x[i]!) },
      matrices: { V: kept.map((i) => kept.map((k) => V[i]![k]!)) },
      fixed: { sigma: 0 },
    });
    const { estimates, spreads: left } = rows[3]!;
    expect(estimates[0]).toBeCloseTo(without.coefficients[0]!.estimate, 6);
    // over all rows, as the parameters without this one have it
    const [a, b] = without.coefficients.slice(1).map(({ estimate }) => estimate);
    const mean = x.reduce((sum, xi) => sum + Math.exp(a! + b! * xi), 0) / x.length;
    expect(left.phi! / mean).toBeCloseTo(1, 6);
  });
});
