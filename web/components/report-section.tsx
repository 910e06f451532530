/** The fit in words, for a results section. */
export function ReportSection({ report }: { readonly report: string }) {
  return (
    <section aria-labelledby="report-heading">
      <h3 id="report-heading">In words</h3>
      {report.split("\n\n").map((paragraph) => (
        <p key={paragraph}>{paragraph}</p>
      ))}
    </section>
  );
}
