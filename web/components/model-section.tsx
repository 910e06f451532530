import type { Test } from "../model/choices";
import { choose } from "../state/actions";
import { choices, data } from "../state/app-state";
import { ColumnChecks } from "./column-checks";
import { describedBy, FieldMessage } from "./field-message";
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
      <CoefficientTest />
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
    <fieldset class="field" {...describedBy("method")}>
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
      <FieldMessage field="method" />
    </fieldset>
  );
}

const TESTS: readonly (readonly [Test, string])[] = [
  ["z", "normal distribution (z)"],
  ["t", "t, residual degrees of freedom"],
  ["knha", "Knapp-Hartung"],
];

function CoefficientTest() {
  return (
    <div class="field">
      <label for="test">Tests and intervals of coefficients</label>
      <select
        id="test"
        value={choices.value.test}
        onChange={(event) => choose({ test: event.currentTarget.value as Test })}
        {...describedBy("test")}
      >
        {TESTS.map(([test, label]) => (
          <option key={test} value={test}>
            {label}
          </option>
        ))}
      </select>
      <FieldMessage field="test" />
    </div>
  );
}
