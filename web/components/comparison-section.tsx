import { formatFixed } from "../../src/report/format";
import { pText } from "../model/p-text";
import { choose, dropModel, keepModel } from "../state/actions";
import { choices, comparison, kept } from "../state/app-state";
import type { Comparison } from "../worker/session";
import { Table } from "./table";

/** The kept models beside the present one. */
export function ComparisonSection() {
  const found = comparison.value;
  return (
    <section aria-labelledby="comparison-heading">
      <h3 id="comparison-heading">Model comparison</h3>
      <p class="hint">Keep this model, then change it: the two are compared here.</p>
      <button type="button" onClick={keepModel}>
        Keep this model
      </button>
      {typeof found === "string" && <p class="field-message">{found}</p>}
      {found !== null && typeof found !== "string" && <ComparisonTable comparison={found} />}
      {kept.value.length > 0 && <KeptModels />}
    </section>
  );
}

function ComparisonTable({ comparison: { models, tests } }: { readonly comparison: Comparison }) {
  const name = (i: number) => (i < models.length - 1 ? `model ${i + 1}` : "present model");
  return (
    <Table
      caption="Models side by side; tests are of each kept model against the present one"
      columns={[
        { header: "model", cells: models.map((_, i) => name(i)) },
        { header: "parameters", cells: models.map(({ df }) => df) },
        { header: "logLik", cells: models.map(({ logLik }) => formatFixed(logLik, 2)) },
        { header: "AIC", cells: models.map(({ AIC }) => formatFixed(AIC, 2)) },
        { header: "difference", cells: models.map(({ deltaAIC }) => formatFixed(deltaAIC, 2)) },
        { header: "BIC", cells: models.map(({ BIC }) => formatFixed(BIC, 2)) },
        { header: "test (LR)", cells: models.map((_, i) => testText(tests[i])), words: true },
      ]}
    />
  );
}

function testText(test: Comparison["tests"][number] | undefined): string {
  if (test === undefined) return "";
  if (typeof test === "string") return test;
  const { statistic, df, pValue, boundaryPValue } = test;
  return `chi2(${df}) = ${formatFixed(statistic, 2)}, ${pText(boundaryPValue ?? pValue)}`;
}

function KeptModels() {
  return (
    <ul class="kept">
      {kept.value.map((model, i) => (
        <li key={i}>
          <strong>model {i + 1}</strong> <KeptFormulas index={i} />
          <span class="buttons">
            <button
              type="button"
              class="link"
              onClick={() => choose(model)}
              disabled={model === choices.value}
            >
              Go back to it<span class="sr-only"> (model {i + 1})</span>
            </button>
            <button type="button" class="link" onClick={() => dropModel(i)}>
              Remove<span class="sr-only"> model {i + 1}</span>
            </button>
          </span>
        </li>
      ))}
    </ul>
  );
}

function KeptFormulas({ index }: { readonly index: number }) {
  const found = comparison.value;
  const model = found === null || typeof found === "string" ? undefined : found.models[index];
  return <code>{model?.formulas.join("; ") ?? ""}</code>;
}
