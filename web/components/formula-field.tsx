import { choose } from "../state/actions";
import { built, choices } from "../state/app-state";
import { describedBy, FieldMessage } from "./field-message";

/** The formulas: shown as they are built, or typed, one a line. */
export function FormulaField() {
  const { typed } = choices.value;
  const formulas = "formulas" in built.value ? built.value.formulas : [];
  if (typed === null) {
    return (
      <div class="field">
        <div class="label-line">
          <span>Formulas</span>
          <button type="button" class="link" onClick={() => choose({ typed: formulas })}>
            Edit as text
          </button>
        </div>
        <pre class="formulas">
          <code>{formulas.join("\n") || "Choose an effect size and its uncertainty."}</code>
        </pre>
        <FieldMessage field="formula" />
      </div>
    );
  }
  return (
    <div class="field">
      <div class="label-line">
        <label for="formula">Formulas, one per line</label>
        <button type="button" class="link" onClick={() => choose({ typed: null })}>
          Back to choosing
        </button>
      </div>
      <textarea
        id="formula"
        rows={Math.max(3, typed.length + 1)}
        spellcheck={false}
        value={typed.join("\n")}
        onInput={(event) => choose({ typed: event.currentTarget.value.split("\n") })}
        {...describedBy("formula")}
      />
      <p class="hint">
        R's formulas: <code>a * b</code>, <code>poly(x, 2)</code>, <code>log(x)</code>,{" "}
        <code>(1 | study)</code>, <code>sd(study) ~ x</code>, <code>rho12 = ~ x</code>.
      </p>
      <FieldMessage field="formula" />
    </div>
  );
}
