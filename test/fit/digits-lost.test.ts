import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { drm, drmFormula } from "../../src/index";

interface Model {
  readonly id: string;
  readonly formulas: readonly [string, string];
  readonly data: Readonly<Record<string, number[]>>;
}

const MODELS = JSON.parse(
  readFileSync(new URL("./fixtures/digits-lost.json", import.meta.url), "utf8"),
) as readonly Model[];

/** Some row is met as its sigma goes to 0, and no maximum beside that is met. */
const UNBOUNDED = ["noV-901-264", "noV-901-75"];

// five or six rows without known variances, whose fitted SDs span fourteen orders of magnitude
test.each(MODELS)(
  "$id: a log-likelihood that the estimates do not have is no optimum",
  ({ id, formulas, data }) => {
    const fit = drm(drmFormula(...formulas), { data });
    const { mu, sigma } = fit.fitted;
    const { values } = fit.response.mu!;
    let plain = 0;
    values.forEach((y, i) => {
      plain -= 0.5 * (Math.log(2 * Math.PI * sigma![i]! ** 2) + ((y - mu![i]!) / sigma![i]!) ** 2);
    });
    expect(Math.abs(plain - fit.logLik)).toBeGreaterThan(1);
    expect(fit.optim.code).toBe(UNBOUNDED.includes(id) ? 2 : 1);
  },
);
