import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { commandLine } from "./command-line";

const BCG = fileURLToPath(new URL("../../examples/bcg.csv", import.meta.url));
const MEAN = "yi ~ 1 + meta_V(V = vi)";

test("drmeta bias prints a table, or one JSON object", async () => {
  const { exitCode, stdout, stderr } = await commandLine(["bias", BCG, MEAN, "--method", "REML"]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toMatch(/^method +estimate +std_error +lower +upper +p\nEgger's test \(slope\)/);
  const json = JSON.parse((await commandLine(["bias", BCG, MEAN, "--json"])).stdout);
  expect(json.trimfill.L0).toMatchObject({ filled: 1, side: "right" });
  expect(json.fsn.Rosenthal.number).toBe(598);
});

test("the test and the robust errors are those of the refits", async () => {
  const z = JSON.parse((await commandLine(["bias", BCG, MEAN, "--json"])).stdout);
  const t = JSON.parse((await commandLine(["bias", BCG, MEAN, "--test", "t", "--json"])).stdout);
  expect([z.egger.df, t.egger.df]).toEqual([null, 11]);
  expect(t.egger.p_value).toBeGreaterThan(z.egger.p_value);
  const byAlloc = ["bias", BCG, MEAN, "--robust", "trial", "--robust-type", "CR1", "--json"];
  const robust = JSON.parse((await commandLine(byAlloc)).stdout);
  expect(robust.pet.std_error).not.toBeCloseTo(z.pet.std_error, 4);
});

test("what is not possible is an error", async () => {
  const { exitCode, stdout, stderr } = await commandLine(["bias", BCG, "yi ~ 1"]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toContain("needs sampling variances");
});

test("a selection model on request", async () => {
  const argv = ["bias", BCG, MEAN, "--selection", "stepfun", "--steps", "0.025,0.5", "--alternative", "less"];
  expect((await commandLine(argv)).stdout).toContain("sel:0.025 < p <= 0.5");
  const { selection } = JSON.parse((await commandLine([...argv, "--json"])).stdout);
  expect(selection).toHaveLength(1);
  expect(selection[0].estimate).toBeCloseTo(-0.671197, 5);
  expect(selection[0].tau2).toBeCloseTo(0.26390159, 6);
  expect(selection[0].delta).toHaveLength(3);
  expect(selection[0].steps).toEqual([0.025, 0.5, 1]);
  expect(selection[0].test.df).toBe(2);
  expect((await commandLine(["bias", BCG, MEAN, "--steps", "0.5"])).exitCode).toBe(2);
  expect((await commandLine(["bias", BCG, MEAN, "--selection", "stepfun", "--steps", "a"])).exitCode).toBe(2);
});

test("drmeta fit --bias adds the table, the paragraph, or the object", async () => {
  const fit = ["fit", BCG, MEAN, "--method", "REML"];
  const own = (await commandLine(["bias", BCG, MEAN, "--method", "REML"])).stdout;
  const { stdout } = await commandLine([...fit, "--bias"]);
  expect(stdout).toContain("mu:(Intercept)");
  expect(stdout.endsWith(own)).toBe(true);
  const words = (await commandLine([...fit, "--bias", "--report"])).stdout;
  expect(words).toContain("The slope of effect sizes on their standard errors (Egger's test) is ");
  expect(words).toContain("None of these methods sees what is missing.");
  const json = JSON.parse((await commandLine([...fit, "--bias", "--json"])).stdout);
  const alone = JSON.parse((await commandLine(["bias", BCG, MEAN, "--method", "REML", "--json"])).stdout);
  for (const [name, value] of Object.entries(json.bias)) expect(value).toEqual(alone[name]);
  expect((await commandLine([...fit, "--bias", "--format", "csv"])).exitCode).toBe(2);
});
