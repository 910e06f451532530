import { DrmError } from "../../errors";
import type { DparFormula } from "../../formula/dpar-formula";
import type { Relate } from "./source";

/** The trees and matrices that levels of random effects are on, by name, as a fit keeps them. */
export interface KnownSources {
  readonly trees?: Readonly<Record<string, string>> | undefined;
  readonly matrices?: Readonly<Record<string, unknown>> | undefined;
}

/** Of the trees and matrices that are given, those that random effects name. */
export function keptSources(sds: readonly DparFormula[]): KnownSources {
  const first = sds.find(({ known }) => known !== null);
  if (first === undefined) return {};
  throw new DrmError("not_supported", `${first.known!.fn}(): levels that are related are not yet fitted`);
}

/** The tree or matrix that the levels of an SD are on. */
export function relateBy(dpar: DparFormula, _: KnownSources): Relate {
  throw new DrmError("not_supported", `${dpar.known!.fn}(): levels that are related are not yet fitted`);
}
