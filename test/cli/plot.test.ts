import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { catalogue } from "../../src/plot/catalogue";
import { picture } from "../plot/picture";
import { commandLine } from "./command-line";

const RESTORATION = fileURLToPath(new URL("../../examples/restoration.csv", import.meta.url));
const MODEL = [RESTORATION, "yi ~ habitat + duration + meta_V(V = vi)", "sigma ~ habitat"];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "drmeta-plot-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const drmeta = (...argv: string[]) => commandLine(argv);

describe("drmeta plot", () => {
  test("writes a file, and nothing to standard output", async () => {
    const file = join(folder, "forest.svg");
    const options = [
      "--group",
      "habitat",
      "--sort",
      "-estimate",
      "--title",
      "Restoration",
      "--width",
      "600",
      "-o",
      file,
    ];
    expect(await drmeta("plot", "forest", ...MODEL, ...options)).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: "",
    });
    const { title, width, texts } = picture(readFileSync(file, "utf8"));
    expect([title, width]).toEqual(["Restoration", 600]);
    expect(texts).toContain("Mean, forest");
  });

  test("without a file the picture goes to standard output", async () => {
    const { exitCode, stdout } = await drmeta(
      "plot",
      "location-scale",
      ...MODEL,
      "--x",
      "duration",
      "--ribbon",
      "prediction",
    );
    expect(exitCode).toBe(0);
    expect(picture(stdout).texts).toContain("duration");
  });

  test("a .png has the pixels that the dots per inch ask for", async () => {
    const file = join(folder, "qq.png");
    const done = await drmeta(
      "plot",
      "qq",
      ...MODEL,
      "--theme",
      "auto",
      "--dpi",
      "96",
      "--width",
      "400",
      "-o",
      file,
    );
    expect(done).toMatchObject({ exitCode: 0, stderr: "" });
    const bytes = readFileSync(file);
    expect(bytes.subarray(1, 4).toString("latin1")).toBe("PNG");
    // the width in the header of a PNG
    expect(bytes.readUInt32BE(16)).toBe(400);
  });

  test("columns that no formula uses", async () => {
    const csv = join(folder, "named.csv");
    writeFileSync(csv, "name,yi,vi\nAda,0.1,0.01\nBo,0.4,0.02\nCy,,0.02\nDi,0.3,0.03\n");
    const { stdout } = await drmeta("plot", "forest", csv, "yi ~ 1 + meta_V(V = vi)", "--labels", "name");
    const { texts } = picture(stdout);
    expect(texts).toEqual(expect.arrayContaining(["Ada", "Bo", "Di"]));
    expect(texts).not.toContain("Cy");
  });

  test("--test and --robust are those of drmeta fit", async () => {
    const model = [RESTORATION, "yi ~ 1 + meta_V(V = vi)", "--method", "REML"];
    const words = new Set<string>();
    for (const errors of [
      [],
      ["--test", "t"],
      ["--test", "knha"],
      ["--robust", "study"],
      ["--robust", "study", "--robust-type", "CR0", "--test", "z"],
    ]) {
      const [first] = JSON.parse((await drmeta("fit", ...model, ...errors, "--json")).stdout).coefficients;
      const { stdout, stderr } = await drmeta("plot", "forest", ...model, ...errors);
      expect(stderr).toBe("");
      const { texts } = picture(stdout);
      const shown = [first.estimate, first.conf_low, first.conf_high].map((x: number) => x.toFixed(2));
      expect(texts).toContain(`${shown[0]} [${shown[1]}, ${shown[2]}]`);
      words.add(texts.find((text) => text.startsWith("Intervals of means:")) ?? "");
    }
    expect([...words]).toEqual([
      "",
      "Intervals of means: t with residual df.",
      "Intervals of means: Knapp-Hartung, t with residual df.",
      "Intervals of means: cluster-robust errors (CR2 by study), t with Satterthwaite's df.",
      "Intervals of means: cluster-robust errors (CR0 by study).",
    ]);
  });

  test("--help lists every plot", async () => {
    const { exitCode, stdout } = await drmeta("plot", "--help");
    expect(exitCode).toBe(0);
    for (const [name, { describe: what }] of Object.entries(catalogue)) {
      expect(stdout).toContain(name);
      expect(stdout).toContain(what);
    }
  });

  test.each([
    [["plot", "frost", ...MODEL], /Allowed choices are forest, orchard/],
    [
      ["plot", "funnel", ...MODEL, "--sort", "label"],
      /--sort is not an option of the funnel plot, which takes --outcome/,
    ],
    [["plot", "funnel", ...MODEL, "--test", "t"], /--test is not an option of the funnel plot/],
    [
      ["plot", "heterogeneity", ...MODEL, "--robust", "study"],
      /--robust is not an option of the heterogeneity plot/,
    ],
    [["plot", "funnel", ...MODEL, "--robust", "study"], /--robust is not an option of the funnel plot/],
    [["plot", "qq", ...MODEL, "--robust", "study"], /--robust is not an option of the normal quantile plot/],
    [
      ["plot", "caterpillar", ...MODEL, "--robust", "study"],
      /--robust is not an option of the caterpillar plot/,
    ],
    [["plot", "forest", ...MODEL, "--test", "kh"], /Allowed choices are z, t, knha, adhoc/],
    [["plot", "funnel", ...MODEL, "-o", "funnel.pdf"], /ends in \.svg or \.png/],
    [["plot", "funnel", ...MODEL, "--contours", "0.9,x"], /'x' is not a number/],
    [["plot", "forest", ...MODEL, "--xlim", "2,1"], /the smaller one first/],
    [["plot", "forest", ...MODEL, "--width", "-3"], /positive/],
    [["plot", "location-scale", ...MODEL, "--at", "habitat"], /col=value/],
    [["plot", "forest", RESTORATION, "yi", "~", "1"], /the formula came in pieces/],
    [["plot", "forest", ...MODEL, "--robust-type", "CR0"], /--robust-type needs --robust/],
  ])("usage: %j", async (argv, message) => {
    const { exitCode, stdout, stderr } = await drmeta(...(argv as string[]));
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  test.each([
    [["bivariate"], /no bivariate plot of this model: it needs a fit of two outcomes/],
    [["forest", "--labels", "nam"], /labels 'nam'/],
    [["forest", "--robust", "sudy"], /column 'sudy' not in data/],
    [["forest", "--robust", "habitat", "--test", "knha"], /has no meaning with robust errors/],
    [
      ["caterpillar", "--test", "t"],
      /--test t: a caterpillar plot of effects has the limits of their sampling/,
    ],
    [["location-scale", "--x", "habitat"], /categorical/],
    [["forest", "-o", join("no", "such", "folder.svg")], /cannot write .*folder\.svg/],
  ])("at fault: %j", async ([name, ...options], message) => {
    const { exitCode, stdout, stderr } = await drmeta("plot", name!, ...MODEL, ...options);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/unexpected/);
    expect(existsSync(join("no", "such"))).toBe(false);
  });
});
