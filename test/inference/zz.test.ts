import { it } from "vitest";
import { drm } from "../../src/drm";
import { drmFormula } from "../../src/formula/formula";
import { loadCase } from "../cases";
import { summary } from "../../src/report/summary";
import { checkDrm } from "../../src/report/checks/check-drm";
import { predict } from "../../src/inference/predict";
import { varianceComponents } from "../../src/inference/variance-components";
import { sdRatio } from "../../src/inference/sd-ratio";
it("x", () => {
  const c = loadCase("drm-a-restoration");
  const fit = drm(drmFormula(...c.formulas), { data: c.data as any, factors: c.factors! });
  console.log(String(summary(fit)));
  console.log(String(checkDrm(fit)));
  console.log(predict(fit, c.expected.predict!.newdata as any));
  console.log(varianceComponents(fit, { by: "habitat" }).groups, sdRatio(fit, "habitatforest"));
  for (const id of ["v08-ls-boundary-bakdash", "v12-boundary-hine"]) {
    const v = loadCase<any>(id);
    const names = v.model.formula;
    console.log(JSON.stringify(names));
    const f = [names.mu, names.sigma].filter(Boolean) as string[];
    const fit = drm(drmFormula(...f), { data: v.data.columns, factors: v.data.levels ?? {} });
    console.log(String(summary(fit)));
    console.log(String(checkDrm(fit)));
  }
});
