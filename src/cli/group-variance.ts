import type { Fit } from "../fit/fit";
import { renderText } from "../report/text-table";

/**
 * How the variance of an effect size splits within each level of a factor: the mean known sampling variance and the
 * mean extra heterogeneity variance (sigma squared), in a univariate fit.
 */
export function groupVariance(fit: Fit, group: string): string {
  const column = fit.data[group];
  const sigma = fit.fitted.sigma;
  if (column?.kind !== "factor" || sigma === undefined) return "";
  const { codes, levels } = column;
  const rows = levels.map((level, code) => {
    let n = 0;
    let sampling = 0;
    let heterogeneity = 0;
    for (let i = 0; i < codes.length; i++) {
      if (codes[i] !== code) continue;
      n++;
      sampling += fit.knownV.variances[i]!;
      heterogeneity += sigma[i]! * sigma[i]!;
    }
    return { level, n, sampling: sampling / n, heterogeneity: heterogeneity / n };
  });
  const variances = (of: (row: (typeof rows)[number]) => number) => rows.map((row) => of(row).toFixed(5));
  return renderText([
    { header: group, cells: levels, align: "left" },
    { header: "studies", cells: rows.map(({ n }) => String(n)) },
    { header: "sampling", cells: variances((row) => row.sampling) },
    { header: "heterogeneity", cells: variances((row) => row.heterogeneity) },
    { header: "total", cells: variances((row) => row.sampling + row.heterogeneity) },
  ]);
}
