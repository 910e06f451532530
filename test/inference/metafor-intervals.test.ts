import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  contrasts,
  type DataInput,
  drm,
  heterogeneity,
  marginalMeans,
  predictionInterval,
  report,
  robust,
  summary,
} from "../../src/index";

// R 4.2.2, metafor 3.8-1 with optimum and limits searched to 1e-13, clubSandwich's linear_contrast()

/** dat.bcg of metafor, log risk ratios. */
const BCG = {
  ablat: [44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33],
  alloc: [..."rrrraarrrssss"].map((c) => ({ r: "random", a: "alternate", s: "systematic" })[c]!),
  yi: [
    -0.889311333920205, -1.58538865720143, -1.34807314829969, -1.44155119002131, -0.217547322211296,
    -0.786115585818864, -1.62089822359839, 0.0119523335238405, -0.469417648738149, -1.37134480347278,
    -0.339358828338391, 0.445913400571379, -0.0173139482168798,
  ],
  vi: [
    0.325584765003961, 0.194581121398144, 0.415367965367965, 0.0200100319022476, 0.0512101721696309,
    0.00690561845590876, 0.223017247572315, 0.00396157929781773, 0.056434210463249, 0.0730247936130289,
    0.0124122139715597, 0.532505845200153, 0.0714046596839863,
  ],
};
const MULTILEVEL = JSON.parse(
  readFileSync(new URL("./fixtures/multilevel-meta-regression.json", import.meta.url), "utf8"),
) as Record<"study" | "yij" | "vij" | "x", number[]>;

function expectClose(seen: ArrayLike<number>, wanted: readonly number[], within: number): void {
  expect(seen.length).toBe(wanted.length);
  wanted.forEach((value, i) => {
    expect(Math.abs(seen[i]! - value), `${seen[i]} for ${value}`).toBeLessThan(within);
  });
}

describe("predictionInterval() is metafor's predict()", () => {
  const fit = drm("yi ~ ablat + meta_V(V = vi)", { data: BCG, method: "REML" });
  it.each([
    ["z", [-0.932431917998, -1.505851451424], [0.271299337547, -0.319350129493]],
    ["t", [-1.00644468674, -1.578804818339], [0.345312106288, -0.246396762579]],
    ["knha", [-1.025425385202, -1.595213843905], [0.364292804751, -0.229987737012]],
  ] as const)("of a meta-regression: %s", (test, lower, upper) => {
    const seen = predictionInterval(fit, { ablat: [20, 40] }, { test });
    expectClose(seen.lower, lower, 1e-7);
    expectClose(seen.upper, upper, 1e-7);
    expect([...seen.df]).toEqual(test === "z" ? [Infinity, Infinity] : [11, 11]);
  });

  it("of random intercepts, by z and t, and after clubSandwich's CR2", () => {
    const multilevel = drm("yij ~ x + (1 | study) + meta_V(V = vij)", { data: MULTILEVEL, method: "REML" });
    const at = { x: [-1, 0, 1] };
    const z = predictionInterval(multilevel, at);
    expectClose(z.lower, [0.199744375223, 0.187600468387, 0.158470246269], 1e-7);
    expectClose(z.upper, [0.894424183073, 0.862839044641, 0.848240221491], 1e-7);
    const t = predictionInterval(multilevel, at, { test: "t" });
    expectClose(t.lower, [0.189925889911, 0.17805676211, 0.14872115569], 1e-7);
    expectClose(t.upper, [0.904242668385, 0.872382750919, 0.85798931207], 1e-7);
    // of another optimum of tau^2, 5e-6 away
    const cr2 = predictionInterval(robust(multilevel, { cluster: "study" }), at);
    expectClose(cr2.lower, [0.16340034, 0.16000514, 0.12745949], 1e-5);
    expectClose(cr2.upper, [0.93076811, 0.89043499, 0.87925233], 1e-5);
    expectClose(cr2.df, [11.928, 16.035, 12.677], 1e-3);
  });

  it.each([
    [2, "ML", [-5.5029808049548, 6.4455447906087], 1.5126549472],
    [2, "REML", [-7.08847784293, 8.04477921279], 5.7822522019],
    [3, "ML", [-0.7063744398249, 1.576825193832], 0.8050803461],
    [3, "REML", [-1.0562642962002, 1.9429507335409], 1.4713320826],
  ] as const)(
    "of %i studies with Knapp-Hartung, %s; and their SD by its profile",
    (k, method, limits, sd) => {
      const yi = [0.12, 0.85, 0.4].slice(0, k);
      const few = drm("yi ~ 1 + meta_V(V = vi)", {
        data: { yi, vi: [0.04, 0.05, 0.02].slice(0, k) },
        method,
      });
      const seen = predictionInterval(few, undefined, { test: "knha" });
      expectClose([seen.lower[0]!, seen.upper[0]!], limits, 1e-6);
      const words = report(few, { test: "knha" });
      expect(words).toContain(
        `prediction interval for the true effect in a new study is ${limits[0].toFixed(2)} to ${limits[1].toFixed(2)},`,
      );
      const [sigma] = summary(few, { test: "knha" }).parameters;
      expectClose([sigma!.lower, sigma!.upper], [0, sd], 1e-9);
      expect(words).toContain(`(95% CI 0 to ${sd.toFixed(3)}, profile likelihood)`);
    },
  );
});

