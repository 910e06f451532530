import type { ResultLine } from "../../batch/messages";

/** How the jobs of a batch went. */
export interface Tally {
  add(outcome: ResultLine["outcome"]): void;
  total(): number;
  failed(): number;
  /** 3 when a job failed or did not converge */
  exitCode(): 0 | 3;
  /** "1,000 jobs: 998 converged, 1 did not converge, 1 failed" */
  text(): string;
}

export function tally(): Tally {
  const counts = { converged: 0, "not converged": 0, failed: 0 };
  const total = () => counts.converged + counts["not converged"] + counts.failed;
  return {
    add: (outcome) => {
      counts[outcome]++;
    },
    total,
    failed: () => counts.failed,
    exitCode: () => (total() === counts.converged ? 0 : 3),
    text() {
      const parts = [`${shown(counts.converged)} converged`];
      if (counts["not converged"] > 0) parts.push(`${shown(counts["not converged"])} did not converge`);
      if (counts.failed > 0) parts.push(`${shown(counts.failed)} failed`);
      return `${shown(total())} job${total() === 1 ? "" : "s"}: ${parts.join(", ")}`;
    },
  };
}

function shown(count: number): string {
  return count.toLocaleString("en-US");
}
