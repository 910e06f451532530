import { type DrmOptions, drm, gaussian } from "../src/drm";
import type { Fit } from "../src/fit/fit";
import { drmFormula } from "../src/formula/formula";
import { type DrmCase, listFits, loadCase } from "./cases";
import { jobOf, type MaCase } from "./fit/ma-case";

/** Every reference case that is a fit, fitted once and quickly: for tests of what is said of a fit. */
export function fitEveryCase(): readonly { readonly id: string; readonly fit: Fit }[] {
  return listFits().map((id) => {
    const { formulas, options } = id.startsWith("drm-") ? drmJob(id) : jobOf(loadCase<MaCase>(id), "ML");
    const family = formulas[0]!.startsWith("mu1") ? [gaussian(), gaussian()] : gaussian();
    return { id, fit: drm(drmFormula(...formulas), { ...options, family, starts: 1 }) };
  });
}

function drmJob(id: string): { formulas: readonly string[]; options: DrmOptions } {
  const { formulas, data, weights, factors, matrices } = loadCase<DrmCase>(id);
  const options = { data, weights, ...(factors && { factors }), ...(matrices && { matrices }) };
  return { formulas, options: options as unknown as DrmOptions };
}
