import { describe, expect, it } from "vitest";
import { close } from "./edge-expectations";
import { randomFrom } from "./random-problem";
import { fitTo } from "./simulated";

/** A dozen rows or fewer with moderators of sigma, many of whose suprema have some sigma at 0. */
function smallData(seed: number, rows: number) {
  const random = randomFrom(seed);
  const x = Array.from({ length: rows }, () => random.normal());
  const vi = x.map(() => 0.02 + 0.2 * random.uniform());
  const yi = vi.map((v) => Math.sqrt(v) * 1.2 * random.normal());
  return { yi, vi, x, t: x.map(() => Math.exp(random.normal())) };
}

const SEEDS = Array.from({ length: 12 }, (_, k) => k + 1);
const FORMULAS = ["yi ~ 1 + meta_V(V = vi)", "sigma ~ x + t"];

/** The rows that count, and beside them some that do not, at moderators far from all the others'. */
function withOthers(data: ReturnType<typeof smallData>, others: number) {
  const far = Array.from({ length: others }, (_, k) => k);
  return {
    yi: [...data.yi, ...far.map((k) => 5 * (k % 2) - 2)],
    vi: [...data.vi, ...far.map(() => 0.1)],
    x: [...data.x, ...far.map((k) => (k % 2 === 0 ? 4 : -4))],
    t: [...data.t, ...far.map((k) => (k < 2 ? 9 : 0))],
  };
}

describe("rows without a say are in no edge's way", () => {
  it.each(SEEDS)("rows of weight 0 are as good as left out: %d", (seed) => {
    const data = smallData(seed, 8);
    const weights = [...data.yi.map(() => 1), 0, 0, 0, 0];
    const alone = fitTo(data, FORMULAS);
    const all = fitTo(withOthers(data, 4), FORMULAS, { weights });
    expect(all.optim.code).toBe(0);
    close(all.logLik, alone.logLik, 1e-7);
  });

  // |X'X| is the same: the row's own column is one more pivot, of 1
  it.each(SEEDS)("by REML, a row with a coefficient of its own is as good as left out: %d", (seed) => {
    const data = smallData(seed, 8);
    const alone = fitTo(data, FORMULAS, { method: "REML" });
    const own = { ...withOthers(data, 1), own: [...data.yi.map(() => "no"), "yes"] };
    const all = fitTo(own, ["yi ~ own + meta_V(V = vi)", "sigma ~ x + t"], { method: "REML" });
    expect(all.optim.code).toBe(0);
    close(all.logLik, alone.logLik, 1e-7);
    close(all.coefficients[0]!.estimate, alone.coefficients[0]!.estimate, 1e-5);
  });

  it("the row's own sigma is in its coefficient's error all the same", () => {
    const data = smallData(3, 30);
    const own = {
      ...data,
      yi: data.yi.map((y, i) => y + 2 * data.x[i]!),
      own: data.x.map((_, i) => (i === 4 ? "yes" : "no")),
    };
    const fit = fitTo(own, ["yi ~ own + meta_V(V = vi)", "sigma ~ t"], { method: "REML" });
    const [mean, difference] = fit.coefficients.map(({ stdError }) => stdError);
    const variance = own.vi[4]! + fit.fitted.sigma![4]! ** 2;
    close(difference! ** 2, mean! ** 2 + variance, 1e-8 * variance);
  });
});
