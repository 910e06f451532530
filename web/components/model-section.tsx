import { choose } from "../state/actions";
import { choices, data } from "../state/app-state";
import { ColumnChecks } from "./column-checks";
import { FormulaField } from "./formula-field";
import { OutcomeFields } from "./outcome-fields";
import { ReferenceLevels } from "./reference-levels";
import { StudyFields } from "./study-fields";

export function ModelSection() {
  return (
    <section class="card" aria-labelledby="model-heading">
      <h2 id="model-heading">Model</h2>
      {choices.value.typed === null && <ChosenModel />}
      <FormulaField />
      <Method />
    </section>
  );
}

function ChosenModel() {
  const { first, second, moderators, scaleModerators } = choices.value;
  const used = new Set([first.effect, first.uncertainty, second?.effect, second?.uncertainty]);
  const candidates = (data.value?.overview.columns ?? []).filter(
    ({ name, kind }) => !used.has(name) && kind !== "unreadable",
  );
  return (
    <>
      <OutcomeFields />
      <ColumnChecks
        legend="Moderators of the mean"
        hint="Does the average effect depend on these?"
        field="moderators"
        columns={candidates}
        chosen={moderators}
        onChange={(names) => choose({ moderators: names })}
      />
      <ColumnChecks
        legend="Moderators of the heterogeneity (sigma)"
        hint="Do studies disagree more among themselves at some values of these?"
        field="scaleModerators"
        columns={candidates}
        chosen={scaleModerators}
        onChange={(names) => choose({ scaleModerators: names })}
      />
      <ReferenceLevels />
      <StudyFields />
    </>
  );
}

const METHODS = [
  ["ML", "ML, to compare models with different moderators of the mean"],
  ["REML", "REML, for less biased heterogeneity"],
] as const;

function Method() {
  return (
    <fieldset class="field">
      <legend>Likelihood</legend>
      {METHODS.map(([method, label]) => (
        <label key={method} class="option">
          <input
            type="radio"
            name="method"
            value={method}
            checked={choices.value.method === method}
            onChange={() => choose({ method })}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
