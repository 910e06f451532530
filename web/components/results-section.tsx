import { count } from "../../src/words";
import { fitting, outcome, shown } from "../state/app-state";
import type { Analysis } from "../worker/session";
import { ChecksList } from "./checks-list";
import { CoefficientTables } from "./coefficient-tables";
import { ComparisonSection } from "./comparison-section";
import { DownloadsSection } from "./downloads-section";
import { FitStatistics } from "./fit-statistics";
import { HeterogeneitySection } from "./heterogeneity-section";
import { PlotsSection } from "./plots-section";
import { ReportSection } from "./report-section";

export function ResultsSection() {
  const fitted = shown.value;
  const stale = outcome.value.state === "refused";
  return (
    <section
      class={stale ? "results stale" : "results"}
      aria-labelledby="results-heading"
      aria-busy={fitting.value}
    >
      <h2 id="results-heading">Results</h2>
      <Status />
      {fitted !== null && (
        <>
          <ReportSection report={fitted.analysis.report} />
          <CoefficientTables analysis={fitted.analysis} />
          <FitStatistics summary={fitted.analysis.summary} />
          <ChecksList checks={fitted.analysis.checks} />
          <HeterogeneitySection analysis={fitted.analysis} />
          <PlotsSection model={fitted.model} analysis={fitted.analysis} />
          <ComparisonSection />
          <DownloadsSection model={fitted.model} />
        </>
      )}
    </section>
  );
}

/** One sentence on the state of the fit, announced by screen readers whenever it changes. */
function Status() {
  return (
    <p class="status" role="status">
      {statusText()}
    </p>
  );
}

function statusText(): string {
  const last = outcome.value;
  if (fitting.value) return "Fitting...";
  if (last.state === "refused") {
    return `Not fitted: ${sentence(last.message)}${shown.value === null ? "" : " Below is the last model that was fitted."}`;
  }
  if (last.state === "nothing") return "Choose data and a model; the results appear here.";
  return fittedText(last.analysis);
}

/** Messages of errors have no full stop, some end in a question. */
function sentence(message: string): string {
  return /[.?!]$/.test(message) ? message : `${message}.`;
}

function fittedText({ summary, checks, milliseconds }: Analysis): string {
  const what = summary.family === "gaussian" ? "row" : "study";
  const dropped = summary.dropped.count > 0 ? `, ${summary.dropped.count} dropped for missing cells` : "";
  const flagged = checks.filter(({ status }) => status === "warning" || status === "error").length;
  const verdict =
    flagged === 0 ? "no warnings" : `${flagged} ${flagged === 1 ? "check needs" : "checks need"} a look`;
  const time = milliseconds < 1 ? "less than 1 ms" : `${Math.round(milliseconds)} ms`;
  return `Fitted ${count(summary.nobs, what)} by ${summary.method} in ${time}${dropped}; ${verdict}.`;
}
