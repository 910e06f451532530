import { describe, expect, it } from "vitest";
import { drm } from "../../src/drm";

/** Sizes of the data sets that were drawn one after the other: rows, studies, laboratories. */
const SIZES = [
  [1000, 200, 20],
  [3000, 600, 40],
  [20_000, 4000, 200],
] as const;

/** Studies crossed with laboratories, by the generator of Park & Miller (1988). */
function* drawn(): Generator<Record<string, (number | string)[]>> {
  let state = 12345;
  const uniform = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  for (const [rows, studies, labs] of SIZES) {
    const ofStudy = Array.from({ length: studies }, () => normal() * 0.3);
    const ofLab = Array.from({ length: labs }, () => normal() * 0.2);
    const data = { yi: [] as number[], vi: [] as number[], study: [] as string[], lab: [] as string[] };
    for (let i = 0; i < rows; i++) {
      const study = Math.floor(uniform() * studies);
      const lab = Math.floor(uniform() * labs);
      const v = 0.02 + 0.06 * uniform();
      data.yi.push(0.2 + ofStudy[study]! + ofLab[lab]! + normal() * Math.sqrt(v + 0.04));
      data.vi.push(v);
      data.study.push(`s${study}`);
      data.lab.push(`l${lab}`);
    }
    yield data;
  }
}

const FORMULA = "yi ~ 1 + (1 | study) + (1 | lab) + meta_V(V = vi)";

describe("crossed random intercepts in large data", () => {
  const [, middle, large] = [...drawn()];

  // drmTMB 0.7.0, which stops 1e-8 and 5e-9 below the optimum
  it.each([
    { rows: 3000, data: middle!, logLik: -1275.609610809 },
    { rows: 20_000, data: large!, logLik: -7881.771711145 },
  ])("$rows rows have drmTMB's log-likelihood", ({ data, logLik }) => {
    const fit = drm(FORMULA, { data });
    expect([fit.optim.kernel, fit.optim.code]).toEqual(["sparse", 0]);
    expect(Math.abs(fit.logLik - logLik)).toBeLessThan(1e-7);
    expect(fit.coefficients.every(({ stdError }) => stdError > 0)).toBe(true);
  });

  it("REML adds what the mean costs: its estimates barely move with so many levels", () => {
    const [ml, reml] = (["ML", "REML"] as const).map((method) => drm(FORMULA, { data: middle!, method }));
    const sd = (fit: typeof ml) => fit!.coefficients.slice(1).map(({ estimate }) => estimate);
    sd(reml).forEach((estimate, k) => {
      expect(Math.abs(estimate - sd(ml)[k]!)).toBeLessThan(0.02);
    });
    // laboratories are few: their SD is the one that ML has too small
    expect(sd(reml)[2]! - sd(ml)[2]!).toBeGreaterThan(0.005);
  });
});
