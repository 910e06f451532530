import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { version } from "../../src/version";
import { commandLine } from "./command-line";

const RESTORATION = fileURLToPath(new URL("../../examples/restoration.csv", import.meta.url));
const MODEL = ["yi ~ habitat + duration + meta_V(V = vi)", "sigma ~ habitat"];
const LEVELS = ["--levels", "habitat=grassland,forest"];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "drmeta-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A file in the test's own folder. */
function file(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function drmeta(argv: string[], stdin = "") {
  let writes = 0;
  const chunks = async function* () {
    yield stdin.slice(0, 5);
    yield Buffer.from(stdin.slice(5));
  };
  const outcome = await commandLine(argv, chunks(), () => writes++);
  expect(writes).toBeLessThanOrEqual(1);
  return outcome;
}

describe("usage", () => {
  test("--help teaches by example", async () => {
    for (const argv of [["--help"], ["fit", "--help"], ["help", "fit"]]) {
      const { exitCode, stdout, stderr } = await drmeta(argv);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
      expect(stdout).toContain("$ drmeta fit data.csv 'yi ~ 1 + meta_V(V = vi)'");
    }
  });

  test("--version", async () => {
    expect(await drmeta(["--version"])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: "" });
  });

  test.each<[string[], string]>([
    [[], "Usage: drmeta"],
    [["fitt"], "unknown command 'fitt'"],
    [["fit"], "missing required argument 'data.csv'"],
    [["fit", "x.csv"], "missing required argument 'formula'"],
    [["fit", "x.csv", "y ~ 1", "--jsn"], "unknown option '--jsn'"],
    [["fit", "x.csv", "y ~ 1", "--mods", "~ x"], "(moderators stand in the formula of the mean"],
    [
      ["fit", "x.csv", "y ~ 1", "--random=~ 1 | study"],
      "(random intercepts stand in the formula of the mean",
    ],
    [["fit", "x.csv", "y ~ 1", "--tau2", "0"], "--fix sigma=0.2"],
    [["fit", "x.csv", "y ~ 1", "--method", "GENQ"], "(GENQ is not offered: DL is the nearest"],
    [["fit", "x.csv", "y ~ 1", "--method", "FE"], "(the common-effect model is EE)"],
    [["fit", "x.csv", "y ~ 1", "--levels", "habitat"], "Wanted col=a,b,... or col=a<b<..."],
    [["fit", "x.csv", "y ~ 1", "--method", "MLE"], "Allowed choices are ML, REML"],
    [["fit", "x.csv", "y ~ 1", "--conf", "95"], "Write 0.95"],
    [["fit", "x.csv", "y ~ 1", "--weights"], "argument missing"],
    [["fit", "-", "y ~ meta_V(V = V)", "--matrix", "V=-"], "standard input"],
    [["fit", "x.csv", "yi", "~", "habitat"], "put each formula in quotes"],
    [["fit", "x.csv", "yi", "/home/me", "habitat"], "put each formula in quotes"],
    [["example", "more"], "too many arguments"],
  ])("%j is exit code 2", async (argv, message) => {
    const { exitCode, stdout, stderr } = await drmeta(argv);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("error:");
  });
});

