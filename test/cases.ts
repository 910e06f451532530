import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The reference cases: shared ones beside the repository where they are, else the copies committed here. */
const SHARED = fileURLToPath(new URL("../../shared/cases/", import.meta.url));
const FOLDER = existsSync(SHARED) ? SHARED : fileURLToPath(new URL("./cases/", import.meta.url));

/** A fit computed in R and polished to the true optimum: the `drm-*` files. */
export interface DrmCase {
  readonly id: string;
  readonly formulas: readonly string[];
  readonly family: "gaussian" | "biv_gaussian";
  readonly method: "ML" | "REML";
  readonly data: Readonly<Record<string, readonly (number | string | null)[]>>;
  readonly factors: Readonly<Record<string, readonly string[]>> | null;
  readonly weights: string | null;
  readonly matrices: Readonly<Record<string, readonly (readonly number[])[]>> | null;
  readonly expected: {
    readonly coefficients: readonly {
      readonly dpar: string;
      readonly term: string;
      readonly estimate: number;
      readonly std_error: number;
    }[];
    readonly vcov: readonly (readonly number[])[];
    readonly logLik: number;
    readonly nobs: number;
    readonly predict?: {
      readonly newdata: Readonly<Record<string, readonly (number | string)[]>>;
      readonly mu: readonly number[];
      readonly sigma?: readonly number[];
    };
  };
}

/**
 * The parsed case file `id.json`, `next/id.json` of capabilities that came later. The `v*` and `p*` files have another shape: name
 * it as the type argument.
 */
export function loadCase<T = DrmCase>(id: string): T {
  return JSON.parse(readFileSync(`${FOLDER}${id}.json`, "utf8")) as T;
}

/** The ids of all cases, sorted; `prefix` selects, such as "drm-", or "next/" those of capabilities that came later. */
export function listCases(prefix = ""): string[] {
  const folder = prefix.startsWith("next/") ? "next/" : "";
  return readdirSync(FOLDER + folder)
    .map((name) => folder + name)
    .filter((name) => name.endsWith(".json") && name.startsWith(prefix))
    .map((name) => name.slice(0, -".json".length))
    .sort();
}

/** Cases without a model that drm() fits. */
const NOT_FITS = /escalc/;

/** The ids of the cases that are fits: every kind of model there is. */
export function listFits(prefix = ""): string[] {
  return listCases(prefix).filter((id) => !NOT_FITS.test(id));
}

/** The ids of the cases of a V known up to a multiplier. */
export function listProportional(): string[] {
  return listCases("next/").filter((id) => id.includes("proportional"));
}

/** Those of random slopes, and of levels on trees and matrices, that came after the first cases; and r02, whose levels are nested and crossed. */
export function listRandomTerms(): string[] {
  return listCases("next/").filter((id) => /phylo|slope-independent|nested3/.test(id));
}

/** Those of random effects whose correlations are estimated. */
export function listCorrelated(): string[] {
  return listCases("next/").filter((id) => /p32-|r05-|r06-|r10-/.test(id));
}

/** Names of parameters that files write shorter than we do, by the files' ids. */
const SHORT_NAMES: readonly {
  readonly ids: RegExp;
  readonly from: string;
  readonly to: string;
}[] = [
  { ids: /^(next\/)?p1[0-2]-/, from: "sd(species):(Intercept)", to: "sd(phylo(species)):(Intercept)" },
  { ids: /^v33-/, from: "sd(species):(Intercept)", to: "sd(relmat(species)):(Intercept)" },
  { ids: /^(next\/)?p32-/, from: "sd(study):bmi", to: "sd(bmi | study):(Intercept)" },
  { ids: /^(next\/)?p33-/, from: "sd(study):bmi", to: "sd(bmi | study):(Intercept)" },
];

/** The name that a parameter of a case has in a fit. */
export function fullName(id: string, name: string): string {
  return SHORT_NAMES.find(({ ids, from }) => ids.test(id) && from === name)?.to ?? name;
}
