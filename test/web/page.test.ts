import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import type { Browser, Download, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { staticServer } from "../../src/cli/static-server";
import { drm, drmFormula, parseCsv, report, summary, toJSON } from "../../src/index";
import { chromiumIsMissing, launchChromium } from "./chromium";

const RESTORATION = readFileSync(new URL("../../examples/restoration.csv", import.meta.url), "utf8");

let folder: string;
let server: Server;
let browser: Browser;
let address: string;
let page: Page;
/** what the browser complains about: nothing, unless a test empties it */
let complaints: string[];

describe.skipIf(chromiumIsMissing)("the built page in Chromium", () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "drmeta-page-"));
    await build({
      configFile: "web/vite.config.ts",
      logLevel: "error",
      build: { outDir: folder, emptyOutDir: true },
    });
    server = staticServer(folder);
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    address = `http://localhost:${(server.address() as AddressInfo).port}/`;
    browser = await launchChromium();
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    server?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  beforeEach(async () => {
    // a context has storage of its own: every test is a first visit
    const context = await browser.newContext();
    page = await context.newPage();
    complaints = [];
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
  });

  afterEach(async () => {
    await page.context().close();
    expect(complaints).toEqual([]);
  });

  test("opens with the worked example fitted", async () => {
    await open();
    const mean = await tableRows("Mean effect (mu)");
    expect(mean.map(([term]) => term)).toEqual(["(Intercept)", "habitatforest", "duration"]);
    expect(mean[1]![1]).toBe("0.2623");
    expect((await tableRows("Heterogeneity (sigma), log SD"))[1]).toContain("x 2.74");
    const words = await page.getByRole("region", { name: "In words" }).textContent();
    const data = parseCsv(RESTORATION, { factors: { habitat: ["grassland", "forest"] } });
    const fit = drm(drmFormula("yi ~ habitat + duration + meta_V(V = vi)", "sigma ~ habitat"), { data });
    expect(words).toBe(`In words${report(fit).replaceAll("\n\n", "")}`);
    expect(await statusText()).toMatch(/^Fitted 80 rows by ML in .*; no warnings\.$/);
  });

  test("its numbers are Node's, to the last digit that is printed", async () => {
    await open();
    const data = parseCsv(RESTORATION, { factors: { habitat: ["grassland", "forest"] } });
    const fit = drm(drmFormula("yi ~ habitat + duration + meta_V(V = vi)", "sigma ~ habitat"), { data });
    const file = await downloadBy("Summary and checks (text)");
    expect(file.suggestedFilename()).toBe("restoration-summary.txt");
    expect((await textOf(file)).startsWith(`${summary(fit)}\n\n`)).toBe(true);
    const json = JSON.parse(await textOf(await downloadBy("The whole fit (JSON)")));
    const options = { fitted: true, checks: true, full: true };
    expect(rounded(json)).toEqual(rounded(JSON.parse(JSON.stringify(toJSON(fit, options)))));
    const csv = parseCsv(await textOf(await downloadBy("Coefficients (CSV)")));
    expect(csv.column("estimate")).toEqual({
      kind: "numeric",
      values: new Float64Array(json.coefficients.map(({ estimate }: { estimate: number }) => estimate)),
    });
  });

  test("a choice changes the formula, the fit and the URL, and the URL brings them back", async () => {
    await open();
    await page
      .getByRole("group", { name: "Moderators of the heterogeneity" })
      .getByLabel("habitat")
      .uncheck();
    await page.getByLabel("REML, for less biased heterogeneity").check();
    await page.waitForFunction(() => document.querySelector(".status")!.textContent!.includes("by REML"));
    expect(await page.locator(".formulas").textContent()).toBe("yi ~ habitat + duration + meta_V(V = vi)");
    expect((await tableRows("Heterogeneity (sigma), log SD")).length).toBe(1);
    const url = page.url();
    expect(url).toContain("data=restoration");
    await page.goto("about:blank");
    await page.goto(url);
    await fitted("by REML");
    expect(await page.locator(".formulas").textContent()).toBe("yi ~ habitat + duration + meta_V(V = vi)");
  });

  test("own data: a file is read, guessed at, kept over a reload, and cleared", async () => {
    await open();
    const csv = "trial,effect,sei,dose\nA,0.1,0.2,1\nB,0.5,0.3,\nC,0.2,0.25,3\nD,0.9,0.2,4\nE,0.4,0.22,2\n";
    await openFile("mine.csv", csv);
    await page.getByText("mine.csv: 5 rows, 4 columns").waitFor();
    expect(await page.locator(".formulas").textContent()).toBe("effect ~ 1 + meta_V(V = sei^2)");
    await fitted("5 rows");
    expect(await page.getByText("1 missing").count()).toBe(1);
    expect(await page.locator("td.missing").textContent()).toBe("NA");
    await page.getByRole("group", { name: "Moderators of the mean" }).getByLabel("dose").check();
    await fitted("1 dropped for missing cells");
    expect(page.url()).not.toContain("0.22");

    await page.reload();
    await fitted("1 dropped for missing cells");
    expect(await page.locator(".formulas").textContent()).toBe("effect ~ dose + meta_V(V = sei^2)");
    await page.getByRole("button", { name: "Clear" }).click();
    await fitted("80 rows");
    await page.goto("about:blank");
    await page.goto(address);
    await fitted("80 rows");
  });

  test("pasted cells of a spreadsheet", async () => {
    await open();
    await page.getByText("Paste data").click();
    await page.getByLabel("Cells from a spreadsheet").fill("yi\tvi\n0.1\t0.02\n0.3\t0.03\n0.2\t0.02\n");
    await page.getByRole("button", { name: "Use these data" }).click();
    await fitted("3 rows");
  });

  test("a file that is no table says why, and the old data stay", async () => {
    await open();
    await openFile("bad.csv", "yi,vi\n0.1,0.2\n0.3\n");
    const message = page.locator("#message-data");
    await message.filter({ hasText: "data row 2 (line 3) has 1 cell; wanted 2" }).waitFor();
    expect(await statusText()).toContain("Fitted 80 rows");
    await openFile("good.csv", "yi,vi\n0.1,0.2\n0.3,0.1\n0.2,0.1\n");
    await fitted("3 rows");
    expect(await message.textContent()).toBe("");
  });

  test("an error stands beside the field that causes it", async () => {
    await open();
    await openFile("negative.csv", "yi,vi,group\n0.1,0.2,a\n0.3,-0.1,b\n0.2,0.1,a\n");
    const field = page.getByLabel("Its uncertainty");
    await page.locator("#message-uncertainty", { hasText: "vi[2] = -0.1" }).waitFor();
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    expect(await field.getAttribute("aria-describedby")).toBe("message-uncertainty");
    await field.selectOption("");
    await page.locator("#message-uncertainty", { hasText: "Choose the column" }).waitFor();

    await page.getByRole("button", { name: "Edit as text" }).click();
    await page.getByLabel("Formulas, one per line").fill("yi ~ groop");
    await page.locator("#message-formula", { hasText: "did you mean 'group'?" }).waitFor();
    await page.getByLabel("Formulas, one per line").fill("yi ~ group");
    await fitted("3 rows");
  });

  test("kept models are compared with the present one", async () => {
    await open();
    await page.getByRole("button", { name: "Keep this model" }).click();
    await page
      .getByRole("group", { name: "Moderators of the heterogeneity" })
      .getByLabel("habitat")
      .uncheck();
    await page.getByText("chi2(1)").waitFor();
    const rows = await tableRows("Models side by side");
    expect(rows.map(([name, parameters]) => [name, parameters])).toEqual([
      ["model 1", "5"],
      ["present model", "4"],
    ]);
    await page.getByRole("button", { name: "Go back to it" }).click();
    await page.waitForFunction(() =>
      document.querySelector(".formulas")!.textContent!.includes("sigma ~ habitat"),
    );
  });

  test("heterogeneity by group", async () => {
    await open();
    await page.locator("#group-by").selectOption("habitat");
    await page.getByText("Mean of yi by habitat (mu)").waitFor();
    const rows = await tableRows("Heterogeneity of true effects");
    expect(rows.map(([name, count]) => [name, count])).toEqual([
      ["grassland", "40"],
      ["forest", "40"],
    ]);
  });

  test("plots: drawn in the reader's colours, described, downloaded as SVG and PNG", async () => {
    await page.emulateMedia({ colorScheme: "dark" });
    await open();
    const picture = page.getByRole("img", { name: /^Forest plot\. / });
    await picture.waitFor();
    expect(
      await picture.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalHeight)),
    ).toBeGreaterThan(1000);
    const svg = await textOf(await downloadBy("This plot (SVG)"));
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg".* width="720"/);
    expect(svg).toContain('fill="#ffffff"'); // light, for a manuscript
    await page.getByLabel("Plot", { exact: true }).selectOption("funnel");
    await page.getByRole("img", { name: /^Funnel plot\. / }).waitFor();
    const file = await downloadBy("This plot (PNG)");
    expect(file.suggestedFilename()).toBe("restoration-funnel.png");
    const png = readFileSync((await file.path())!);
    expect(png.subarray(1, 4).toString("latin1")).toBe("PNG");
    expect(png.readUInt32BE(16)).toBe(2250); // 720 px at 300 dots an inch

    await page.getByRole("group", { name: "Moderators of the mean" }).getByLabel("duration").uncheck();
    await page.getByLabel("Plot", { exact: true }).selectOption("location-scale");
    await page.getByText("Not drawn:").waitFor();
  });

  test("10,000 rows are fitted while the page keeps answering", async () => {
    await open();
    await page.evaluate(() => {
      // the longest time that the page was busy with anything
      const state = window as unknown as { longest: number };
      state.longest = 0;
      let last = performance.now();
      setInterval(() => {
        const now = performance.now();
        state.longest = Math.max(state.longest, now - last);
        last = now;
      }, 5);
    });
    await openFile("large.csv", manyRows(10_000));
    await page.getByRole("group", { name: "Moderators of the mean" }).getByLabel("x").check();
    await page.getByRole("group", { name: "Moderators of the heterogeneity" }).getByLabel("x").check();
    await page.getByLabel("Study, when it has several rows").selectOption("study");
    // the page answers whether or not the fit is ready
    await page.getByRole("button", { name: "Next rows" }).click();
    await page.getByText("Rows 9 to 16 of 10000").waitFor();
    await fitted("10000 rows");
    await page.waitForFunction(() =>
      [...document.querySelectorAll("caption")].some(({ textContent }) => textContent!.includes("sd(study)")),
    );
    expect((await tableRows("Heterogeneity (sigma), log SD")).length).toBe(2);
    const longest = await page.evaluate(() => (window as unknown as { longest: number }).longest);
    console.log(`10,000 rows: the page was busy for ${Math.round(longest)} ms at most`);
  });

  test("nothing can leave: neither the page nor its worker may connect", async () => {
    await open();
    const attempt = () =>
      fetch("/index.html").then(
        () => "sent",
        () => "refused",
      );
    expect(await page.evaluate(attempt)).toBe("refused");
    const [worker] = page.workers();
    expect(await worker!.evaluate(attempt)).toBe("refused");
    expect(complaints.length).toBeGreaterThan(0);
    expect(complaints.every((text) => text.includes("Content Security Policy"))).toBe(true);
    complaints = [];
  });

  test.each(["light", "dark"] as const)("axe finds nothing, %s", async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await open();
    await page.getByRole("button", { name: "Keep this model" }).click();
    await page.getByText("present model").waitFor();
    for (const summaryElement of await page.locator("summary").all()) await summaryElement.click();
    expect(await axeFindings()).toEqual([]);
    await page.getByLabel("Studies have two outcomes").check();
    await page.locator("#message-secondEffect", { hasText: "Choose the column" }).waitFor();
    expect(await axeFindings()).toEqual([]);
  });

  test.each([1100, 1440])("no table of results is wider than its box at %i px", async (width) => {
    await page.setViewportSize({ width, height: 900 });
    for (const [model, rows] of [
      ["data=restoration&y=yi&v=vi&x=habitat&x=duration&s=habitat&test=knha", "80 rows"],
      ["data=bcg&y=yi&v=vi&method=REML&test=knha", "13 rows"],
      ["data=bcg&y=yi&v=vi&x=alloc&method=REML&test=t", "13 rows"],
    ]) {
      await page.goto("about:blank");
      await page.goto(`${address}#${model}`);
      await fitted(rows!);
      expect((await page.locator("th", { hasText: /^df$/ }).count()) > 0).toBe(true);
      const wider = await page
        .locator(".results .scroll")
        .evaluateAll((boxes) =>
          boxes
            .filter((box) => box.scrollWidth > box.clientWidth)
            .map((box) => box.getAttribute("aria-label")),
        );
      expect(wider).toEqual([]);
    }
  });

  test("words of the results: %, what Q is a test of, and which test is of means", async () => {
    const hints = () => page.locator(".results p.hint").allTextContents();
    await page.goto(`${address}#data=bcg&y=yi&v=vi&method=REML&test=knha`);
    await fitted("13 rows");
    const [row] = await tableRows("Heterogeneity of true effects");
    // rma(yi, vi, data = dat.bcg, method = "REML") has I2 92.22 and tau2 0.3132
    expect(row!.some((cell) => /^92\.\d %\d+\.\d to 9\d\.\d %$/.test(cell))).toBe(true);
    expect((await hints()).some((text) => text.startsWith("Test of heterogeneity: Q(12) = 152.23"))).toBe(
      true,
    );
    expect((await hints()).some((text) => text.includes("The Knapp-Hartung test is of means;"))).toBe(true);
    await page.getByRole("group", { name: "Moderators of the mean" }).getByLabel("alloc").check();
    await page.getByText("Test of residual heterogeneity: Q(10)").waitFor();
    await page.getByRole("button", { name: "Edit as text" }).click();
    await page.getByLabel("Formulas, one per line").fill("yi ~ 1 + meta_V(V = -vi)");
    await page
      .locator(".status", { hasText: /^Not fitted: .*[^.?]\. Below is the last model that was fitted\.$/s })
      .waitFor();
  });

  test("nothing is wider than a phone, and the keyboard reaches everything in order", async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await open();
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(360);
    const reached: string[] = [];
    for (let i = 0; i < 6; i++) {
      await page.keyboard.press("Tab");
      reached.push(await page.evaluate(() => document.activeElement!.id || document.activeElement!.tagName));
    }
    expect(reached.slice(0, 3)).toEqual(["example", "file", "SUMMARY"]);
    // a select and a checkbox by keyboard alone
    await page.locator("#example").focus();
    await page.keyboard.press("ArrowDown");
    await fitted("13 rows");
  });
});

