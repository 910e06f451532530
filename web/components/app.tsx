import { DataSection } from "./data-section";
import { ModelSection } from "./model-section";
import { ResultsSection } from "./results-section";

export function App() {
  return (
    <>
      <header class="masthead">
        <h1>drmeta</h1>
        <p>Meta-analysis with moderators for the mean and for the heterogeneity.</p>
        <p class="privacy">
          <strong>Your data stay in this browser.</strong> The fits run here, and the page's security policy
          forbids every connection.
        </p>
      </header>
      <main>
        <div class="inputs">
          <DataSection />
          <ModelSection />
        </div>
        <ResultsSection />
      </main>
    </>
  );
}