it("confint() of tau^2, I^2 and H^2: rma(yi, vi), confint(res, type = 'PL')", () => {
  const [ml, reml] = (["ML", "REML"] as const).map(
    (method) => heterogeneity(drm("yi ~ 1 + meta_V(V = vi)", { data: BCG, method })).groups[0]!,
  );
  const limits = (g: typeof ml) => [g!.tau2Lower, g!.tau2Upper, g!.tauLower, g!.tauUpper];
  const shares = (g: typeof ml) => [g!.i2Lower, g!.i2Upper, g!.h2Lower, g!.h2Upper];
  expectClose(limits(reml), [0.1152661057, 0.9646953265, 0.339508624, 0.9821890483], 1e-8);
  expectClose(shares(reml), [81.3524628011, 97.3341992619, 5.3626384511, 37.5121810759], 1e-6);
  // another method, other limits
  expect(ml!.tau2Upper).toBeLessThan(reml!.tau2Upper);
  const data: DataInput = { yi: [0.12, 0.85], vi: [0.04, 0.05] };
  const [few] = heterogeneity(drm("yi ~ 1 + meta_V(V = vi)", { data, method: "REML" })).groups;
  expectClose([...limits(few!)].slice(0, 2), [0, 33.43444036375], 1e-6);
  expectClose(shares(few!), [0, 99.8655891511, 1, 743.98756363897], 1e-5);
  expect(few!.status).toBe("lower limit at boundary");
});

it("means and contrasts after CR2 have the degrees of freedom of linear_contrast()", () => {
  const fit = drm("yi ~ alloc + meta_V(V = vi)", { data: BCG, method: "REML" });
  const means = marginalMeans(robust(fit, { cluster: BCG.yi.map((_, i) => i) }), { by: "alloc" });
  const of = <T>(rows: readonly T[], pick: (row: T) => number) => rows.map(pick);
  expectClose(
    of(means.means, ({ stdError }) => stdError),
    [0.283826485, 0.282500885, 0.355233663],
    1e-8,
  );
  expectClose(
    of(means.means, ({ df }) => df),
    [1, 5.54299196, 2.72338508],
    1e-7,
  );
  expectClose(
    of(means.means, ({ lower }) => lower),
    [-4.12431321, -1.67108198, -1.6272489],
    1e-6,
  );
  const { contrasts: compared } = contrasts(means, { adjust: "none" });
  expectClose(
    of(compared, ({ stdError }) => stdError),
    [0.400455021, 0.454695975, 0.453869701],
    1e-8,
  );
  expectClose(
    of(compared, ({ df }) => df),
    [1.82413294, 2.28298619, 5.92505536],
    1e-7,
  );
  expectClose(
    of(compared, ({ lower }) => lower),
    [-1.4446036, -1.83047249, -1.65084981],
    1e-6,
  );
  expectClose(
    of(compared, ({ upper }) => upper),
    [2.340240407, 1.652396062, 0.577136577],
    1e-6,
  );
});
