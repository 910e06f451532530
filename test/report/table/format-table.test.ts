import fc from "fast-check";
import Papa from "papaparse";
import { describe, expect, it } from "vitest";
import {
  anova,
  checkDrm,
  coef,
  compareFits,
  confint,
  contrasts,
  type DrmOptions,
  drm,
  drmFormula,
  formatTable,
  glance,
  heterogeneity,
  marginalMeans,
  r2,
  scaleIntervals,
  summary,
  tidy,
  varianceComponents,
  varianceShares,
  waldTest,
} from "../../../src/index";
import { loadCase } from "../../cases";
import { boundaryFit } from "../../fit-literal";

const { data, factors } = loadCase("drm-a-restoration");
const options = { data, factors } as unknown as DrmOptions;
const fit = drm(drmFormula("yi ~ habitat + duration + meta_V(V = vi)", "sigma ~ habitat"), options);
const smaller = drm("yi ~ habitat + duration + meta_V(V = vi)", options);
const means = marginalMeans(fit, { by: "habitat", dpar: "sigma" });

const reports: Readonly<Record<string, object>> = {
  summary: summary(fit),
  "summary with a boundary": summary(boundaryFit()),
  checkDrm: checkDrm(fit),
  marginalMeans: means,
  contrasts: contrasts(means),
  varianceComponents: varianceComponents(fit, { by: "habitat" }),
  varianceShares: varianceShares(fit),
  heterogeneity: heterogeneity(fit, { by: "habitat" }),
  scaleIntervals: scaleIntervals(fit, { method: "wald" }),
  anova: anova(fit, smaller),
  compareFits: compareFits({ full: fit, smaller }),
  r2: r2(smaller),
  tidy: tidy(fit, { conf_int: true }),
  confint: confint(fit),
  glance: glance(fit),
  waldTest: waldTest(fit),
};

const parseCsv = (text: string) => Papa.parse<string[]>(text, { newline: "\r\n", skipEmptyLines: true }).data;

describe.each(Object.entries(reports))("%s", (_, report) => {
  it("is text", () => {
    const text = formatTable(report);
    expect(text).not.toMatch(/undefined|\[object|NaN/);
    expect(text.split("\n").length).toBeGreaterThan(1);
  });
  it("is a Markdown table: every line of a table has as many cells as its header", () => {
    const tables = formatTable(report, { format: "markdown" })
      .split("\n\n")
      .filter((block) => block.startsWith("|"));
    expect(tables.length).toBeGreaterThan(0);
    for (const table of tables) {
      const bars = table.split("\n").map((line) => line.replace(/\\\\|\\\|/g, "").split("|").length);
      expect(new Set(bars).size).toBe(1);
      expect(table.split("\n")[1]).toMatch(/^\| (-+:?( \| )?)+ \|$/);
    }
  });
  it("is CSV", () => {
    const text = formatTable(report, { format: "csv" });
    expect(text.endsWith("\r\n")).toBe(true);
    const lines = parseCsv(text);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
    expect(lines[0]!.every((header) => header !== "")).toBe(true);
  });
  it("is HTML: what is opened is closed", () => {
    const html = formatTable(report, { format: "html" });
    const open: string[] = [];
    for (const [, slash, tag] of html.matchAll(/<(\/?)(\w+)[^>]*>/g)) {
      if (slash === "") open.push(tag!);
      else expect(open.pop()).toBe(tag);
    }
    expect(open).toEqual([]);
    expect(html).toContain('<th scope="col"');
  });
});

describe("CSV", () => {
  it("has full precision and empty cells for what does not exist", () => {
    const [header, ...rows] = parseCsv(formatTable(summary(fit), { format: "csv" }));
    expect(header).toEqual(["coefficient", "estimate", "std_error", "z", "p_value", "2.5 %", "97.5 %"]);
    expect(rows.map(([name, estimate]) => [name, Number(estimate)])).toEqual(Object.entries(coef(fit)));
    const atBoundary = parseCsv(formatTable(summary(boundaryFit()), { format: "csv" }));
    expect(atBoundary[4]).toEqual(["sigma:(Intercept)", "-Inf", "", "", "", "", ""]);
  });
  it("keeps any text, and never lets it run as a formula", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (names) => {
        const lines = formatTable(
          names.map((name, i) => ({ name, i })),
          { format: "csv" },
        );
        const read = Papa.parse<string[]>(lines, { newline: "\r\n" }).data.slice(1, -1);
        const harmless = names.map((name) => (/^[=+\-@\t\r]/.test(name) ? `'${name}` : name));
        expect(read.map(([name]) => name)).toEqual(harmless);
        for (const [name] of read) expect(name).not.toMatch(/^[=+\-@\t\r]/);
      }),
    );
  });
  it("leaves negative numbers alone", () => {
    expect(formatTable([{ a: -1.5, b: "-1.5", c: '=HYPERLINK("x")' }], { format: "csv" })).toBe(
      `a,b,c\r\n-1.5,'-1.5,"'=HYPERLINK(""x"")"\r\n`,
    );
  });
});

it("escapes Markdown and HTML", () => {
  const rows = [{ study: "a|b *c* <i>", note: 'x_y & "z"\nnext', n: 3 }];
  expect(formatTable(rows, { format: "markdown" })).toMatchInlineSnapshot(`
    "| study           | note            |   n |
    | --------------- | --------------- | --: |
    | a\\|b \\*c\\* \\<i> | x_y \\& "z" next |   3 |"
  `);
  expect(formatTable(rows, { format: "html", caption: "S < T" })).toMatchInlineSnapshot(`
    "<table>
      <caption>S &lt; T</caption>
      <thead>
        <tr><th scope="col">study</th><th scope="col">note</th><th scope="col" style="text-align: right">n</th></tr>
      </thead>
      <tbody>
        <tr><th scope="row" style="text-align: left">a|b *c* &lt;i&gt;</th><td>x_y &amp; &quot;z&quot;
    next</td><td style="text-align: right">3</td></tr>
      </tbody>
    </table>"
  `);
});

it("prints a report in Markdown with caption and notes", () => {
  expect(formatTable(means, { format: "markdown" })).toMatchInlineSnapshot(`
    "**Marginal means of sigma (yi), SDs**

    | habitat   |  estimate |  std_error |    2.5 % |  97.5 % |
    | --------- | --------: | ---------: | -------: | ------: |
    | grassland | 0.1380022 | 0.04705516 | 0.014335 | 0.23479 |
    | forest    | 0.3786562 | 0.05686094 | 0.281455 | 0.51022 |

    limits: profile likelihood"
  `);
});

it("refuses what is no table", () => {
  expect(() => formatTable([])).toThrow("no rows");
  expect(() => formatTable(fit)).toThrow("is neither a number nor text");
  expect(() => formatTable(tidy(fit), { format: "latex" as "html" })).toThrow("format 'latex'");
});