describe("data or model at fault: exit code 1, nothing on stdout", () => {
  const data = "yi,vi,habitat\n0.1,0.02,a\n0.3,0.01,b\n0.2,0.04,a\n0.5,0.03,b\n";
  test.each<[string, string, string[], string]>([
    ["unknown column", data, ["yi ~ habitatt + meta_V(V = vi)"], "did you mean 'habitat'?"],
    ["unknown column of --levels", data, ["yi ~ 1", "--levels", "habitatt=a,b"], "did you mean 'habitat'?"],
    ["bad level", data, ["yi ~ habitat", "--levels", "habitat=a,c"], "'b' is not among the levels a, c"],
    ["one outcome with --biv", data, ["yi ~ 1", "--biv"], "--biv needs two outcomes"],
    [
      "test that the model lacks",
      data,
      ["yi ~ (1 | habitat)", "--test", "knha"],
      "has random effects (habitat)",
    ],
    ["formula", data, ["yi ~ habitat + + )"], "^"],
    [
      "stray text",
      data.replace("0.04", "none"),
      ["yi ~ meta_V(V = vi)"],
      "row 3 (line 4): 'none' is not a number",
    ],
    ["ragged", `${data}1,2\n`, ["yi ~ 1"], "standard input: data row 5 (line 6) has 2 cells"],
    ["empty", "", ["yi ~ 1"], "standard input: the file is empty"],
  ])("%s", async (_, text, argv, message) => {
    const { exitCode, stdout, stderr } = await drmeta(["fit", "-", ...argv], text);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(/^drmeta: /);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("unexpected error");
  });

  test("files that cannot be read", async () => {
    const missing = await drmeta(["fit", join(folder, "none.csv"), "yi ~ 1"]);
    expect(missing).toMatchObject({ exitCode: 1, stdout: "" });
    expect(missing.stderr).toContain("none.csv: there is no such file");
    expect((await drmeta(["fit", folder, "yi ~ 1"])).stderr).toContain("it is a folder");
    const binary = file("binary.csv", Uint8Array.of(0x79, 0x0a, 0, 0, 0x01));
    expect((await drmeta(["fit", binary, "y ~ 1"])).stderr).toContain(
      "binary.csv: this is no text: wanted a table",
    );
  });

  test("a matrix file is named", async () => {
    const V = file("V.csv", "V1,V2\n1,0\n0,1\n");
    const { exitCode, stderr } = await drmeta(["fit", "-", "yi ~ meta_V(V = V)", "--matrix", `V=${V}`], data);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("V' is 2 x 2, but the data have");
  });
});

