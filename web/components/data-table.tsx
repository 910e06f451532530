import { useEffect, useState } from "preact/hooks";
import { count } from "../../src/words";
import type { ColumnOverview } from "../model/columns";
import { data } from "../state/app-state";
import { client } from "../state/worker";

const ROWS_A_PAGE = 8;
const MISSING = new Set(["", "NA", "NaN"]);

/** The cells as written, a page at a time, with what each column was taken for. */
export function DataTable() {
  const loaded = data.value;
  const [from, setFrom] = useState(0);
  const [rows, setRows] = useState<readonly (readonly string[])[]>([]);
  useEffect(() => setFrom(0), [loaded]);
  useEffect(() => {
    if (loaded === null) return;
    let wanted = true;
    void client.ask("rows", from, ROWS_A_PAGE).then((cells) => {
      if (wanted) setRows(cells);
    });
    return () => {
      wanted = false;
    };
  }, [loaded, from]);
  if (loaded === null) return null;
  const { nrow, columns } = loaded.overview;
  const last = Math.min(from + ROWS_A_PAGE, nrow);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
      <section class="scroll" tabIndex={0} aria-label="Data table">
        <table class="data">
          <caption>
            Rows {from + 1} to {last} of {nrow}
          </caption>
          <thead>
            <tr>
              <th scope="col">#</th>
              {columns.map((column) => (
                <th key={column.name} scope="col" class={column.kind === "number" ? "number" : ""}>
                  {column.name}
                  <ColumnKind column={column} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((cells, i) => (
              <tr key={from + i}>
                <th scope="row">{from + i + 1}</th>
                {columns.map(({ name, kind }, j) => (
                  <Cell key={name} text={cells[j]?.trim() ?? ""} number={kind === "number"} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {nrow > ROWS_A_PAGE && (
        <div class="pager">
          <button
            type="button"
            disabled={from === 0}
            onClick={() => setFrom(Math.max(0, from - ROWS_A_PAGE))}
          >
            Previous rows
          </button>
          <button type="button" disabled={last === nrow} onClick={() => setFrom(from + ROWS_A_PAGE)}>
            Next rows
          </button>
        </div>
      )}
    </>
  );
}

function ColumnKind({ column: { kind, levels, missing, problem } }: { readonly column: ColumnOverview }) {
  const size = kind === "category" ? `, ${count(levels?.length ?? 0, "level")}` : "";
  return (
    <>
      <span class="kind">
        {kind}
        {size}
      </span>
      {missing > 0 && <span class="kind missing">{missing} missing</span>}
      {problem !== null && (
        <span class="kind missing" title={problem}>
          {problem}
        </span>
      )}
    </>
  );
}

function Cell({ text, number }: { readonly text: string; readonly number: boolean }) {
  if (MISSING.has(text)) return <td class="missing">NA</td>;
  return <td class={number ? "number" : ""}>{shortNumber(text, number)}</td>;
}

/** Full double precision is for the fit, not for the eye. */
function shortNumber(text: string, number: boolean): string {
  const value = number && text.length > 9 ? Number(text) : Number.NaN;
  return Number.isNaN(value) ? text : String(Number(value.toPrecision(6)));
}
