import { describe, expect, test } from "vitest";
import { rScript } from "../../web/model/script-r";
import type { ScriptInput } from "../../web/model/script-typescript";

// the metafor code of these was run in R 4.2 with metafor 3.8 on the example data: it gives drmeta's log-likelihoods
const script = (...formulas: string[]) => rScript(input({ formulas }));
const input = (change: Partial<ScriptInput>): ScriptInput => ({
  formulas: ["yi ~ 1 + meta_V(V = vi)"],
  method: "ML",
  test: "z",
  factors: {},
  fileName: "data.csv",
  ...change,
});

describe("R", () => {
  test("location and scale", () => {
    const formulas = ["yi ~ habitat + duration + meta_V(V = vi)", "sigma ~ habitat"];
    expect(rScript(input({ formulas, factors: { habitat: ["grassland", "forest"] } }))).toBe(
      `dat <- read.csv("data.csv", na.strings = c("NA", "NaN", ""), check.names = FALSE, stringsAsFactors = TRUE)
dat[["habitat"]] <- factor(dat[["habitat"]], levels = c("grassland", "forest"))
# rows with a missing cell in any of these are not used
dat <- dat[complete.cases(dat[, c("yi", "habitat", "duration", "vi")]), ]

# drmTMB
library(drmTMB)
fit <- drmTMB(
  bf(
    yi ~ habitat + duration + meta_V(V = vi),
    sigma ~ habitat
  ),
  family = gaussian(), data = dat
)
summary(fit)

# metafor
library(metafor)
res <- rma(yi = yi, vi = vi, mods = ~ habitat + duration, scale = ~ habitat, data = dat, method = "ML")
# metafor models log(tau^2), drmeta log(sigma): its scale coefficients and their SEs are twice as large
# drmeta's standard errors of the mean are a little larger: they do not take the heterogeneity as known
summary(res)
`,
    );
  });

  test("says what R has of variances known up to a multiplier", () => {
    const text = script(
      'yi ~ x + meta_V(V = meta_vcov_cluster(vi, study, rho = 0.5), scale = "proportional")',
      "phi ~ x",
    );
    expect(text).toContain('yi ~ x + meta_V(V = V, scale = "proportional")');
    const plain = script('yi ~ x + meta_V(w = w, scale = "proportional")');
    expect(plain).toContain("# metafor does not have this model: a multiplier of the sampling variances");
    expect(plain).toContain("lm() with weights = w");
  });

  test("the method and the test", () => {
    const text = rScript(input({ method: "REML", test: "knha" }));
    expect(text).toContain("data = dat, REML = TRUE");
    expect(text).toContain('rma(yi = yi, vi = vi, data = dat, method = "REML", test = "knha")');
    expect(text).not.toContain("a little larger");
  });

  test("squared standard errors, and no intercept", () => {
    const text = script("yi ~ 0 + x + meta_V(V = sei^2)");
    expect(text).toContain('rma(yi = yi, vi = sei^2, mods = ~ 0 + x, data = dat, method = "ML")');
    expect(text).toContain('c("yi", "x", "sei")');
  });

  test("random intercepts: sigma is a level of its own", () => {
    const text = script("yi ~ x + (1 | district/school) + meta_V(V = vi)");
    expect(text).toContain(
      'dat[["district_school"]] <- interaction(dat[["district"]], dat[["school"]], drop = TRUE)',
    );
    expect(text).toContain(
      'rma.mv(yi, vi, mods = ~ x, random = list(~ 1 | district, ~ 1 | district_school, ~ 1 | row_id), data = dat, method = "ML")',
    );
  });

  test("V by a function of the formula becomes a matrix, however the call is written", () => {
    const text = script("yi ~ x+meta_V( V = meta_vcov_cluster(`v (i)`, study,rho=0.5) ) + (1 | study)");
    const V =
      "V <- metafor::vcalc(`v (i)`, cluster = study, obs = seq_len(nrow(dat)), rho = 0.5, data = dat)";
    expect(text.split(V)).toHaveLength(3);
    expect(text).toContain("    yi ~ x+meta_V(V = V) + (1 | study)\n");
    expect(text).toContain("rma.mv(yi, V, mods = ~ x, random = list(~ 1 | study, ~ 1 | row_id)");
  });

  test("two outcomes: a row per study and outcome", () => {
    const text = script(
      "mu1 = al ~ x + meta_V(V = meta_vcov_bivariate(v1, v2, cor12 = 0.3))",
      "mu2 = pd ~ x",
    );
    expect(text).toContain("V <- with(dat, meta_vcov_bivariate(v1, v2, cor12 = 0.3))");
    expect(text).toContain("    mu1 = al ~ x + meta_V(V = V),\n    mu2 = pd ~ x\n");
    expect(text).toContain("cov12 <- rep_len(with(dat, (0.3) * sqrt((v1) * (v2))), k)");
    expect(text).toContain("mods = ~ 0 + outcome + outcome:x, random = ~ outcome | unit");
    // a study with one outcome stays
    expect(text).not.toContain("complete.cases");
  });

  test.each([
    [["yi ~ x + (1 | study) + meta_V(V = vi)", "sd(study) ~ x"], "moderators of sd(study)"],
    [["yi ~ x + (1 | study) + meta_V(V = vi)", "sigma ~ x"], "moderators of sigma"],
    [["yi ~ x"], "there are no known sampling variances"],
    [["yi ~ x + offset(z) + meta_V(V = vi)"], "it has an offset"],
    [
      ["mu1 = a ~ x + meta_V(V = meta_vcov_bivariate(v, w))", "mu2 = b ~ 1"],
      "different moderators of the two means",
    ],
  ])("what metafor does not have is said: %s", (formulas, why) => {
    const text = script(...formulas);
    expect(text).toContain(`# metafor does not have this model: ${why}.`);
    expect(text).not.toContain("library(metafor)");
    expect(text).toContain("library(drmTMB)");
  });
});
