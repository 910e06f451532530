import { DrmError } from "../../errors";
import type { Fit } from "../../fit/fit";
import { deepFreeze } from "./deep-freeze";
import { decodeState, type EncodedValue } from "./state";
import type { FitJson } from "./to-json";

/**
 * Reopens a fit saved with `toJSON(fit, { full: true })`, from the object or its JSON text: equal to the original in
 * every number, and frozen. Throws DrmError("bad_data") for anything else.
 */
export function fromJSON(saved: FitJson | string): Fit {
  const state = (typeof saved === "string" ? parse(saved) : saved)?.fit;
  if (state === undefined) {
    throw new DrmError("bad_data", "no complete fit in this JSON: save it with toJSON(fit, { full: true })");
  }
  const fit = decodeState(state);
  if (!isFit(fit)) throw new DrmError("bad_data", "the 'fit' in this JSON is not a drmeta fit");
  return deepFreeze(fit);
}

function parse(text: string): { readonly fit?: EncodedValue } | null {
  try {
    return JSON.parse(text) as { readonly fit?: EncodedValue } | null;
  } catch (error) {
    throw new DrmError("bad_data", `not JSON: ${(error as Error).message}`);
  }
}

function isFit(value: unknown): value is Fit {
  return typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "drmeta-fit";
}
