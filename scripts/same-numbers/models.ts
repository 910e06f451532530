// The models that are asked about: random ones of every kind, and the reference cases by both methods.
import { KINDS, randomModel } from "../../bench/optima/random-models";
import { drmOptions } from "../../bench/optima/spec";
import type { DrmOptions } from "../../src/index";
import { listFits } from "../../test/cases";
import { caseJob } from "../../test/every-case";

/** A model as drm() takes it; plain data. */
export interface Model {
  /** of a random model KIND-SEED-NUMBER, of a case its file and the method */
  readonly id: string;
  /** its place in the list: some questions are asked of each so-many-th only */
  readonly number: number;
  readonly formulas: readonly string[];
  readonly options: DrmOptions;
}

/** The kind of all reference cases, for `--only`. */
const CASES = "cases";

export const KIND_NAMES: readonly string[] = [...KINDS.map(({ name }) => name), CASES];

/** `models` random ones, kind after kind in turn, then the cases; of one kind where `only` names it. */
export function modelsToCompare(models: number, seed: number, only: string | undefined): Model[] {
  const kinds = KINDS.filter(({ name }) => only === undefined || only === name);
  const random = Array.from({ length: kinds.length === 0 ? 0 : models }, (_, k): Model => {
    const spec = randomModel(kinds[k % kinds.length]!, seed, Math.floor(k / kinds.length));
    const family = { family: "gaussian" } as const;
    const options = drmOptions(spec);
    return {
      id: spec.id,
      number: k,
      formulas: spec.formulas,
      options: spec.formulas[0]!.startsWith("mu1") ? { ...options, family: [family, family] } : options,
    };
  });
  return only === undefined || only === CASES ? [...random, ...referenceCases()] : random;
}

function referenceCases(): Model[] {
  return (["ML", "REML"] as const)
    .flatMap((method) => listFits().map((id) => ({ id: `${id}/${method}`, ...caseJob(id, method) })))
    .map((model, number) => ({ number, ...model }));
}
