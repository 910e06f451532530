import { expect, test } from "vitest";
import { drm } from "../../src/drm";
import { drmFormula } from "../../src/formula/formula";
import { namesStandardErrors } from "../../src/formula/standard-error-name";
import { errorOf } from "../frame/literal-table";

const data = { yi: [0.1, 0.4, 0.3], vi: [0.01, 0.02, 0.03], x: [1, 2, 4] };

test.each([
  [
    { random: "~ 1 | study" },
    "drm() has no option 'random': random intercepts stand in the formula of the mean",
  ],
  [{ mods: "~ x" }, "no option 'mods': moderators stand in the formula"],
  [{ scale: "~ x" }, "sigma ~ x"],
  [{ vi: "vi" }, "meta_V(V = vi)"],
  [{ sei: "se" }, "meta_V(V = sei^2)"],
  [{ V: [[1]] }, "matrices: { V }"],
  [{ test: "knha" }, 'summary(fit, { test: "knha" })'],
  [{ slab: "author" }, "labels"],
  [{ method: "GENQ" }, "GENQ is not offered: DL is the nearest"],
  [{ method: "FE" }, "the common-effect model is EE"],
  [{ method: "reml" }, "write it REML"],
  [{ method: "Nelder-Mead" }, 'use "ML", "REML" or, by moments, DL, HE'],
])("%j is answered with what to write here", (options, answer) => {
  const message = errorOf(() => drm("yi ~ x", { data, ...options } as never));
  expect(message).toMatch(/^bad_option: /);
  expect(message).toContain(answer);
});

test("** is ^, as in R", () => {
  expect(drmFormula("yi ~ (a + b)**2").dpars[0]!.terms.map(({ label }) => label)).toEqual(["a", "b", "a:b"]);
  expect(drmFormula("yi ~ I(x ** 2)").dpars[0]!.terms[0]!.label).toBe("I(x^2)");
  expect(drmFormula("yi ~ 1 + meta_V(V = se**2)").dpars[0]!.knownV!.argument).toMatchObject({ op: "^" });
});

test.each([
  ["log-odds ~ x", "log-odds"],
  ["yi ~ x/y", "x/y"],
])("%s names a column that needs backticks, %s", (formula, name) => {
  const odd = { ...data, [name]: [1, 3, 2] };
  expect(errorOf(() => drm(formula, { data: odd }))).toContain(`stands in backticks: \`${name}\``);
});

test.each(
  [
    "se",
    "SE",
    "sei",
    "Se",
    "sd",
    "SD",
    "se_yi",
    "yi_se",
    "SE.d",
    "d.SE",
    "seTE",
    "SElogOR",
    "std.error",
    "stdErr",
  ].concat("Std. Error", "standard error", "standard_deviation", "lnRR.SE", "se1", "stderr", "SEs"),
)("'%s' reads like standard errors", (name) => {
  expect(namesStandardErrors(name)).toBe(true);
});

test.each(
  [
    "vi",
    "v",
    "var",
    "variance",
    "se2",
    "se^2",
    "SE_squared",
    "se_sq",
    "var_se",
    "V",
    "season",
    "sex",
    "sedation",
    "study",
  ].concat("seed", "standard", "error", "sdvar", "VSE", "selection", "set", "Sector"),
)("'%s' does not", (name) => {
  expect(namesStandardErrors(name)).toBe(false);
});
