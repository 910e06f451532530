import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { createSession } from "../../web/worker/session";
import { drmeta as batch, scratchFolder } from "../cli/batch/jobs";
import { commandLine } from "../cli/command-line";

/** Files as people have them: those beside the repository where they are, else the copies committed here. */
const SHARED = fileURLToPath(new URL("../../../shared/faults/files/", import.meta.url));
const FOLDER = existsSync(SHARED) ? SHARED : fileURLToPath(new URL("./faults/", import.meta.url));

type Numbers = Readonly<Record<string, number>>;

interface Case {
  readonly file: string;
  readonly formula: string;
  /** of the command line */
  readonly args?: readonly string[];
  /** estimates by dpar and term, or the message */
  readonly right: Numbers | string;
  /** what is said beside the result, apart from the file's name */
  readonly notes?: readonly string[];
  /** how its text is made of characters, and what stands between its cells: of "," and UTF-8 where not said */
  readonly delimiter?: string;
  readonly encoding?: "utf8" | "utf16le" | "latin1";
  /** the error is one of the model, and in a batch the result of its job */
  readonly isOfFit?: boolean;
}

const MEAN = "yi ~ 1 + meta_V(V = vi)";
const BASE = { "mu (Intercept)": 0.31042, "sigma (Intercept)": -0.9230574 };
const WITH_N = { "mu n": -0.0003046575 };
const COMMAS = "read with decimal commas: '-0,12' of column 'yi' is -0.12";
/** From metafor 3.8's rma(), method "ML", as all the moderators below; the others are of the files' own record. */
const LEVELS = { "mu (Intercept)": 0.516666667, "mu gpâche": 0.416666667, "mu gpêche": -0.366666667 };

