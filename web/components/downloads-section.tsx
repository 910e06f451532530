import { useState } from "preact/hooks";
import { factorsFor } from "../model/columns";
import type { Failure } from "../model/error-field";
import { rScript } from "../model/script-r";
import { typescriptScript } from "../model/script-typescript";
import { data } from "../state/app-state";
import { client } from "../state/worker";
import type { FileKind, ModelRequest } from "../worker/session";
import { download } from "./download";

const FILES: readonly { readonly kind: FileKind; readonly label: string; readonly type: string }[] = [
  { kind: "summary.txt", label: "Summary and checks (text)", type: "text/plain" },
  { kind: "coefficients.csv", label: "Coefficients (CSV)", type: "text/csv" },
  { kind: "rows.csv", label: "Fitted values by row (CSV)", type: "text/csv" },
  { kind: "fit.json", label: "The whole fit (JSON)", type: "application/json" },
];

export function DownloadsSection({ model }: { readonly model: ModelRequest }) {
  const [problem, setProblem] = useState("");
  const loaded = data.value;
  if (loaded === null) return null;
  const stem = loaded.fileName.replace(/\.\w+$/, "");
  const script = {
    ...model,
    factors: factorsFor(model.reference, loaded.overview),
    fileName: loaded.fileName,
  };
  return (
    <section aria-labelledby="downloads-heading">
      <h3 id="downloads-heading">Downloads</h3>
      <div class="buttons">
        {FILES.map(({ kind, label, type }) => (
          <button
            key={kind}
            type="button"
            onClick={() =>
              client.ask("file", model, kind).then(
                (text) => download(`${stem}-${kind}`, text, type),
                ({ message }: Failure) => setProblem(message),
              )
            }
          >
            {label}
          </button>
        ))}
        <button
          type="button"
          onClick={() => download(loaded.fileName, new Blob([Uint8Array.from(loaded.source.bytes)]), "")}
        >
          The data
        </button>
      </div>
      <p class="hint">Scripts that make the same fit from {loaded.fileName}:</p>
      <div class="buttons">
        <button
          type="button"
          onClick={() => download(`${stem}-analysis.ts`, typescriptScript(script), "text/plain")}
        >
          TypeScript
        </button>
        <button type="button" onClick={() => download(`${stem}-analysis.R`, rScript(script), "text/plain")}>
          R (drmTMB, metafor)
        </button>
      </div>
      {problem !== "" && <p class="field-message">{problem}</p>}
    </section>
  );
}
