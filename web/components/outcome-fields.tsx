import type { Field, Outcome } from "../model/choices";
import { NO_OUTCOME } from "../model/choices";
import { choose, setTwoOutcomes } from "../state/actions";
import { choices, data } from "../state/app-state";
import { ColumnSelect } from "./column-select";

export function OutcomeFields() {
  const { first, second } = choices.value;
  return (
    <>
      <OneOutcome
        outcome={first}
        fields={["effect", "uncertainty"]}
        labels={["Effect size", "Its uncertainty"]}
        onChange={(change) => choose({ first: { ...first, ...change } })}
      />
      <label class="option">
        <input
          type="checkbox"
          checked={second !== null}
          onChange={(event) => setTwoOutcomes(event.currentTarget.checked)}
        />
        Studies have two outcomes, in columns side by side
      </label>
      {second !== null && (
        <OneOutcome
          outcome={second}
          fields={["secondEffect", "secondUncertainty"]}
          labels={["Second effect size", "Its uncertainty"]}
          onChange={(change) => choose({ second: { ...(choices.value.second ?? NO_OUTCOME), ...change } })}
        />
      )}
    </>
  );
}

interface Props {
  readonly outcome: Outcome;
  readonly fields: readonly [Field, Field];
  readonly labels: readonly [string, string];
  readonly onChange: (change: Partial<Outcome>) => void;
}

function OneOutcome({ outcome, fields, labels, onChange }: Props) {
  const numbers = (data.value?.overview.columns ?? [])
    .filter(({ kind }) => kind === "number" || kind === "names" || kind === "unreadable")
    .map(({ name }) => name);
  const kindId = `kind-${fields[1]}`;
  return (
    <>
      <div class="row">
        <ColumnSelect
          label={labels[0]}
          field={fields[0]}
          value={outcome.effect}
          options={numbers}
          none="Choose a column"
          onChange={(effect) => onChange({ effect })}
        />
        <ColumnSelect
          label={labels[1]}
          field={fields[1]}
          value={outcome.uncertainty}
          options={numbers}
          none="Choose a column"
          onChange={(uncertainty) => onChange({ uncertainty })}
        />
      </div>
      <div class="field inline">
        <label for={kindId}>Uncertainty is given as</label>
        <select
          id={kindId}
          value={outcome.kind}
          onChange={(event) => onChange({ kind: event.currentTarget.value === "se" ? "se" : "variance" })}
        >
          <option value="variance">variances</option>
          <option value="se">standard errors</option>
        </select>
      </div>
    </>
  );
}
