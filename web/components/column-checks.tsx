import type { Field } from "../model/choices";
import type { ColumnOverview } from "../model/columns";
import { describedBy, FieldMessage } from "./field-message";

interface Props {
  readonly legend: string;
  readonly hint: string;
  readonly field: Field;
  readonly columns: readonly ColumnOverview[];
  readonly chosen: readonly string[];
  readonly onChange: (columns: string[]) => void;
}

/** Any number of columns. They keep the order in which they were chosen, which is the order of the formula. */
export function ColumnChecks({ legend, hint, field, columns, chosen, onChange }: Props) {
  const names = columns.map(({ name }) => name);
  const all = [...names, ...chosen.filter((name) => !names.includes(name))];
  return (
    <fieldset class="field" {...describedBy(field)}>
      <legend>{legend}</legend>
      <p class="hint">{hint}</p>
      <div class="chips">
        {all.map((name) => (
          <label key={name} class="chip">
            <input
              type="checkbox"
              checked={chosen.includes(name)}
              onChange={(event) =>
                onChange(
                  event.currentTarget.checked ? [...chosen, name] : chosen.filter((one) => one !== name),
                )
              }
            />
            {name}
          </label>
        ))}
      </div>
      <FieldMessage field={field} />
    </fieldset>
  );
}
