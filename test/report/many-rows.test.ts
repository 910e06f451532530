import { expect, test } from "vitest";
import { checkData, checkDrm, drm, drmFormula, summary } from "../../src/index";
import { bubbleRadius } from "../../src/plot/draw/bubble";
import { moderatorCurves } from "../../src/plot/index";

/** More than the arguments that a call may have. */
const N = 150_000;

test("a fit of 150,000 rows goes through the checks, and its largest numbers are found", () => {
  const rows = Array.from({ length: N }, (_, i) => i);
  const data = {
    yi: Float64Array.from(rows, (i) => Math.sin(i) + (i % 7) / 10),
    vi: Float64Array.from(rows, (i) => 0.01 + (i % 100) / 1000),
    x: Float64Array.from(rows, (i) => (i % 101) / 100),
  };
  const fit = drm(drmFormula("yi ~ x + meta_V(V = vi)", "sigma ~ x"), { data, starts: 1 });
  expect(checkDrm(fit).find(({ check }) => check === "positive_scale")!.status).toBe("ok");
  expect(String(summary(fit))).toContain("nobs: 150000");
  const range = checkData(data, { effect: "yi", variance: "vi" }).find(
    ({ check }) => check === "variance_range",
  );
  expect(range!.value).toContain("0.01000 to 0.1090");
  const { curves } = moderatorCurves(fit, { x: "x" });
  expect([curves[0]!.x[0], curves[0]!.x.at(-1)]).toEqual([0, 1]);
  expect(bubbleRadius([...data.vi])(0.01)).toBeGreaterThan(bubbleRadius([...data.vi])(0.1));
});