async function open(): Promise<void> {
  await page.goto(address);
  await fitted("80 rows");
}

async function fitted(text: string): Promise<void> {
  await page.locator(".status", { hasText: "Fitted" }).filter({ hasText: text }).waitFor();
}

const statusText = () => page.locator(".status").textContent();

/** The cells of the table with this caption, row by row, without the header. */
async function tableRows(caption: string): Promise<string[][]> {
  const table = page.locator("table").filter({ has: page.locator("caption", { hasText: caption }) });
  return table
    .locator("tbody tr")
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent ?? "")));
}

/** Numbers to 11 digits, below 1e-8 as zero: the last bit of Math.exp and Math.log differs between versions of V8. */
function rounded(value: unknown): unknown {
  if (typeof value === "number") return Math.abs(value) < 1e-8 ? 0 : Number(value.toPrecision(11));
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rounded(inner)]));
}

async function downloadBy(button: string): Promise<Download> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button }).click(),
  ]);
  return download;
}

async function textOf(download: Download): Promise<string> {
  return readFileSync((await download.path())!, "utf8");
}

async function openFile(name: string, text: string): Promise<void> {
  await page.getByLabel("File: CSV").setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
}

/** Every rule of WCAG 2 A and AA, and axe's own best practices. */
async function axeFindings(): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: { run(): Promise<axe.AxeResults> } }).axe.run(),
  );
  return violations.map(
    ({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html).join(" ")}`,
  );
}

/** A location-scale data set with studies of ten rows, the same every time. */
function manyRows(n: number): string {
  let seed = 1;
  const random = () => {
    seed = (seed * 48271) % 2147483647;
    return seed / 2147483647;
  };
  const normal = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
  let study = 0;
  const rows = Array.from({ length: n }, (_, i) => {
    if (i % 10 === 0) study = 0.2 * normal();
    const x = random();
    const vi = 0.02 + 0.1 * random();
    const yi = 0.3 + 0.2 * x + study + Math.exp(-1.5 + x) * normal() + Math.sqrt(vi) * normal();
    return `${yi},${vi},${x},s${Math.floor(i / 10)}`;
  });
  return `yi,vi,x,study\n${rows.join("\n")}\n`;
}