const CASES: readonly Case[] = [
  { file: "00-base.csv", formula: MEAN, right: BASE, notes: [] },
  { file: "00-base.csv", formula: "yi ~ n + meta_V(V = vi)", right: WITH_N },
  { file: "01-eu-semicolon-decimalcomma.csv", formula: MEAN, right: BASE, notes: [COMMAS], delimiter: ";" },
  {
    file: "01-eu-semicolon-decimalcomma.csv",
    formula: "yi ~ n + meta_V(V = vi)",
    right: WITH_N,
    notes: [COMMAS],
    delimiter: ";",
  },
  { file: "02c-quoted-thousands-comma.csv", formula: MEAN, right: BASE, notes: [] },
  {
    file: "02c-quoted-thousands-comma.csv",
    formula: "yi ~ n + meta_V(V = vi)",
    right: WITH_N,
    notes: ["read with thousands set apart: '1,234' of column 'n' is 1234"],
  },
  {
    file: "02c-quoted-thousands-comma.csv",
    formula: "yi ~ n + meta_V(V = vi)",
    args: ["--decimal", ","],
    right: "column 'yi', row 1 (line 2): '-0.12' is not a number with decimal commas (nor ",
  },
  {
    file: "02h.csv",
    formula: "yi ~ I(x / 1e8) + meta_V(V = vi)",
    right: { "mu I(x/1e+08)": 0.2383855636 },
    notes: [],
  },
  {
    file: "03b-unicode-minus-mod-only.csv",
    formula: "yi ~ temp + meta_V(V = vi)",
    right: { "mu temp": 0.04425801344 },
  },
  { file: "00-base.csv", formula: "yi ~ temp + meta_V(V = vi)", right: { "mu temp": 0.04425801344 } },
  {
    file: "05d-dots-6of12.csv",
    formula: "yi ~ dur + meta_V(V = vi)",
    right: { nobs: 6 },
    notes: ["column 'dur': '.' (6 cells) read as missing"],
  },
  {
    file: "05d-dots-7of12.csv",
    formula: "yi ~ dur + meta_V(V = vi)",
    right: { nobs: 5, "mu (Intercept)": 0.4982754882, "mu dur": 0.03665237326 },
    notes: ["column 'dur': '.' (7 cells) read as missing"],
  },
  {
    file: "06c-utf16le-bom.csv",
    formula: MEAN,
    right: BASE,
    notes: ["read as UTF-16 text"],
    delimiter: "\t",
    encoding: "utf16le",
  },
  {
    file: "06k-cp1252-three-levels.csv",
    formula: "yi ~ g + meta_V(V = vi)",
    right: LEVELS,
    notes: ["read as Windows-1252 text"],
    encoding: "latin1",
  },
  { file: "06k-utf8.csv", formula: "yi ~ g + meta_V(V = vi)", right: LEVELS, notes: [] },
  { file: "07-trailing-empty-columns.csv", formula: MEAN, right: BASE, notes: [] },
  {
    file: "07e-title-row.csv",
    formula: MEAN,
    right:
      "line 1 ('Table 2. Effect sizes of the review') is a title: take out what stands above the header, which seems to be line 3 (",
  },
  { file: "07g-sep-line.csv", formula: MEAN, right: BASE, notes: [], delimiter: ";" },
  { file: "07j-index-column.csv", formula: MEAN, right: BASE, notes: [] },
  { file: "08-duplicate-names-unused.csv", formula: MEAN, right: BASE, notes: [] },
  {
    file: "08-duplicate-names-unused.csv",
    formula: "yi ~ note + meta_V(V = vi)",
    right: "both 'note'; rename the one that is not meant",
  },
  {
    file: "10-dates.csv",
    formula: "yi ~ date + meta_V(V = vi)",
    right:
      "column 'date', row 1 (line 2): '2015-01-12' is not a number but a date (nor '2015-02-12' (line 3), ",
  },
  {
    file: "10-dates.csv",
    formula: "yi ~ us + meta_V(V = vi)",
    right: "'1/12/2015' is not a number but a date",
  },
  {
    file: "10-dates.csv",
    formula: "yi ~ mon + meta_V(V = vi)",
    right: "'Mar-15' is not a number but a date",
  },
  {
    file: "12b-tabs-decimalcomma.tsv",
    formula: MEAN,
    right: BASE,
    notes: [COMMAS],
    delimiter: "\t",
  },
  { file: "12c-pipe.csv", formula: MEAN, right: BASE, notes: [], delimiter: "|" },
  {
    file: "15-inequality.csv",
    formula: MEAN,
    right: "column 'vi', row 4 (line 5): '<0.05' is not a number but a limit; ",
  },
  {
    file: "15-inequality.csv",
    formula: "yi ~ dur",
    right:
      "column 'dur', row 2 (line 3): '>100' is not a number but a limit (nor '~50' (line 4)); write the number, or nothing where it " +
      "is missing (na declares codes for that), or factor(dur) if it is a category",
  },
  {
    file: "17b-bigids-partial.csv",
    formula: "yi ~ 1 + (1 | id17) + meta_V(V = vi)",
    right: { nobs: 12, levels: 6 },
  },
  {
    file: "17c-id-1.10.csv",
    formula: "yi ~ 1 + (1 | lab) + meta_V(V = vi)",
    // were 1.1 and 1.10 one level, it would have two rows
    right: "every level of 'lab' has one row",
    isOfFit: true,
  },
  {
    file: "20-currency.csv",
    formula: "yi ~ cost + meta_V(V = vi)",
    right:
      "column 'cost', row 1 (line 2): '€1234' is not a number but an amount of money (nor '€640' (line 3), '€412'",
  },
  {
    file: "27-mixed-ids.csv",
    formula: "yi ~ 1 + (1 | Study.ID) + meta_V(V = vi)",
    right: {
      "mu (Intercept)": 0.31041996,
      "sigma (Intercept)": -0.923057326,
      logLik: -7.57619427,
      levels: 7,
    },
    notes: [],
  },
  {
    file: "27-mixed-ids.csv",
    formula: "yi ~ Study.ID + meta_V(V = vi)",
    right: "column 'Study.ID', row 3 (line 4): '488_1' is not a number; ",
  },
  {
    file: "27-mixed-ids.csv",
    formula: "yi ~ n_feature + meta_V(V = vi)",
    right: "column 'n_feature', row 4 (line 5): '1-2' is not a number but a range; ",
  },
  {
    file: "27-mixed-ids.csv",
    formula: "yi ~ factor(year) + meta_V(V = vi)",
    right: { "mu factor(year)1994a": 0.16351621914 },
  },
  { file: "29-book.xlsx", formula: MEAN, right: "this is a zip archive without a workbook in it" },
];

