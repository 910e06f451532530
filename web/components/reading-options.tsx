import type { Decimal, Delimiter } from "../../src/index";
import { readAgain } from "../state/actions";
import { lastOwn } from "../state/app-state";

/** How the reader's own file is read, where the file does not tell, or wrongly. */
export function ReadingOptions() {
  const own = lastOwn.value;
  if (own === null) return null;
  const { decimal, delimiter, na, encoding, sheet } = own.reading;
  return (
    <details class="paste">
      <summary>How the file is read</summary>
      <div class="row">
        <Choice
          id="decimal"
          label="Decimals"
          value={decimal ?? ""}
          options={[
            ["", "as the cells tell"],
            [".", "0.5"],
            [",", "0,5"],
          ]}
          onChange={(value) => readAgain({ decimal: value === "" ? undefined : (value as Decimal) })}
        />
        <Choice
          id="delimiter"
          label="Between cells"
          value={delimiter ?? ""}
          options={[
            ["", "what splits the file"],
            [",", "commas"],
            [";", "semicolons"],
            ["\t", "tabs"],
            ["|", "bars"],
          ]}
          onChange={(value) => readAgain({ delimiter: value === "" ? undefined : (value as Delimiter) })}
        />
        <Field
          id="na"
          label="Cells that are missing values"
          placeholder="such as -999, NR"
          value={na?.join(", ") ?? ""}
          onChange={(value) => readAgain({ na: value === "" ? undefined : value.split(",") })}
        />
        <Field
          id="encoding"
          label="Encoding of text"
          placeholder="as the bytes tell"
          value={encoding ?? ""}
          onChange={(value) => readAgain({ encoding: value === "" ? undefined : value })}
        />
        <Field
          id="sheet"
          label="Sheet of a spreadsheet"
          placeholder="the first; a name or number"
          value={sheet ?? ""}
          onChange={(value) => readAgain({ sheet: value === "" ? undefined : value })}
        />
      </div>
    </details>
  );
}

interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => Promise<void>;
}

function Choice({
  id,
  label,
  value,
  options,
  onChange,
}: FieldProps & { readonly options: readonly (readonly [value: string, text: string])[] }) {
  return (
    <div class="field">
      <label for={`reading-${id}`}>{label}</label>
      <select
        id={`reading-${id}`}
        value={value}
        onChange={(event) => void onChange(event.currentTarget.value)}
      >
        {options.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

function Field({ id, label, value, placeholder, onChange }: FieldProps & { readonly placeholder: string }) {
  return (
    <div class="field">
      <label for={`reading-${id}`}>{label}</label>
      <input
        id={`reading-${id}`}
        type="text"
        autocomplete="off"
        value={value}
        placeholder={placeholder}
        onChange={(event) => void onChange(event.currentTarget.value.trim())}
      />
    </div>
  );
}
