import { effect } from "@preact/signals";
import type { Choices } from "../model/choices";
import { type Failure, fieldOf } from "../model/error-field";
import { buildFormulas } from "../model/formulas";
import type { ModelRequest } from "../worker/session";
import { built, choices, comparison, data, fitting, groupBy, kept, outcome, shown } from "./app-state";
import { client } from "./worker";

/** While somebody types a formula, wait for a pause. */
const TYPING_PAUSE_MS = 300;

/** A model as the worker is asked for it; null while choices are missing. */
export function requestOf(model: Choices): ModelRequest | null {
  const { method, test, reference } = model;
  const found = buildFormulas(model);
  return "formulas" in found ? { formulas: found.formulas, method, test, reference } : null;
}

/** Fits whenever the data, the choices or the grouping change, and compares whenever there is something to compare. */
export function startFitting(): void {
  effect(() => {
    const present = choices.value;
    const by = groupBy.value;
    const formulas = built.value;
    if (data.value === null || "missing" in formulas) {
      fitting.value = false;
      return;
    }
    const timer = setTimeout(() => fitModel(present, by), present.typed === null ? 0 : TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  });
  effect(() => {
    const fitted = shown.value;
    const models = kept.value.map(requestOf).filter((model) => model !== null);
    if (fitted === null || models.length === 0) {
      comparison.value = null;
      return;
    }
    let wanted = true;
    client.ask("compare", models, fitted.model).then(
      (found) => {
        if (wanted) comparison.value = found;
      },
      ({ message }: Failure) => {
        if (wanted) comparison.value = message;
      },
    );
    return () => {
      wanted = false;
    };
  });
}

async function fitModel(present: Choices, by: string): Promise<void> {
  const model = requestOf(present);
  if (model === null) return;
  fitting.value = true;
  try {
    const analysis = await client.analyse(model, by);
    shown.value = { model, analysis };
    outcome.value = { state: "fitted", model, analysis };
  } catch (error) {
    const failure = error as Failure;
    outcome.value = { state: "refused", field: fieldOf(failure, present), message: failure.message };
  }
  fitting.value = false;
}
