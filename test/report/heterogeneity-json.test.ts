import { describe, expect, it } from "vitest";
import { type DrmOptions, drm, gaussian } from "../../src/drm";
import { drmFormula } from "../../src/formula/formula";
import { heterogeneity } from "../../src/report/heterogeneity";
import { toJSON } from "../../src/report/json/to-json";
import { summary } from "../../src/report/summary";
import { commandLine } from "../cli/command-line";

const data = {
  yi: [0.1, 0.9, 0.2, 1.4, -0.3, 0.8, 1.1, -0.2],
  vi: [0.02, 0.03, 0.04, 0.02, 0.03, 0.02, 0.05, 0.02],
  x: [1, 2, 3, 4, 5, 6, 7, 9],
  d: ["a", "a", "b", "b", "c", "c", "d", "d"],
};
const fitOf = (formula: string, options: Partial<DrmOptions> = {}) => drm(formula, { data, ...options });
const json = (...args: Parameters<typeof fitOf>) =>
  toJSON(fitOf(...args), { heterogeneity: true }).heterogeneity;

describe("heterogeneity in JSON", () => {
  it.each(["ML", "REML"] as const)("is what summary() and heterogeneity() have: %s", (method) => {
    const fit = fitOf("yi ~ x + meta_V(V = vi)", { method });
    const [group] = heterogeneity(fit).groups;
    const { q, moderators } = summary(fit).tests;
    const sigma = fit.coefficients.find(({ dpar }) => dpar === "sigma")!;
    const se = 2 * group!.tau2 * sigma.stdError;
    expect(toJSON(fit, { heterogeneity: true }).heterogeneity).toEqual({
      tau2: group!.tau2,
      se_tau2: expect.closeTo(se, 12),
      tau2_conf_low: group!.tau2Lower,
      tau2_conf_high: group!.tau2Upper,
      I2: group!.i2,
      I2_conf_low: group!.i2Lower,
      I2_conf_high: group!.i2Upper,
      H2: group!.h2,
      H2_conf_low: group!.h2Lower,
      H2_conf_high: group!.h2Upper,
      confint: "profile",
      QE: q!.statistic,
      QE_df: 6,
      QE_p: q!.pValue,
      QM: moderators[0]!.statistic,
      QM_df: 1,
      QM_p: moderators[0]!.pValue,
    });
    expect(toJSON(fit, { heterogeneity: true, test: "knha" }).heterogeneity).toMatchObject({ QM_ddf: 6 });
  });

  it("has null for what does not exist", () => {
    const boundary = json("e ~ 1 + meta_V(V = vi)", { data: { ...data, e: data.yi.map((y) => y / 50) } });
    expect(boundary).toMatchObject({
      tau2: 0,
      se_tau2: null,
      tau2_conf_low: 0,
      QM: null,
      QM_df: null,
      QM_p: null,
    });
    expect(json("yi ~ 1 + meta_V(V = vi)", { fixed: { sigma: 0 } })).toMatchObject({
      tau2: 0,
      se_tau2: null,
    });
    const levels = json("yi ~ 1 + (1 | d) + meta_V(V = vi)")!;
    expect(levels).toMatchObject({ se_tau2: null, tau2_conf_low: null });
    expect(levels.tau2).toBeGreaterThan(0);
    expect(json("yi ~ x")).toBeNull();
    const scale = drm(drmFormula("yi ~ 1 + meta_V(V = vi)", "sigma ~ x"), { data });
    expect(toJSON(scale, { heterogeneity: true }).heterogeneity).toBeNull();
    const two = drm(drmFormula("mu1 = yi ~ 1", "mu2 = x ~ 1"), { data, family: [gaussian(), gaussian()] });
    expect(toJSON(two, { heterogeneity: true }).heterogeneity).toBeNull();
  });

  it("is printed by drmeta fit --json", async () => {
    async function* csv() {
      yield `yi,vi\n${data.yi.map((y, i) => `${y},${data.vi[i]}`).join("\n")}\n`;
    }
    const { stdout } = await commandLine(["fit", "-", "yi ~ 1 + meta_V(V = vi)", "--json"], csv());
    expect(JSON.parse(stdout).heterogeneity).toEqual(json("yi ~ 1 + meta_V(V = vi)"));
  });
});
