import { type DataInput, drm, drmFormula, type Fit } from "../../src/index";
import { loadCase } from "../cases";
import { jobOf, type MaCase } from "../fit/ma-case";

export interface CaseFit {
  readonly fit: Fit;
  readonly data: DataInput;
}

const known = new Map<string, CaseFit>();

/** A reference case, fitted once. */
export function caseFit(id: string): CaseFit {
  let found = known.get(id);
  if (found === undefined) {
    found = id.startsWith("drm-") ? drmCase(id) : maCase(id);
    known.set(id, found);
  }
  return found;
}

function drmCase(id: string): CaseFit {
  const { formulas, data, factors, matrices, weights, method } = loadCase(id);
  const columns = data as Record<string, number[]>;
  const fit = drm(drmFormula(...formulas), {
    data: columns,
    factors: factors ?? {},
    weights,
    method,
    ...(matrices && { matrices }),
  });
  return { fit, data: columns };
}

function maCase(id: string): CaseFit {
  const given = loadCase<MaCase>(id);
  const { formulas, options } = jobOf(
    given,
    given.fits.some(({ method }) => method === "ML") ? "ML" : "REML",
  );
  return { fit: drm(drmFormula(...formulas), options), data: options.data };
}
