import { DrmError } from "../errors";
import type { Dpar } from "../formula/dpar";
import type { DparFormula } from "../formula/dpar-formula";
import { shown } from "../options";

export interface HeldLogs {
  /** by formula: false when it is held at a value */
  readonly estimated: readonly boolean[];
  /** by formula: log of that value, 0 where it is estimated; null when all are */
  readonly logs: readonly number[] | null;
}

type Fixed = Readonly<Record<string, number>>;

/** Checks `fixed: { sigma: 0 }`, values on the response scale, of parameters that can be held: SDs, and multipliers of V. */
export function checkFixed(dpars: readonly DparFormula[], fixed: Fixed | undefined): void {
  if (!fixed) return;
  for (const [name, value] of Object.entries(fixed)) {
    const dpar = dpars.find(({ key }) => key === name);
    if (dpar === undefined) {
      const keys = dpars.map(({ key }) => key);
      throw new DrmError(
        "bad_option",
        `fixed: '${name}' cannot be held at a value; only ${keys.join(" and ")} can, as in { ${keys[0]}: 0 }`,
      );
    }
    const most =
      dpar.kind === "phi" ? "a multiplier is a finite number > 0" : "an SD is a finite number >= 0";
    if (!(Number.isFinite(value) && (value > 0 || (value === 0 && dpar.kind !== "phi")))) {
      throw new DrmError("bad_option", `fixed: ${name} = ${shown(value)}, but ${most}`);
    }
    if (!dpar.implied) {
      throw new DrmError(
        "bad_option",
        `fixed: ${name} is held at a value and has a formula; remove one of the two`,
      );
    }
  }
}

/** The logs that parameters of a kind are held at, one an outcome. */
export function heldLogs(dpars: readonly Pick<Dpar, "key">[], fixed: Fixed | undefined): HeldLogs {
  const held = dpars.map(({ key }) => fixed !== undefined && Object.hasOwn(fixed, key));
  return {
    estimated: held.map((isHeld) => !isHeld),
    logs: held.includes(true) ? dpars.map(({ key }, k) => (held[k] ? Math.log(fixed![key]!) : 0)) : null,
  };
}
