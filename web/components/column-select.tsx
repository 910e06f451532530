import type { Field } from "../model/choices";
import { describedBy, FieldMessage } from "./field-message";

interface Props {
  readonly label: string;
  readonly field: Field;
  readonly value: string;
  readonly options: readonly string[];
  /** what stands for no column */
  readonly none: string;
  readonly onChange: (column: string) => void;
}

/** One column out of several. A chosen column that the data lack stays visible, so that its error makes sense. */
export function ColumnSelect({ label, field, value, options, none, onChange }: Props) {
  const all = value === "" || options.includes(value) ? options : [value, ...options];
  return (
    <div class="field">
      <label for={`field-${field}`}>{label}</label>
      <select
        id={`field-${field}`}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        {...describedBy(field)}
      >
        <option value="">{none}</option>
        {all.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <FieldMessage field={field} />
    </div>
  );
}
