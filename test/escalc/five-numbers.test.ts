import { describe, expect, test } from "vitest";
import { convFivenum, type FiveNumberColumns, type FiveNumberOptions } from "../../src/escalc/index";
import { normalQuantile } from "../../src/stats/normal";
import { randomFrom } from "../fit/random-problem";

function moments(columns: FiveNumberColumns, options: FiveNumberOptions) {
  const { data, decisions } = convFivenum(columns, options);
  const column = (name: string) => Array.from((data.column(name) as { values: Float64Array }).values);
  return { mean: column("mean"), sd: column("sd"), said: decisions.map(({ message }) => message) };
}

const METHODS = ["qe", "bc", "mln"] as const;
const Z = normalQuantile(0.75);

describe("log-normal values (Shi et al. 2020)", () => {
  test("quartiles 1, e and e^2 of 100: the arithmetic", () => {
    // the logarithms: 0, 1 and 2
    const square = (2 / (2 * normalQuantile(74.875 / 100.25))) ** 2 / (1 + 1.58 / 100);
    const fourth = (2 / (2 * normalQuantile(74.875 / 100.25))) ** 4 / (1 + 19.2 / 100 ** 1.2);
    const given = { q1: 1, median: Math.E, q3: Math.exp(2), n: 100 };
    const logs = moments(given, { dist: "lnorm", transf: false });
    expect(logs.mean[0]).toBeCloseTo(1, 13);
    expect(logs.sd[0]).toBeCloseTo(Math.sqrt(square), 13);
    const values = moments(given, { dist: "lnorm" });
    const phi = (a: number, b: number) => 1 + (a * square + b * fourth) / 100;
    expect(values.mean[0]).toBeCloseTo(Math.exp(1 + square / 2) / phi(0.57, 0.75), 12);
    const variance = Math.exp(2 + 2 * square) / phi(2.28, 12) - Math.exp(2 + square) / phi(2.28, 3);
    expect(values.sd[0]).toBeCloseTo(Math.sqrt(variance), 12);
    // taken for normal ones they are skewed
    expect(moments(given, {}).said[0]).toContain("the numbers are skewed");
  });
  test.each(["range", "quartiles", "both"] as const)("samples: nearly without bias, %s", (kind) => {
    const random = randomFrom(7);
    const n = 80;
    let [mean, sd, wanted, spread] = [0, 0, 0, 0];
    for (let r = 0; r < 800; r++) {
      const x = Array.from({ length: n }, () => Math.exp(2 + 0.5 * random.normal())).sort((a, b) => a - b);
      const at = (p: number) => {
        const [k, part] = [Math.floor((n - 1) * p), ((n - 1) * p) % 1];
        return x[k]! + part * ((x[k + 1] ?? x[k]!) - x[k]!);
      };
      const found = moments(
        {
          n,
          median: at(0.5),
          ...(kind !== "quartiles" && { min: x[0]!, max: x[n - 1]! }),
          ...(kind !== "range" && { q1: at(0.25), q3: at(0.75) }),
        },
        { dist: "lnorm", test: false },
      );
      const own = x.reduce((sum, one) => sum + one, 0) / n;
      mean += found.mean[0]!;
      sd += found.sd[0]!;
      wanted += own;
      spread += Math.sqrt(x.reduce((sum, one) => sum + (one - own) ** 2, 0) / (n - 1));
    }
    expect(Math.abs(mean / wanted - 1)).toBeLessThan(0.015);
    expect(Math.abs(sd / spread - 1)).toBeLessThan(0.05);
  });
});

describe("quantile estimation (McGrath et al. 2020)", () => {
  const best = (columns: FiveNumberColumns) => {
    const { mean, sd, said } = moments(columns, { method: "qe" });
    return { mean: mean[0]!, sd: sd[0]!, name: /the (\S+) distribution/.exec(said[0]!)?.[1] };
  };
  test("the example of the package estmeansd: 4.347284 and 1.502171", () => {
    const { mean, sd, name } = best({ min: 2, median: 4, max: 9, n: 100 });
    expect(name).toBe("log-normal");
    // its search stops a little earlier
    expect(Math.abs(mean - 4.347284)).toBeLessThan(2e-5);
    expect(Math.abs(sd - 1.502171)).toBeLessThan(2e-5);
  });
  test("finds the distribution whose quantiles they are", () => {
    const exact = (q: (p: number) => number) => ({ q1: q(0.25), median: q(0.5), q3: q(0.75), n: 50 });
    const lognormal = best(exact((p) => Math.exp(3 + 0.4 * normalQuantile(p))));
    expect(lognormal.name).toBe("log-normal");
    expect(lognormal.mean).toBeCloseTo(Math.exp(3.08), 5);
    expect(lognormal.sd).toBeCloseTo(Math.exp(3.08) * Math.sqrt(Math.expm1(0.16)), 4);
    // x^2 is exponential with mean 4: Weibull of shape 2 and scale 2
    const weibull = best(exact((p) => 2 * Math.sqrt(-Math.log1p(-p))));
    expect(weibull.name).toBe("Weibull");
    expect(weibull.mean).toBeCloseTo(Math.sqrt(Math.PI), 6);
    expect(weibull.sd).toBeCloseTo(Math.sqrt(4 - Math.PI), 6);
    // of shape 2, scale 3: R's qgamma(c(.25, .5, .75), 2, scale = 3)
    const gamma = best({ q1: 2.883836, median: 5.03504, q3: 8.077904, n: 50 });
    expect(gamma.name).toBe("gamma");
    expect(gamma.mean).toBeCloseTo(6, 4);
    expect(gamma.sd).toBeCloseTo(Math.sqrt(18), 3);
    const beta = best(exact((p) => 1 - (1 - p) ** (1 / 3)));
    expect(beta.name).toBe("beta");
    expect(beta.mean).toBeCloseTo(1 / 4, 6);
    expect(beta.sd).toBeCloseTo(Math.sqrt(3 / 80), 5);
  });
  test("numbers that are not all positive are taken for normal ones, and tested", () => {
    const { mean, sd, name } = best({ q1: -Z, median: 0, q3: Z, n: 50 });
    expect([mean, name]).toEqual([0, "normal"]);
    expect(sd).toBeCloseTo(1, 12);
    const skewed = { q1: -1, median: 0, q3: 9, n: 50 };
    expect(moments(skewed, { method: "qe" }).said[0]).toContain("the numbers are skewed");
    expect(moments(skewed, { method: "qe", test: false }).mean[0]).toBeCloseTo(8 / 3, 12);
  });
});