/** What a fit's JSON has of the right numbers, by their names. */
function check(json: Record<string, unknown>, right: Numbers): void {
  const { coefficients, random } = json as {
    coefficients: { dpar: string; term: string; estimate: number | null }[];
    random?: { level: string }[];
  };
  for (const [name, value] of Object.entries(right)) {
    if (name === "levels") expect(new Set(random!.map(({ level }) => level)).size).toBe(value);
    else if (name === "nobs" || name === "logLik") expect(json[name]).toBeCloseTo(value, 7);
    else {
      const found = coefficients.find(({ dpar, term }) => `${dpar} ${term}` === name);
      expect(found, `${name} among ${coefficients.map(({ dpar, term }) => `${dpar} ${term}`)}`).toBeDefined();
      expect(Math.abs(found!.estimate! - value)).toBeLessThan(1e-4 * Math.abs(value));
    }
  }
}

const { file: write } = scratchFolder();

/** The file with a column that names one data set: as a table of many it has one. */
function withSet({ file, delimiter = ",", encoding = "utf8" }: Case): string {
  const rows = readFileSync(FOLDER + file, encoding === "latin1" ? "latin1" : encoding).split("\n");
  const header = rows.findIndex((row) => row.includes("yi"));
  const text = rows.map((row, i) => {
    if (i < header || row.trim() === "") return row;
    const mark = row.startsWith("\ufeff") ? "\ufeff" : "";
    return `${mark}${i === header ? "set" : "A"}${delimiter}${row.slice(mark.length)}`;
  });
  return write(`set-${file}`, Buffer.from(text.join("\n"), encoding));
}

describe.each(CASES)("$file, $formula", (one) => {
  const { file, formula, args = [], right, notes } = one;

  test("fit", async () => {
    const { exitCode, stdout, stderr } = await commandLine([
      "fit",
      FOLDER + file,
      formula,
      ...args,
      "--json",
    ]);
    if (typeof right === "string") {
      expect(stderr).toContain(right);
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
      return;
    }
    expect(exitCode, stderr).toBe(0);
    check(JSON.parse(stdout), right);
    if (notes !== undefined)
      expect(stderr).toBe(notes.map((note) => `drmeta: ${FOLDER}${file}: ${note}\n`).join(""));
  });

  // a spreadsheet is read by the same function; test/cli/batch/spreadsheet.test.ts has whole ones
  test.skipIf(file.endsWith(".xlsx"))("batch --by, and a job with a path", async () => {
    const path = withSet(one);
    const job = write(
      "job.ndjson",
      `${JSON.stringify({ id: "A", path: FOLDER + file, formulas: [formula] })}\n`,
    );
    const byTable = await batch([path, "--by", "set", "--formula", formula, "--workers", "1", ...args]);
    const byJob = await batch([job, "--workers", "1", ...args]);
    if (typeof right === "string") {
      expect(one.isOfFit ? JSON.parse(byTable.stdout).error.message : byTable.stderr).toContain(right);
      expect(byTable.exitCode).toBe(one.isOfFit ? 3 : 1);
      expect(JSON.parse(byJob.stdout).error.message).toContain(right);
      return;
    }
    for (const { stdout, stderr } of [byTable, byJob]) {
      expect(stdout, stderr).not.toBe("");
      check(JSON.parse(stdout), right);
    }
    if (notes !== undefined)
      expect(byTable.stderr).toBe(notes.map((note) => `drmeta: ${path}: ${note}\n`).join(""));
  });

  // what cannot be fitted is chosen in vain: the page says so of the column
  test.skipIf(args.length > 0)("the page", async () => {
    const session = createSession();
    const model = { formulas: [formula], method: "ML", reference: {}, test: "z" } as const;
    const answer = async () => {
      const overview = await session.load({
        bytes: new Uint8Array(readFileSync(FOLDER + file)),
        reading: {},
      });
      return { overview, json: JSON.parse(session.file(model, "fit.json")) };
    };
    if (typeof right === "string") {
      await expect(answer()).rejects.toThrow(right);
      return;
    }
    const { overview, json } = await answer();
    check(json, right);
    if (notes !== undefined) expect(overview.notes).toEqual(expect.arrayContaining([...notes]));
  });
});

test("robust errors by identifiers of 17 digits", async () => {
  const { stdout } = await commandLine([
    "fit",
    `${FOLDER}17b-bigids-partial.csv`,
    MEAN,
    "--robust",
    "id17",
    "--json",
  ]);
  const { coefficients } = JSON.parse(stdout);
  expect(coefficients[0].std_error).toBeCloseTo(0.1203742, 6);
});