describe("fit", () => {
  // cases/drm-a-restoration.json
  const logLik = -24.773196719485156;
  const estimates = [
    0.14555715572646888, 0.26228451507798484, 0.10332845534887833, -1.980485972286777, 1.0093594916974027,
  ];

  test("--json prints one object", async () => {
    const { exitCode, stdout, stderr } = await drmeta([
      "fit",
      RESTORATION,
      ...MODEL,
      ...LEVELS,
      "--json",
      "--fitted",
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({
      drmeta: version,
      formulas: MODEL,
      method: "ML",
      nobs: 80,
      dropped: 0,
      df: 5,
    });
    expect(result.logLik).toBeCloseTo(logLik, 7);
    const found = result.coefficients.map((row: { estimate: number }) => row.estimate);
    for (const [i, estimate] of estimates.entries()) expect(found[i]).toBeCloseTo(estimate, 7);
    expect(result.fitted.mu).toHaveLength(80);
    expect(result.checks.length).toBeGreaterThan(8);
  });

  test("the same from standard input, as text", async () => {
    const text = readFileSync(RESTORATION, "utf8");
    const { exitCode, stdout, stderr } = await drmeta(["fit", "-", ...MODEL, ...LEVELS, "--check"], text);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/mu:habitatforest +0\.262284/);
    expect(stdout).toContain("optimizer_convergence");
  });

  test("--confint profile prints likelihood-ratio limits", async () => {
    const argv = ["fit", RESTORATION, ...MODEL, ...LEVELS, "--confint", "profile"];
    const { exitCode, stdout, stderr } = await drmeta([...argv, "--json"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const sigma = JSON.parse(stdout).coefficients[3];
    // cases/drm-a-restoration.json
    expect(sigma.conf_low).toBeCloseTo(-4.24508388, 6);
    expect(sigma.conf_high).toBeCloseTo(-1.44906687, 6);
    expect(sigma.conf_status).toBe("ok");
    expect((await drmeta(argv)).stdout).toMatch(/-4\.245.*\n.*\nLimits by profile likelihood\n/);
  });

  test("--test changes errors, statistics, p-values, limits and vcov", async () => {
    const argv = ["fit", RESTORATION, ...MODEL, ...LEVELS, "--method", "REML", "--json"];
    const read = async (...more: string[]) => JSON.parse((await drmeta([...argv, ...more])).stdout);
    const [z, t, knha] = [await read(), await read("--test", "t"), await read("--test", "knha")];
    expect([z.test, t.test, knha.test]).toEqual([undefined, "t", "knha"]);
    const first = (result: typeof z) => result.coefficients[0];
    // metafor's test_t of v05
    expect(first(t).std_error).toBeCloseTo(0.040219882230904724, 7);
    expect(first(t).p_value).toBeCloseTo(0.0004945343698017722, 7);
    expect(first(t).conf_low).toBeCloseTo(0.0662384550858329, 7);
    expect(first(t).std_error).toBe(first(z).std_error);
    expect(first(knha).std_error).not.toBe(first(z).std_error);
    expect(Math.sqrt(knha.vcov[0][0])).toBe(first(knha).std_error);
  });

  test("--report gives the result in words", async () => {
    const { exitCode, stdout } = await drmeta([
      "fit",
      RESTORATION,
      ...MODEL,
      ...LEVELS,
      "--report",
      "--conf",
      "0.9",
    ]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^A location-scale meta-regression of yi .*\n\nWhere habitat = grassland.*90% CI.*\n\n.*\.\n$/,
    );
    expect((await drmeta(["fit", RESTORATION, ...MODEL, "--report", "--json"])).exitCode).toBe(2);
  });

  test("--format gives the tables for a document or a program", async () => {
    const markdown = await drmeta(["fit", RESTORATION, ...MODEL, "--format", "markdown", "--check"]);
    expect(markdown.stdout).toMatch(/^\*\*Meta-analysis by .*\*\*\n\n\| +\| +estimate \|/);
    expect(markdown.stdout).toContain("\n**Checks**\n\n| check ");
    const csv = await drmeta(["fit", RESTORATION, ...MODEL, "--format", "csv", ...LEVELS]);
    expect(csv.stdout).toMatch(
      /^coefficient,estimate,std_error,z,p_value,2\.5 %,97\.5 %\r\nmu:\(Intercept\),0\.14555/,
    );
    expect(csv.stdout.split("\r\n")).toHaveLength(7);
    const wrong = await drmeta(["fit", RESTORATION, ...MODEL, "--format", "csv", "--check"]);
    expect(wrong).toMatchObject({ exitCode: 2, stdout: "" });
    expect(wrong.stderr).toContain("a CSV file holds one table");
    expect((await drmeta(["fit", RESTORATION, ...MODEL, "--format", "html", "--json"])).exitCode).toBe(2);
  });

  test("--robust takes a column that no formula uses", async () => {
    const labs = "yi,vi,lab\n0.1,0.02,a\n0.3,0.01,b\n0.2,0.04,a\n0.5,0.03,b\n0.4,0.02,c\n0.2,0.03,c\n";
    const argv = ["fit", "-", "yi ~ 1 + meta_V(V = vi)", "--robust", "lab"];
    const json = JSON.parse((await drmeta([...argv, "--json"], labs)).stdout);
    expect(json).toMatchObject({ test: "t", robust: { type: "CR2", cluster: "lab", clusters: 3 } });
    expect(json.coefficients[0].df).toBeGreaterThan(1);
    const CR1 = JSON.parse((await drmeta([...argv, "--robust-type", "CR1", "--json"], labs)).stdout);
    expect(CR1.coefficients[0]).toMatchObject({ df: 2, estimate: json.coefficients[0].estimate });
    expect((await drmeta(argv, labs)).stdout).toContain("CR2 by lab, 3 clusters");
    const alone = await drmeta([...argv.slice(0, 3), "--robust-type", "CR2"], labs);
    expect(alone).toMatchObject({ exitCode: 2, stdout: "" });
    expect(alone.stderr).toContain("--robust-type needs --robust with the column of the clusters");
    expect((await drmeta([...argv.slice(0, 4), "labb"], labs)).stderr).toContain("did you mean 'lab'?");
  });

  test("--fitted without --json is a table with a line for each row used", async () => {
    const { stdout } = await drmeta(["fit", RESTORATION, ...MODEL, "--fitted"]);
    expect(stdout).toMatch(/row\tmu\tsigma\n1\t0\.294\d+\t0\.13800\d+\n/);
    expect(stdout.trimEnd()).toMatch(/\n80\t\S+\t\S+$/);
  });

  test("variances known up to a multiplier: phi between mu and sigma, fitted multipliers", async () => {
    const V = 'meta_V(V = vi, scale = "proportional")';
    const argv = [
      "fit",
      RESTORATION,
      `yi ~ duration + ${V}`,
      "phi ~ habitat",
      ...LEVELS,
      "--json",
      "--fitted",
    ];
    const { exitCode, stdout } = await drmeta([...argv, "--fix", "sigma=0"]);
    expect(exitCode).toBe(0);
    const { coefficients, fixed, fitted } = JSON.parse(stdout);
    expect(coefficients.map(({ dpar, term }: { dpar: string; term: string }) => `${dpar}:${term}`)).toEqual([
      "mu:(Intercept)",
      "mu:duration",
      "phi:(Intercept)",
      "phi:habitatforest",
    ]);
    expect(fixed).toEqual({ sigma: 0 });
    expect(fitted.phi[0]).toBeGreaterThan(0);
    const text = await drmeta(["fit", RESTORATION, `yi ~ duration + ${V}`]);
    expect(text.stdout).toContain("known up to phi");
  });

  test("--conf changes the intervals, --fix holds sigma", async () => {
    const interval = async (...more: string[]) => {
      const { stdout } = await drmeta(["fit", RESTORATION, "yi ~ 1 + meta_V(V = vi)", "--json", ...more]);
      const { conf_low, conf_high } = JSON.parse(stdout).coefficients[0];
      return conf_high - conf_low;
    };
    expect((await interval("--conf", "0.99")) / (await interval())).toBeCloseTo(2.5758293 / 1.959964, 6);
    expect(await interval("--fix", "sigma=0")).toBeLessThan(await interval());
  });

  test("a fit that did not converge is written and told: exit code 3", async () => {
    const perfect = "yi,vi\n0.5,0\n0.5,0\n0.5,0\n";
    for (const json of [[], ["--json"], ["--confint", "profile"]]) {
      const result = await drmeta(["fit", "-", "yi ~ 1 + meta_V(V = vi)", ...json], perfect);
      expect(result.exitCode).toBe(3);
      expect(result.stdout).not.toBe("");
      expect(result.stderr).toMatch(/^drmeta: did not converge: /);
    }
  });

  test("a deprecated spelling is told on stderr, and fitted", async () => {
    const { exitCode, stderr } = await drmeta(["fit", RESTORATION, "yi ~ 1 + meta_known_V(V = vi)"]);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^drmeta: .*meta_known_V.*deprecated/);
  });

  test("--matrix takes a full covariance matrix or one column of variances", async () => {
    const rows = readFileSync(RESTORATION, "utf8").trim().split("\n").slice(1);
    const vi = rows.map((row) => row.split(",")[3]!);
    const column = file("column.csv", vi.join("\n"));
    const full = file(
      "full.csv",
      vi.map((v, i) => vi.map((_, j) => (i === j ? v : "0")).join(",")).join("\n"),
    );
    for (const path of [column, full]) {
      const formulas = [MODEL[0]!.replace("V = vi", "V = S"), MODEL[1]!];
      const { stdout } = await drmeta(["fit", RESTORATION, ...formulas, "--matrix", `S=${path}`, "--json"]);
      expect(JSON.parse(stdout).logLik).toBeCloseTo(logLik, 7);
    }
  });
});

test("example: the command, the summary, the checks and the variance by habitat", async () => {
  const { exitCode, stdout, stderr } = await drmeta(["example"]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toContain("restoration.csv");
  expect(stdout).toMatch(/sigma:habitatforest +1\.00935/);
  expect(stdout).toContain("hessian_positive_definite");
  // sampling variance, sigma, sigma squared, and the total of the two variances
  expect(stdout).toMatch(/grassland +40 +0\.0481\d+ +0\.13800\d+ +0\.0190\d+ +0\.06715\d+/);
  expect(stdout).toMatch(/forest +40 +0\.0499\d+ +0\.37865\d+ +0\.14338\d+ +0\.19328\d+/);
});
