import { describe, expect, it } from "vitest";
import { drmFormula } from "../../src/formula/formula";
import { errorOf } from "../frame/literal-table";

/** What a formula alone can be refused for, and the words that tell what to do. */
const REJECTED: readonly (readonly [readonly string[], string])[] = [
  [[], "no formula given"],
  [[""], "an empty formula"],
  [["~ x"], "a one-sided formula has no response: write yi ~ x"],
  [["sigma ~ x"], "no location formula: add one with a response"],
  [["yi ~ x", "zi2 ~ x"], "a second location formula"],
  [["yi ~ x", "tau ~ x"], "the extra heterogeneity is sigma: write sigma ~ x"],
  [["tau2 = ~ x", "yi ~ x"], "the extra heterogeneity is sigma: write sigma ~ x"],
  [["yi ~ x", "nu ~ x"], "unknown parameter 'nu'"],
  [["yi ~ x", "sigmaa ~ x"], "unknown parameter 'sigmaa'; did you mean 'sigma'?"],
  [["yi ~ x", "nu = ~ x"], "unknown parameter 'nu'"],
  [["yi ~ x", "sigma ~ x", "sigma = ~ z"], "sigma has 2 formulas: keep one"],
  [["yi ~ (1 | a:b)", "sd(a:b) ~ x", "sd(b:a) ~ x"], "2 formulas: keep one"],
  [["mu ~ x"], "mu needs a response: write mu = yi ~ x"],
  [["sigma = y ~ x"], "sigma has no response"],
  [["yi ~ x + yi"], "the response 'yi' is also a moderator"],
  [["yi ~ 0"], "neither an intercept nor a moderator"],

  [["yi ~ meta_V(vi)"], "write meta_V(V = vi)"],
  [["yi ~ meta_V()"], "write meta_V(V = vi)"],
  [["yi ~ meta_V(v = vi)"], "meta_V() has no argument 'v': write meta_V(V = vi)"],
  [["yi ~ meta_V(sei = se)"], "has no argument 'sei': V takes sampling variances, so write meta_V(V = se^2)"],
  [["yi ~ meta_V(se = x)"], "write meta_V(V = x^2) for standard errors"],
  [["yi ~ meta_V(SE = s.e)"], "write meta_V(V = s.e^2) for standard errors"],
  [["yi ~ meta_V(sd = a + b)"], "write meta_V(V = (a + b)^2) for standard errors"],
  [["yi ~ meta_V(std.error = se / 2)"], "write meta_V(V = (se/2)^2) for standard errors"],
  [["yi ~ meta_V(v = se_yi)"], "write meta_V(V = se_yi^2) if 'se_yi' holds standard errors"],
  [["yi ~ meta_V(SE)"], "write meta_V(V = SE^2) if 'SE' holds standard errors"],
  [["yi ~ meta_V(vi = vi)"], "meta_V() has no argument 'vi': write meta_V(V = vi)"],
  [["yi ~ meta_V(V = vi, vj)"], "takes one argument, V, not 2"],
  [["yi ~ meta_V(V = vi, w = w)"], "w is 1 / V, so meta_V() takes one of the two"],
  [["yi ~ meta_V(V = vi, scale = 2)"], 'scale = 2: write meta_V(V = ..., scale = "proportional")'],
  [
    ['yi ~ meta_V(V = vi, scale = "known")'],
    'scale = "known": write meta_V(V = ..., scale = "proportional")',
  ],
  [["yi ~ meta_V(w = w)"], 'write meta_V(w = w, scale = "proportional"), or meta_V(V = 1 / w)'],
  [['yi ~ meta_V(w = 2, scale = "proportional")'], "w = 2 is a single number"],
  [
    ["yi ~ x + meta_V(V = vi)", "phi ~ x"],
    "phi multiplies sampling variances that are known up to a constant",
  ],
  [['yi ~ meta_V(V = vi, scale = "proportional")', "phi = z ~ x"], "phi has no response"],
  [
    ['mu1 = y1 ~ x + meta_V(V = V, scale = "proportional")', "mu2 = y2 ~ x", "phi ~ x"],
    "in a bivariate model phi belongs to one outcome: write phi1 ~ x and phi2 ~ x",
  ],
  [["yi ~ meta_V(V = 0.1)"], "V = 0.1 is a single number"],
  [["yi ~ meta_V(V = meta_vcov_x(v1))"], "unknown function 'meta_vcov_x'"],
  [["yi ~ meta_V(V = vi) + meta_V(V = vj)"], "two known V terms"],
  [["yi ~ x:meta_V(V = vi)"], "cannot be part of an interaction"],
  [["yi ~ x * meta_V(V = vi)"], "cannot be part of an interaction"],
  [["yi ~ x - meta_V(V = vi)"], "cannot be subtracted"],
  [["yi ~ log(meta_V(V = vi))"], "cannot stand inside another function"],
  [["yi ~ x", "sigma ~ meta_V(V = vi)"], "V belongs in the location formula, not in that of sigma"],
  [["yi ~ (1 | g)", "sd(g) ~ meta_V(V = vi)"], "V belongs in the location formula, not in that of sd(g)"],
  [["mu1 = y1 ~ meta_V(V = V)", "mu2 = y2 ~ meta_V(V = V)"], "mu1 and mu2 both have a V term"],
  [["mu1 = y1 ~ 1", "mu2 = y2 ~ meta_V(V = V)"], "stands in the formula of mu1; move it there"],

  [["yi ~ x", "sigma ~ offset(x)"], "not_supported: offset() in the formula of sigma"],
  [["yi ~ offset(x, z)"], "offset() takes one expression"],
  [["yi ~ x", "sigma ~ (1 | g)"], "not_supported: (1 | g) in the formula of sigma"],
  [["mu1 = y1 ~ 1", "mu2 = y2 ~ 1", "rho12 ~ (1 | g)"], "not_supported: (1 | g) in the formula of rho12"],
  [
    ["yi ~ phylo(x | g, tree = t)"],
    "not_supported: phylo(x | g, tree = t): correlated slopes of related levels are not yet fitted; write phylo(1 | g, tree = t) + phylo(0 + x | g, tree = t) for independent ones",
  ],
  [["yi ~ (1 + x + x | g)"], "(1 + x + x | g) has 'x' twice: keep one"],
  [
    ["yi ~ (1 + x | g)", "sd(x | g) ~ z"],
    "sd(x | g) has a formula, but its effects are those of (1 + x | g), whose SDs are the same for all levels: remove the formula, or write independent effects, (0 + x | g)",
  ],
  [["yi ~ (1 + x | g)", "cor(g) ~ z"], "cor(g): correlations of random effects are the same for all levels"],
  [
    ["yi ~ us(0 + f | g)", "sd(f | g) ~ z"],
    "sd(f | g) has a formula, but its effects are those of us(0 + f | g)",
  ],
  [["yi ~ us(0 + f | g/h)"], "two groupings in one term; write us(0 + f | group)"],
  [["yi ~ cs(0 + f | f)"], "'f' is on both sides of the bar"],
  [["yi ~ cs(0 + f | g, 2)"], "cs() is a term with a bar, as in cs(0 + outcome | study)"],
  [["yi ~ phylo(0 + x + z | g, tree = t)"], "write phylo(0 + x | g, tree = t) + phylo(0 + z | g, tree = t)"],
  [["yi ~ (0 | g)"], "(0 | g) has no random effect: write (1 | g)"],
  [["yi ~ (0 + x:z | g)"], "a random slope is of one column or a function of one, as in (0 + x | group)"],
  [["yi ~ (0 + x | g) + (0 + x | g)"], "(0 + x | g) is in the formula twice: keep one"],
  [
    ["yi ~ 1", "sigma ~ (0 + x | g)"],
    "(0 + x | g) in the formula of sigma: random effects are not yet supported",
  ],
  [
    ["yi ~ 1", "sd(x | g) ~ z"],
    "there is no random slope of x for g: add (0 + x | g) to the location formula",
  ],
  [["yi ~ (1 | g)", "sd(relmat(g)) ~ z"], "no random intercept for relmat(g): add relmat(1 | g, K = K)"],
  [["yi ~ x:(1 | g)"], "(1 | g) cannot be part of an interaction"],
  [["yi ~ x + 1 | g"], "stands in parentheses: write (1 | group)"],
  [["yi ~ (1 | a + b)"], "write (1 | a) + (1 | b)"],
  [["yi ~ (1 | factor(g))"], "is not a grouping"],
  [["yi ~ (1 | g) + (1 | g)"], "(1 | g) is in the formula twice"],
  [["yi ~ x", "sd(g) ~ x"], "add (1 | g) to the location formula"],
  [["yi ~ (1 | a/b)", "sd(a/b) ~ x"], "write sd(a) or sd(a:b)"],
  [["yi ~ (1 | a)", "sd() ~ x"], "names one grouping"],

  [
    ["yi ~ (1 | p | g)"],
    "the label 'p' of (1 | p | g) is in one formula: it correlates the random effects of several; this model has one, so write (1 | g)",
  ],
  [
    ["mu1 = y1 ~ (1 | p | g)", "mu2 = y2 ~ (1 | g)"],
    "add (1 | p | g) to the other formula, or write (1 | g)",
  ],
  [["yi ~ (1 || g)"], "(x || group) is written (1 | group) + (0 + x | group)"],
  [["yi ~ (1 | phylo(species))"], "phylo() holds the bar, phylo(1 | species, tree = tree)"],
  [["yi ~ phylo(species)"], "phylo() is a term with a bar, as in phylo(1 | group, tree = tree)"],
  [["yi ~ phylo(1 | species)"], "phylo() takes tree, as in phylo(1 | group, tree = tree)"],
  [["yi ~ relmat(1 | g)"], "relmat() takes one of K and Q, as in relmat(1 | group, K = K)"],
  [["yi ~ relmat(1 | g, K = K, Q = Q)"], "relmat() takes one of K and Q"],
  [["yi ~ phylo(1 | g, K = K)"], "phylo() has no argument 'K'"],
  [["yi ~ phylo(1 | g, tree = t, tree = t)"], "'tree' is given twice"],
  [['yi ~ phylo(1 | g, tree = "(a,b);")'], "write the name that it has in the option trees"],
  [["yi ~ phylo(1 | g, tree = t, scale = 2)"], "scale is TRUE or FALSE"],
  [["yi ~ phylo(1 | g, tree = t, branch = 1)"], 'branch is "grafen"'],
  [
    ["yi ~ phylo(1 | a/b, tree = t)"],
    "levels on trees are those of one column; write phylo(1 | column, tree = t)",
  ],
  [
    ["yi ~ phylo(1 | g, tree = t) + phylo(1 | g, tree = s)"],
    "phylo(1 | g, tree = t) and phylo(1 | g, tree = s) both have the SD sd(phylo(g)): keep one",
  ],
  [["yi ~ x * phylo(1 | g, tree = t)"], "cannot be part of an interaction"],
  [
    ["log(phylo(1 | g, tree = t)) ~ 1"],
    "phylo() is a random effect: a term of its own in the formula of the mean",
  ],
  [["yi ~ (1 | gr(species, cov = A))"], "related levels"],
  [["yi ~ spatial(1 | site)"], "correlated in space are not supported yet"],
  [["yi ~ us(outcome | study)"], "before the bar of us() stands 0 + a column, as in us(0 + outcome | study)"],
  [["yi ~ ar1(time | study)"], "correlated in time are not supported yet"],
  [["yi ~ (1 | mm(a, b))"], "multiple membership is not supported yet"],
  [["yi ~ s(x)"], "smooth terms are not supported yet; ns(x, df = 3)"],

  [
    ["yi ~ x", "random = ~ 1 | study"],
    "random intercepts stand in the formula of the mean: yi ~ x + (1 | study)",
  ],
  [["yi ~ x", "random = list(~ 1 | a, ~ 1 | b)"], "yi ~ x + (1 | study)"],
  [["yi ~ 1", "mods = ~ x"], "moderators stand in the formula of the mean"],
  [["yi ~ 1", "scale = ~ x"], "a formula of their own: sigma ~ x"],
  [["yi ~ 1", "vi = vi"], "yi ~ x + meta_V(V = vi)"],
  [["yi = yi", "sei = se"], "effect sizes stand on the left of the formula"],

  [["yi ~ Study ID"], "a column called 'Study ID' stands in backticks: `Study ID`"],
  [["Mean effect size ~ x"], "`Mean effect size`"],
  [["yi ~ 2nd + x"], "`2nd`"],
  [["yi ~ x + 1st dose:z"], "`1st dose`"],
  [["dat$yi ~ x"], "columns stand without the name of the data"],
  [["yi ~ cost€"], "a column whose name has such a character stands in backticks"],

  [["mu1 = y1 ~ x"], "mu1 has one, mu2 has none"],
  [["mu2 = y2 ~ x"], "mu2 has one, mu1 has none"],
  [["mu1 = y1 ~ x", "mu2 = y2 ~ x", "sigma ~ x"], "write sigma1 ~ x and sigma2 ~ x"],
  [["mu1 = y1 ~ (1 | g)", "mu2 = y2 ~ x", "sd(g) ~ x"], "write sd1(g) ~ x and sd2(g) ~ x"],
  [["mu1 = y1 ~ x", "y2 ~ x"], "a bivariate model has mu1 and mu2"],
  [["yi ~ x", "rho12 ~ x"], "it needs mu1 and mu2 formulas"],

  [["yi ~ sqr(x)"], "unknown function 'sqr'; did you mean 'sqrt'?"],
  [["yi ~ f(x)"], "unknown function 'f': formulas know I, log"],
  [["yi ~ dose (mg)"], "a column with parentheses in its name stands in backticks"],
  [["yi ~ meta_gaussian(x)"], "unknown function 'meta_gaussian'"],
  [["meta_gaussian(yi) ~ x"], "unknown function 'meta_gaussian'"],
  [["yi ~ poly(x, k)"], "'degree' of poly() must be a constant"],
  [["yi ~ poly(x, dgree = 2)"], "poly() has no argument 'dgree'"],
  [["yi ~ log(x, 2, 3)"], "too many arguments"],
  [["yi ~ log()"], "log() needs a column"],
  [["yi ~ 2 * x"], "arithmetic needs I()"],
  [["yi ~ x^z"], "write I(x^z)"],
  [["yi ~ x > 2"], "write I(x > 2)"],
  [["yi ~ !x"], "write I(!x)"],
  [["yi ~ 'x'"], "is not a term"],
  [["yi ~ I(a:b)"], "':' makes interactions"],
  [["yi ~ log(.)"], "'.' stands for whole columns"],
];

describe("formulas that are refused", () => {
  it.each(REJECTED)("%j", (texts, message) => {
    expect(errorOf(() => drmFormula(...texts))).toContain(message);
  });

  it("shows a long formula around the place only", () => {
    const many = Array.from({ length: 150 }, (_, i) => `x${i}`).join(" + ");
    const message = errorOf(() => drmFormula(`yi ~ ${many} + sqr(z) + ${many}`));
    expect(message.length).toBeLessThan(700);
    const [, line, caret] = message.split("\n");
    expect(line!.slice(caret!.indexOf("^"))).toMatch(/^sqr\(z\) \+ x0/);
    expect(errorOf(() => drmFormula(`yi ~ ${many} +`)).length).toBeLessThan(700);
  });

  it("is a bad_formula with a caret under the place", () => {
    expect(errorOf(() => drmFormula("yi ~ x + sqr(z)"))).toMatch(
      /^bad_formula: .*\n {2}yi ~ x \+ sqr\(z\)\n {11}\^$/,
    );
  });
});
