import { DrmError } from "../errors";
import type { DparFormula } from "../formula/dpar-formula";
import { shown } from "../options";

const NONE_HELD: ReadonlyMap<string, number> = new Map();

/** Reads `fixed: { sigma: 0 }`: the values, on the response scale, that SDs and multipliers of V are held at, by key. */
export function heldValues(
  dpars: readonly DparFormula[],
  fixed: Readonly<Record<string, number>> | undefined,
): ReadonlyMap<string, number> {
  if (!fixed) return NONE_HELD;
  const keys = dpars.map(({ key }) => key);
  for (const [name, value] of Object.entries(fixed)) {
    const dpar = dpars.find(({ key }) => key === name);
    if (dpar === undefined) {
      throw new DrmError(
        "bad_option",
        `fixed: '${name}' cannot be held at a value; only ${keys.join(" and ")} can, as in { ${keys[0]}: 0 }`,
      );
    }
    const isMultiplier = dpar.kind === "phi";
    const wanted = isMultiplier ? "a multiplier is a finite number > 0" : "an SD is a finite number >= 0";
    if (!(Number.isFinite(value) && (value > 0 || (value === 0 && !isMultiplier)))) {
      throw new DrmError("bad_option", `fixed: ${name} = ${shown(value)}, but ${wanted}`);
    }
    if (!dpar.implied) {
      throw new DrmError(
        "bad_option",
        `fixed: ${name} is held at a value and has a formula; remove one of the two`,
      );
    }
  }
  return new Map(Object.entries(fixed));
}
