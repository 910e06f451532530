import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { commandLine } from "./command-line";

const BCG = fileURLToPath(new URL("../../examples/bcg.csv", import.meta.url));
const MEAN = "yi ~ 1 + meta_V(V = vi)";
const SHARES = "study,x,n\nA,5,20\nB,12,80\nC,0,31\nD,44,90\nE,7,15\nF,20,100\n";
const PFT = ["fit", "-", "--escalc", "PFT xi=x ni=n", MEAN];

async function drmeta(argv: readonly string[], stdin = "") {
  return commandLine(
    argv,
    (async function* () {
      yield stdin;
    })(),
  );
}

describe("--transform", () => {
  test("the table, the words and the picture have one answer; JSON stays", async () => {
    const table = await drmeta(["fit", BCG, MEAN, "--transform", "exp"]);
    expect(table.stdout).toContain("Means by exp(yi): exponential: of a log ratio the ratio\n");
    // exp of -0.7112 [-1.0496, -0.3728]
    expect(table.stdout).toMatch(/mu:\(Intercept\) mean +0\.491\d* 0\.350\d* 0\.688\d*/);
    const words = await drmeta(["fit", BCG, MEAN, "--transform", "exp", "--report"]);
    expect(words.stdout).toContain("On the scale exp(yi): mean 0.49 (95% CI 0.35 to 0.69)");
    const picture = await drmeta(["plot", "forest", BCG, MEAN, "--transform", "exp"]);
    expect(picture.stdout).toContain("0.49 [0.35, 0.69]");
    const plain = await drmeta(["fit", BCG, MEAN, "--json"]);
    const json = await drmeta(["fit", BCG, MEAN, "--json", "--transform", "exp"]);
    expect(json.stdout).toBe(plain.stdout);
    expect(json.stderr).toBe(
      "drmeta: JSON stays on the scale of the effects: --transform is for tables and words\n",
    );
  });
  test("of a column of sizes the harmonic mean is taken", async () => {
    const { stdout, stderr, exitCode } = await drmeta(
      [...PFT, "--transform", "ipft", "--sample-size", "n"],
      SHARES,
    );
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: "drmeta: the harmonic mean of n is 32.8703\n",
    });
    expect(stdout).toContain("Means by ipft(yi), n = 32.87");
    const fixed = await drmeta([...PFT, "--transform", "ipft", "--sample-size", "32.8702607"], SHARES);
    expect(fixed.stdout).toBe(stdout);
  });
  test.each<[string[], number, string]>([
    [["--transform", "log"], 2, "Allowed choices are none, exp, expit, tanh"],
    [["--transform", "ipft"], 2, "--transform ipft needs --sample-size, a number or the column"],
    [
      ["--transform", "exp", "--sample-size", "n"],
      2,
      "--sample-size is for --transform ipft and --transform",
    ],
    [["--transform", "exp", "--format", "csv"], 2, "a CSV file holds one table"],
    [["--transform", "ipft", "--sample-size", "-3"], 2, "Wanted a size above 0"],
    [["--transform", "ipft", "--sample-size", "nn"], 1, "column 'nn' not in data; did you mean 'n'?"],
    [["--transform", "ipft", "--sample-size", "study"], 1, "column 'study' holds texts; wanted numbers"],
    [["--transform", "ipft", "--sample-size", "x"], 1, "x is 0 in row 3; wanted sizes above 0"],
  ])("%j", async (options, code, message) => {
    const { exitCode, stdout, stderr } = await drmeta([...PFT, ...options], SHARES);
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: "" });
    expect(stderr).toContain(message);
  });
  test("differences of effects are not what a proportion is made of", async () => {
    const residuals = ["plot", "funnel", BCG, "yi ~ ablat + meta_V(V = vi)", "--transform"];
    expect((await drmeta([...residuals, "expit"])).stderr).toContain(
      "funnelPlot(): expit is a transformation of effects, and these are differences of effects",
    );
    expect((await drmeta([...residuals, "exp"])).stdout).toContain("exp(Residual of yi)");
    expect((await drmeta(["plot", "qq", BCG, MEAN, "--sample-size", "3"])).stderr).toContain(
      "--sample-size is not an option of the normal quantile plot",
    );
  });
});
