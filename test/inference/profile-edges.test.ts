import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  anova,
  confint,
  type DataInput,
  type DrmOptions,
  drm,
  drmFormula,
  gaussian,
  summary,
  update,
} from "../../src/index";
import { randomFrom } from "../fit/random-problem";

interface Case {
  readonly formulas: readonly [string, ...string[]];
  readonly data: DataInput;
  readonly options: Pick<DrmOptions, "method">;
}

function fitOf(name: string) {
  const path = new URL(`../fit/fixtures/${name}.json`, import.meta.url);
  const { formulas, data, options } = JSON.parse(readFileSync(path, "utf8")) as Case;
  const family = formulas[0].startsWith("mu1") ? ([gaussian(), gaussian()] as const) : gaussian();
  return drm(drmFormula(...formulas), { family, data, ...options });
}

describe("profiles on whose way another parameter reaches its edge", () => {
  it("a correlation, with an SD at 0: the deviance levels off at 3.3278, below the quantile", () => {
    const rho = confint(fitOf("profile-rho12"), { method: "profile", parm: "rho12" })[0]!;
    expect([rho.lower, rho.upper, rho.status]).toEqual([
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      "both limits at boundary",
    ]);
  });

  it("every coefficient gets a limit or a status, never a TypeError", () => {
    const rows = confint(fitOf("profile-crash"), { method: "profile" });
    expect(rows).toHaveLength(7);
    for (const { lower, upper, status } of rows) {
      expect(status).toBeDefined();
      expect(Number.isNaN(lower) || Number.isNaN(upper)).toBe(status === "not found");
    }
  });

  it("the SD of studies with a block V, where sigma is 0", () => {
    const data = {
      y: [1.4132, 0.76769, 0.39481, 0.31623, -0.72927, -0.1643, 0.67179],
      v: [0.021755, 0.054832, 0.065291, 0.10654, 0.14262, 0.077121, 0.030077],
      study: ["s0", "s1", "s2", "s2", "s3", "s3", "s4"],
    };
    const formula = drmFormula("y ~ 1 + (1 | study) + meta_V(V = meta_vcov_cluster(v, study, rho = 0.3))");
    const fit = drm(formula, { family: gaussian(), data });
    expect(fit.fitted.sigma![0]).toBe(0);
    const limits = confint(fit, { method: "profile", parm: "sd(study)" })[0]!;
    expect(limits.status).toBe("lower limit at boundary");
    expect(Number.isFinite(limits.upper)).toBe(true);
    expect(String(summary(fit))).toContain("sd(study)");
  });

  it("a set of values in two pieces: 0 is in the interval where the likelihood-ratio test keeps it", () => {
    const data = { yi: [0.4247, 0.1544, 0.2009, -0.4934], v: [0.0000624, 0.26, 0.0043, 0.908] };
    const fit = drm(drmFormula("yi ~ 1 + meta_V(V = v)"), { family: gaussian(), data });
    const pValue = anova(update(fit, { fixed: { sigma: 0 } }), fit).pValue;
    expect(pValue).toBeGreaterThan(0.05);
    expect(confint(fit, { method: "profile", parm: "sigma" })[0]).toMatchObject({
      lower: Number.NEGATIVE_INFINITY,
      status: "lower limit at boundary",
    });
  });

  it("the order of the rows does not matter", () => {
    const columns = {
      y: [
        0.39696, -0.017682, 0.096545, 0.10151, 0.13698, 1.1688, -0.17113, 0.56063, -0.020711, 0.13628,
        0.39208,
      ],
      v: [
        0.051115, 0.048478, 0.077449, 0.031032, 0.039509, 0.12977, 0.039389, 0.055838, 0.062734, 0.045817,
        0.10587,
      ],
      x: [0.76158, 0.1013, 0.077735, 1.3708, -1.2775, 0.89131, -0.64577, 0.72213, 0.8901, 0.27287, 0.15711],
      g: ["a", "b", "c", "a", "b", "c", "a", "b", "c", "a", "b"],
    };
    const random = randomFrom(3);
    for (let trial = 0; trial < 12; trial++) {
      const keys = columns.y.map(() => random.uniform());
      const order = columns.y.map((_, i) => i).sort((a, b) => keys[a]! - keys[b]!);
      const data = Object.fromEntries(
        Object.entries(columns).map(([name, values]) => [name, order.map((i) => values[i]!)]),
      ) as DataInput;
      const fit = drm(drmFormula("y ~ 1 + meta_V(V = v)", "sigma ~ g + x"), {
        family: gaussian(),
        data,
        method: "REML",
        factors: { g: ["a", "b", "c"] },
      });
      const gb = confint(fit, { method: "profile", parm: "sigma:gb" })[0]!;
      expect(gb.status).toBe("both limits at boundary");
    }
  });
});
