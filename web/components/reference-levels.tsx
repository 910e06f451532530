import type { ColumnOverview } from "../model/columns";
import { choose } from "../state/actions";
import { choices, data } from "../state/app-state";

/** For moderators that are categories: the level that the others are compared with. Few-valued numbers can be both. */
export function ReferenceLevels() {
  const { moderators, scaleModerators } = choices.value;
  const used = new Set([...moderators, ...scaleModerators]);
  const columns = (data.value?.overview.columns ?? []).filter(
    ({ name, levels }) => used.has(name) && levels !== null && levels.length > 1,
  );
  if (columns.length === 0) return null;
  return (
    <div class="row">
      {columns.map((column) => (
        <ReferenceLevel key={column.name} column={column} />
      ))}
    </div>
  );
}

function ReferenceLevel({ column: { name, kind, levels } }: { readonly column: ColumnOverview }) {
  const { [name]: chosen, ...others } = choices.value.reference;
  const id = `reference-${name}`;
  const known = chosen !== undefined && levels!.includes(chosen);
  return (
    <div class="field">
      <label for={id}>{kind === "number" ? `${name}, as` : `${name} is compared with`}</label>
      <select
        id={id}
        value={known ? chosen : kind === "number" ? "" : levels![0]}
        onChange={(event) => {
          const level = event.currentTarget.value;
          choose({ reference: level === "" ? others : { ...others, [name]: level } });
        }}
      >
        {kind === "number" && <option value="">a number</option>}
        {levels!.map((level) => (
          <option key={level} value={level}>
            {kind === "number" ? `categories, compared with ${level}` : level}
          </option>
        ))}
      </select>
    </div>
  );
}
