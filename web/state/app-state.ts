import { computed, signal } from "@preact/signals";
import { type Choices, type Field, NO_CHOICES } from "../model/choices";
import type { DataOverview } from "../model/columns";
import { buildFormulas } from "../model/formulas";
import { NO_PLOT_CHOICES, type PlotChoices } from "../model/plot-choices";
import type { Analysis, Comparison, ModelRequest } from "../worker/session";
import type { Source } from "../worker/text-table";

/** The data that the worker holds. */
export interface LoadedData {
  /** of an example; null for the reader's own */
  readonly example: string | null;
  readonly fileName: string;
  readonly source: Source;
  readonly overview: DataOverview;
}

export type Outcome =
  | { readonly state: "nothing" }
  | { readonly state: "fitted"; readonly model: ModelRequest; readonly analysis: Analysis }
  | { readonly state: "refused"; readonly field: Field; readonly message: string };

export const data = signal<LoadedData | null>(null);
/** the reader's own file, read or not, so that it can be read in another way; null while an example is shown */
export const lastOwn = signal<(Source & { readonly fileName: string }) | null>(null);
/** why the last file could not be read; "" when it could */
export const dataProblem = signal("");
/** whether the reader's own data are kept in this browser */
export const saved = signal<"no" | "yes" | "too large">("no");

export const choices = signal<Choices>(NO_CHOICES);
export const built = computed(() => buildFormulas(choices.value));

export const outcome = signal<Outcome>({ state: "nothing" });
/** the last fit, which stays in sight while a new one is made or refused */
export const shown = signal<{ readonly model: ModelRequest; readonly analysis: Analysis } | null>(null);
export const fitting = signal(false);

/** column by which heterogeneity is split; "" for all rows together */
export const groupBy = signal("");
export const kept = signal<readonly Choices[]>([]);
export const comparison = signal<Comparison | string | null>(null);

export const plotChoices = signal<PlotChoices>(NO_PLOT_CHOICES);

/** What stands beside a field, "" when there is nothing to say. */
export function messageFor(field: Field): string {
  if (field === "data" && dataProblem.value !== "") return dataProblem.value;
  if (data.value === null) return "";
  if ("missing" in built.value) return built.value.missing === field ? built.value.message : "";
  const last = outcome.value;
  return last.state === "refused" && last.field === field ? last.message : "";
}
