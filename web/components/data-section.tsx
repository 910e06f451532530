import { useState } from "preact/hooks";
import { count } from "../../src/words";
import { EXAMPLES } from "../model/examples";
import { clearOwn, loadExample, loadOwn } from "../state/actions";
import { data, saved } from "../state/app-state";
import { DataTable } from "./data-table";
import { FieldMessage } from "./field-message";
import { PasteData } from "./paste-data";
import { ReadingOptions } from "./reading-options";

export function DataSection() {
  const [dragging, setDragging] = useState(false);
  return (
    <section
      class={dragging ? "card dragging" : "card"}
      aria-labelledby="data-heading"
      onDragOver={(event) => {
        event.preventDefault();
        setDragging(true);
      }}
      onDragLeave={() => setDragging(false)}
      onDrop={(event) => {
        event.preventDefault();
        setDragging(false);
        void openFile(event.dataTransfer?.files[0]);
      }}
    >
      <h2 id="data-heading">Data</h2>
      <div class="row">
        <div class="field">
          <label for="example">Example</label>
          <select
            id="example"
            value={data.value?.example ?? ""}
            onChange={(event) => {
              if (event.currentTarget.value !== "") void loadExample(event.currentTarget.value);
            }}
          >
            <option value="">Your own data</option>
            {EXAMPLES.map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <label for="file">File: CSV, Excel, OpenDocument or Parquet</label>
          <input
            id="file"
            type="file"
            accept=".csv,.tsv,.txt,.xlsx,.ods,.parquet,text/csv"
            onChange={(event) => {
              const input = event.currentTarget;
              void openFile(input.files?.[0]).finally(() => {
                input.value = ""; // so that the same file can be opened again
              });
            }}
          />
        </div>
      </div>
      <PasteData />
      <FieldMessage field="data" />
      <DataDescription />
      <ReadingOptions />
      <DataTable />
    </section>
  );
}

async function openFile(file: File | undefined): Promise<void> {
  if (file !== undefined) await loadOwn(new Uint8Array(await file.arrayBuffer()), file.name);
}

function DataDescription() {
  if (data.value === null) return null;
  const { example, fileName, overview } = data.value;
  const source = EXAMPLES.find(({ id }) => id === example)?.source;
  const size = `${count(overview.nrow, "row")}, ${count(overview.columns.length, "column")}`;
  if (source !== undefined) {
    return (
      <p class="hint">
        {source} {size}.
      </p>
    );
  }
  return (
    <p class="hint">
      {fileName}: {size}
      {overview.notes.map((note) => `; ${note}`)}.{" "}
      {saved.value === "yes" && (
        <>
          Kept in this browser for your next visit.{" "}
          <button type="button" class="link" onClick={() => void clearOwn()}>
            Clear
          </button>
        </>
      )}
      {saved.value === "too large" && "Too large to be kept for your next visit."}
    </p>
  );
}
