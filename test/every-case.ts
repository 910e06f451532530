import { type DrmOptions, drm, gaussian } from "../src/drm";
import type { Fit } from "../src/fit/fit";
import { drmFormula } from "../src/formula/formula";
import { type DrmCase, listFits, loadCase } from "./cases";
import { type Job, jobOf, type MaCase } from "./fit/ma-case";

/** What a reference case asks of drm(), fitted by a method of the caller's choice. */
export function caseJob(id: string, method: "ML" | "REML"): Job {
  const { formulas, options } = id.startsWith("drm-")
    ? drmJob(id, method)
    : jobOf(loadCase<MaCase>(id), method);
  const family = formulas[0]!.startsWith("mu1") ? [gaussian(), gaussian()] : gaussian();
  return { formulas, options: { ...options, family } };
}

/** Every reference case that is a fit, fitted once and quickly: for tests of what is said of a fit. */
export function fitEveryCase(): readonly { readonly id: string; readonly fit: Fit }[] {
  return listFits().map((id) => {
    const { formulas, options } = caseJob(id, "ML");
    return { id, fit: drm(drmFormula(...formulas), { ...options, starts: 1 }) };
  });
}

function drmJob(id: string, method: "ML" | "REML"): Job {
  const { formulas, data, weights, factors, matrices } = loadCase<DrmCase>(id);
  const options = { data, method, weights, ...(factors && { factors }), ...(matrices && { matrices }) };
  return { formulas, options: options as unknown as DrmOptions };
}
