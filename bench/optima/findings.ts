// What the audit's search found, a line of JSON a model: it does not depend on drm(), so that a changed drm() is judged
// again in minutes, and a run that was cut short goes on.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { Audit, Found } from "./multi-start";

export interface Findings {
  get(id: string): Audit | undefined;
  add(id: string, audit: Audit): void;
}

/** JSON has no infinities: null is -Infinity, where no maximum was met. */
interface Kept {
  readonly value: number | null;
  readonly scales: readonly (readonly number[])[];
}
interface Line {
  readonly id: string;
  readonly best: Kept;
  readonly finite: Kept | null;
  readonly unbounded: boolean;
  readonly evaluations: number;
}

const keep = ({ value, scales }: Found): Kept => ({ value, scales: scales.map((each) => [...each]) });
const restore = ({ value, scales }: Kept): Found => ({
  value: value ?? Number.NEGATIVE_INFINITY,
  scales: scales.map((each) => Float64Array.from(each)),
});

export function openFindings(file: string | undefined): Findings {
  if (file === undefined) return { get: () => undefined, add: () => {} };
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  const known = new Map<string, Audit>();
  // the last line may have been cut short
  for (const line of lines.slice(0, -1)) {
    const { id, best, finite, ...rest } = JSON.parse(line) as Line;
    known.set(id, { best: restore(best), finite: finite === null ? null : restore(finite), ...rest });
  }
  return {
    get: (id) => known.get(id),
    add: (id, { best, finite, ...rest }) => {
      const line = { id, best: keep(best), finite: finite === null ? null : keep(finite), ...rest };
      appendFileSync(file, `${JSON.stringify(line)}\n`);
    },
  };
}
