import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { commandLine } from "./command-line";

const BCG = fileURLToPath(new URL("../../examples/bcg.csv", import.meta.url));
const COUNTS = ["ai=tpos", "bi=tneg", "ci=cpos", "di=cneg"];

async function drmeta(argv: readonly string[], stdin = "") {
  return commandLine(
    argv,
    (async function* () {
      yield stdin;
    })(),
  );
}

describe("drmeta escalc", () => {
  test("gives the file back with two more columns", async () => {
    const { exitCode, stdout, stderr } = await drmeta(["escalc", "OR", BCG, ...COUNTS, "names=lor,v"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(14);
    expect(lines[0]).toBe("trial,author,year,ablat,alloc,tpos,tneg,cpos,cneg,yi,vi,lor,v");
    expect(lines[1]).toMatch(
      /^1,Aronson,1948,44,random,4,119,11,128,-0\.889\d*,0\.325\d*,-0\.9386941408703\d*,0\.3571249522536\d*$/,
    );
  });

  test("cells stay as they were written, and are quoted where they must", async () => {
    const csv = 'id;label;r;n\n007;"a, b";0.50;40\n008;"say ""x""";;40\n';
    const { stdout, stderr } = await drmeta(["escalc", "ZCOR", "-", "ri=r", "ni=n", "study=label"], csv);
    expect(stdout).toBe(
      `id,label,r,n,yi,vi\n007,"a, b",0.50,40,${Math.atanh(0.5)},${1 / 37}\n008,"say ""x""",,40,,\n`,
    );
    expect(stderr).toBe('drmeta: row 2 (say "x"): ri missing; no effect size\n');
  });

  test("a number is one for all rows, and JSON is one object", async () => {
    const { stdout } = await drmeta(
      ["escalc", "MC", "-", "m1i=a", "m2i=0", "sd1i=s", "sd2i=0", "ri=0", "ni=50", "--json"],
      "a,s\n3,5.5\n",
    );
    expect(JSON.parse(stdout)).toEqual({
      measure: "MC",
      yi: [3],
      vi: [0.605],
      decisions: [
        {
          row: 1,
          study: null,
          kind: "note",
          message: "row 1: sd2i is 0: is that so, or was it not reported?",
        },
      ],
    });
  });

  test.each<[string[], number, string]>([
    [["escalc", "PHII", BCG, ...COUNTS], 2, "There is no measure 'PHII'; did you mean 'PHI'?"],
    [["escalc", "OR", BCG, "tpos"], 2, "'tpos': wanted name=column, such as ai=tpos."],
    [["escalc", "OR", BCG, "ai=tpos", "ai=tneg"], 2, "'ai' is given twice."],
    [["escalc", "OR", BCG], 2, "OR needs its columns: --ai COLUMN --bi COLUMN ..."],
    [["escalc", "OR", BCG, "--ai", "tpos", "ai=tneg"], 2, "'ai' is given twice."],
    [["escalc", "OR", BCG, "--aj", "tpos"], 2, "unknown option '--aj'"],
    [["escalc", "OR", BCG, "--ai", "tpos", "--add", "x"], 1, "'x' is not a number"],
    [["fit", BCG, "--ai", "tpos", "yi ~ 1"], 2, "effect sizes are made first: --escalc 'RR ai=tpos"],
    [["escalc", "OR", BCG, "ai=tpos"], 1, "OR needs ai, bi, ci, di; or ai, n1i, ci, n2i; given were ai"],
    [["escalc", "OR", BCG, ...COUNTS, "add=x"], 1, "'x' is not a number"],
    [["escalc", "OR", BCG, ...COUNTS, "drop00=maybe"], 1, "'maybe': wanted true or false"],
    [["escalc", "OR", BCG, ...COUNTS, "od=1"], 1, "unknown option 'od'"],
    [["escalc", "OR", BCG, "ai=tposs", "bi=tneg", "ci=cpos", "di=cneg"], 1, "did you mean 'tpos'?"],
    [["escalc", "OR", "nowhere.csv", ...COUNTS], 1, "cannot read nowhere.csv: there is no such file"],
    [["fit", BCG, "--escalc", "RR", "yi ~ 1 + meta_V(V = vi)"], 2, "Wanted a measure and its columns"],
  ])("%j", async (argv, code, message) => {
    const { exitCode, stdout, stderr } = await drmeta(argv);
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: "" });
    expect(stderr).toContain(message);
  });

  test("arguments and options as flags say the same as pairs", async () => {
    const flags = ["--ai", "tpos", "--bi", "tneg", "--ci", "cpos", "--di", "cneg"];
    const pairs = await drmeta(["escalc", "OR", BCG, ...COUNTS]);
    expect((await drmeta(["escalc", "OR", BCG, ...flags])).stdout).toBe(pairs.stdout);
    expect((await drmeta(["escalc", "OR", BCG, ...COUNTS.slice(0, 2), ...flags.slice(4)])).stdout).toBe(
      pairs.stdout,
    );
    const options = [
      ["--add", "0.25", "--to", "all", "--names", "y,v", "--drop00", "--flip"],
      ["add=0.25", "to=all", "names=y,v", "drop00=true", "flip=true"],
    ];
    const [one, other] = await Promise.all(
      options.map((given) => drmeta(["escalc", "OR", BCG, ...flags, ...given])),
    );
    expect(one!.stdout).toBe(other!.stdout);
    expect(one!.stdout).not.toBe(pairs.stdout);
    const groups = ["m1i=a", "sd1i=2", "n1i=9", "m2i=0", "sd2i=2", "n2i=9", "--json"];
    const smd = async (...given: string[]) =>
      JSON.parse((await drmeta(["escalc", "SMD", "-", ...groups, ...given], "a\n4\n")).stdout).yi[0];
    expect(await smd("--no-correct")).toBe(2);
    expect(await smd("--correct")).toBe(await smd());
  });

  test("-o writes a file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "drmeta-escalc-"));
    try {
      const file = join(folder, "effects.csv");
      const { stdout, exitCode } = await drmeta(["escalc", "OR", BCG, ...COUNTS, "-o", file]);
      expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 0 });
      expect(readFileSync(file, "utf8")).toBe((await drmeta(["escalc", "OR", BCG, ...COUNTS])).stdout);
      const nowhere = await drmeta(["escalc", "OR", BCG, ...COUNTS, "-o", join(folder, "a", "b.csv")]);
      expect(nowhere.exitCode).toBe(1);
      expect(nowhere.stderr).toContain("cannot write");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("help lists every measure with its arguments", async () => {
    const { stdout } = await drmeta(["escalc", "--help"]);
    expect(stdout).toContain("  RR      log risk ratio (ai, bi, ci, di, n1i, n2i)");
  });
});

