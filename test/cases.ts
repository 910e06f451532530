import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Reference cases: shared ones beside the repository when they are there, else the copies committed here. */
const FOLDERS = [
  fileURLToPath(new URL("../../shared/cases/", import.meta.url)),
  fileURLToPath(new URL("./cases/", import.meta.url)),
];

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

/** The parsed case file `id.json`. The `v*` files have another shape: name it as the type argument. */
export function loadCase<T = DrmCase>(id: string): T {
  for (const folder of FOLDERS) {
    const path = join(folder, `${id}.json`);
    if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8")) as T;
  }
  throw new Error(`no case file ${id}.json in ${FOLDERS.join(" or ")}`);
}

/** The ids of all cases that can be loaded, sorted; `prefix` selects, such as "drm-". */
export function listCases(prefix = ""): string[] {
  const ids = new Set<string>();
  for (const folder of FOLDERS) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) {
      if (name.endsWith(".json") && name.startsWith(prefix)) ids.add(name.slice(0, -".json".length));
    }
  }
  return [...ids].sort();
}
