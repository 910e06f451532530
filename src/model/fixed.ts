import { DrmError } from "../errors";
import type { DparFormula } from "../formula/dpar-formula";
import { shown } from "../options";

export interface FixedSigmas {
  /** by sigma formula: false when it is held at a value */
  readonly estimated: readonly boolean[];
  /** by sigma formula: log of that value, 0 where sigma is estimated; null when all are */
  readonly logSigma: readonly number[] | null;
}

/** Reads `fixed: { sigma: 0 }`: SDs, on the response scale. */
export function fixedLogSigmas(
  dpars: readonly DparFormula[],
  fixed: Readonly<Record<string, number>> | undefined,
): FixedSigmas {
  if (!fixed) return { estimated: dpars.map(() => true), logSigma: null };
  const keys = dpars.map(({ key }) => key);
  for (const [name, value] of Object.entries(fixed)) {
    const dpar = dpars.find(({ key }) => key === name);
    if (dpar === undefined) {
      const which = keys.join(" and ");
      throw new DrmError(
        "bad_option",
        `fixed: '${name}' cannot be held at a value; only ${which} can, as in { ${keys[0]}: 0 }`,
      );
    }
    if (!(Number.isFinite(value) && value >= 0)) {
      throw new DrmError("bad_option", `fixed: ${name} = ${shown(value)}, but an SD is a finite number >= 0`);
    }
    if (!dpar.implied) {
      throw new DrmError(
        "bad_option",
        `fixed: ${name} is held at a value and has a formula; remove one of the two`,
      );
    }
  }
  const held = keys.map((key) => Object.hasOwn(fixed, key));
  return {
    estimated: held.map((isHeld) => !isHeld),
    logSigma: held.includes(true) ? keys.map((key, k) => (held[k] ? Math.log(fixed[key]!) : 0)) : null,
  };
}