describe("drmeta fit --escalc", () => {
  test("the BCG trials from counts to a location-scale model, the same as from their effect sizes", async () => {
    const model = ["yi ~ ablat + meta_V(V = vi)", "sigma ~ ablat", "--json"];
    const direct = await drmeta(["fit", BCG, ...model]);
    const fromCounts = await drmeta(["fit", BCG, "--escalc", "RR ai=tpos bi=tneg ci=cpos di=cneg", ...model]);
    expect(fromCounts.exitCode).toBe(0);
    expect(fromCounts.stderr).toBe("");
    expect(JSON.parse(fromCounts.stdout).logLik).toBeCloseTo(JSON.parse(direct.stdout).logLik, 10);
  });

  test("--check looks at the numbers that the effect sizes were made of", async () => {
    const csv =
      "m,s,n,k,t,o\n10.2,0.4,50,9.8,0.5,48\n11,3.1,40,9.6,2.9,41\n12,2.7,90,10.1,3.3,88\n10.9,2.8,30,9.9,3.2,33\n";
    const smd = "SMD m1i=m sd1i=s n1i=n m2i=k sd2i=t n2i=o";
    const argv = ["fit", "-", "--escalc", smd, "yi ~ 1 + meta_V(V = vi)", "--check"];
    expect((await drmeta(argv, csv)).stdout).toMatch(/raw_sds +warning row 1 /);
    expect((await drmeta(["fit", BCG, "yi ~ 1 + meta_V(V = vi)", "--check"])).stdout).not.toContain("raw_");
  });

  test("tells what was done with the rows", async () => {
    const csv = "a,b,c d\n0,10,3\n4,9,5\n2,8,2\n5,9,1\n";
    const { exitCode, stderr } = await drmeta(
      ["fit", "-", "--escalc", 'OR ai=a bi=b ci="c d" di=12 to=if0all', "yi ~ 1 + meta_V(V = vi)"],
      csv,
    );
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: "drmeta: 0.5 was added to each count of 4 rows\n",
    });
  });
});
