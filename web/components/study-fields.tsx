import { choose } from "../state/actions";
import { choices, data } from "../state/app-state";
import { ColumnSelect } from "./column-select";
import { describedBy, FieldMessage } from "./field-message";

/** Several effect sizes of one study, and how far their sampling errors go together. */
export function StudyFields() {
  const { study, second } = choices.value;
  const columns = data.value?.overview.columns ?? [];
  const names = columns.filter(({ kind }) => kind !== "unreadable").map(({ name }) => name);
  return (
    <div class="row">
      <ColumnSelect
        label="Study, when it has several rows"
        field="study"
        value={study}
        options={names}
        none="One row per study"
        onChange={(column) =>
          choose(column === "" && second === null ? { study: "", correlation: "" } : { study: column })
        }
      />
      {(study !== "" || second !== null) && <Correlation two={second !== null} />}
    </div>
  );
}

function Correlation({ two }: { readonly two: boolean }) {
  return (
    <div class="field">
      <label for="correlation">
        {two ? "Sampling correlation of the outcomes" : "Sampling correlation within a study"}
      </label>
      <input
        id="correlation"
        type="text"
        autocomplete="off"
        placeholder={two ? "none; a number or a column" : "none; a number such as 0.6"}
        value={choices.value.correlation}
        onChange={(event) => choose({ correlation: event.currentTarget.value.trim() })}
        {...describedBy("correlation")}
      />
      <FieldMessage field="correlation" />
    </div>
  );
}