describe("powers", () => {
  test("roots that are symmetric: the power is 1/2, and the mean of squares has a formula", () => {
    // roots 9, 10 and 11
    const { mean, sd } = moments({ q1: 81, median: 100, q3: 121, n: 100 }, { method: "bc" });
    const s = 1 / normalQuantile(74.875 / 100.25);
    expect(mean[0]).toBeCloseTo(100 + s * s, 6);
    expect(sd[0]).toBeCloseTo(Math.sqrt(4 * 100 * s * s + 2 * s ** 4), 6);
  });
  test("the example of the package estmeansd, which draws 1100 numbers: 4.20 and 1.28", () => {
    const { mean, sd } = moments({ min: 2, median: 4, max: 9, n: 100 }, { method: "bc" });
    expect(Math.abs(mean[0]! - 4.204881)).toBeLessThan((2 * 1.28) / Math.sqrt(1100));
    expect(Math.abs(sd[0]! - 1.277236)).toBeLessThan((2 * 1.28) / Math.sqrt(2200));
  });
  test("quartiles of a million normal and log-normal values", () => {
    const n = 1e6;
    const normal = moments({ q1: 100 - 15 * Z, median: 100, q3: 100 + 15 * Z, n }, { method: "mln" });
    expect(normal.mean[0]).toBeCloseTo(100, 2);
    expect(normal.sd[0]).toBeCloseTo(15, 2);
    const skewed = { q1: Math.exp(2 - 0.5 * Z), median: Math.exp(2), q3: Math.exp(2 + 0.5 * Z), n };
    for (const method of ["bc", "mln"] as const) {
      const { mean, sd } = moments(skewed, { method });
      expect(mean[0]! / Math.exp(2.125)).toBeCloseTo(1, 3);
      expect(sd[0]! / (Math.exp(2.125) * Math.sqrt(Math.expm1(0.25)))).toBeCloseTo(1, 2);
    }
  });
});

test("no method depends on the unit", () => {
  const x = {
    min: [0.1, 0.05],
    q1: [0.2, 0.25],
    median: [0.3, 0.4],
    q3: [0.5, 0.5],
    max: [0.9, 0.97],
    n: 40,
  };
  const grown = Object.fromEntries(
    Object.entries(x).map(([name, values]) => [
      name,
      name === "n" ? 40 : (values as number[]).map((v) => 8 * v),
    ]),
  ) as FiveNumberColumns;
  for (const options of [{ dist: "lnorm" }, { method: "bc" }, { method: "mln" }] as const) {
    const [one, other] = [x, grown].map((columns) => moments(columns, { ...options, test: false }));
    for (const i of [0, 1]) {
      expect(other!.mean[i]! / one!.mean[i]!, JSON.stringify(options)).toBeCloseTo(8, 5);
      expect(other!.sd[i]! / one!.sd[i]!, JSON.stringify(options)).toBeCloseTo(8, 5);
    }
  }
});

test("what cannot be used says why", () => {
  const said = (columns: FiveNumberColumns, options: FiveNumberOptions) => moments(columns, options).said[0];
  for (const method of METHODS) {
    expect(said({ min: 1, max: 9, n: 40 }, { method })).toBe("row 1: the median is missing; no mean, no SD");
    expect(said({ min: 1, median: 4, n: 40 }, { method })).toContain(
      "neither range nor quartiles are complete",
    );
  }
  expect(said({ q1: 0, median: 4, q3: 9, n: 40 }, { method: "bc" })).toContain("0 is not above 0");
  expect(said({ q1: -1, median: 4, q3: 9, n: 40 }, { dist: "lnorm" })).toContain("-1 is not above 0");
  expect(said({ q1: 4, median: 4, q3: 9, n: 40 }, { method: "mln" })).toContain("two of the numbers are 4");
  const refused = (options: object) => () => convFivenum({ q1: 1, median: 2, q3: 3, n: 40 }, options);
  expect(refused({ method: "blue" })).toThrow('method is "blue"; there are luo/wan/shi, qe, bc, mln');
  expect(refused({ dist: "gamma" })).toThrow('dist is "gamma"; wanted "norm" or "lnorm"');
  expect(refused({ dist: "lnorm", method: "qe" })).toThrow("dist is for the method luo/wan/shi, not for qe");
  expect(refused({ transf: false })).toThrow('transf is for dist "lnorm"');
});
