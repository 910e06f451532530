import type { ModelOptions } from "../../batch/job";
import type { Method } from "../../method";
import type { FileArguments } from "../file-arguments";
import type { LevelsOption } from "../option-values";

export type Format = "ndjson" | "csv" | "parquet";

/** The options of `drmeta batch`, as the command line gives them. */
export interface BatchOptions extends FileArguments {
  readonly output?: string;
  readonly format?: Format;
  readonly workers?: number;
  readonly resume?: boolean;
  readonly retryFailed?: boolean;
  readonly by?: string;
  readonly formula?: readonly string[];
  readonly levels?: LevelsOption;
  readonly weights?: string;
  readonly fix?: Readonly<Record<string, number>>;
  readonly method?: Method;
  readonly starts?: number;
  readonly conf: number;
  readonly fitted?: boolean;
}

/** What the command line says for all jobs. */
export function modelDefaults({ formula, levels, weights, fix, method, starts }: BatchOptions): ModelOptions {
  return {
    ...(formula && { formulas: formula }),
    ...(levels && { factors: levels.factors, ordered: [...levels.ordered] }),
    ...(weights !== undefined && { weights }),
    ...(fix && { fixed: fix }),
    ...(method && { method }),
    ...(starts !== undefined && { starts }),
  };
}

/** As asked for, else as the name of the output says, else lines of JSON. */
export function formatOf({ format, output = "" }: BatchOptions): Format {
  return format ?? (/\.csv$/i.test(output) ? "csv" : /\.parquet$/i.test(output) ? "parquet" : "ndjson");
}
