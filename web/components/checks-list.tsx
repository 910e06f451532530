import type { CheckRow } from "../../src/report/checks/check-drm";

/** What needs a look, open; what is well, one click away. */
export function ChecksList({ checks }: { readonly checks: readonly CheckRow[] }) {
  const flagged = checks.filter(({ status }) => status !== "ok");
  const fine = checks.filter(({ status }) => status === "ok");
  return (
    <section aria-labelledby="checks-heading">
      <h3 id="checks-heading">Checks</h3>
      {flagged.length > 0 && <Rows checks={flagged} />}
      <details>
        <summary>
          {fine.length} of {checks.length} checks are ok
        </summary>
        <Rows checks={fine} />
      </details>
    </section>
  );
}

function Rows({ checks }: { readonly checks: readonly CheckRow[] }) {
  return (
    <ul class="checks">
      {checks.map(({ check, status, value, message }) => (
        <li key={check} class={status}>
          <span class="badge">{status}</span>
          <span>
            <strong>{check.replaceAll("_", " ")}</strong>
            {value !== "" && ` (${value})`}: {message}
          </span>
        </li>
      ))}
    </ul>
  );
}
