// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the examples are code
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

// `fit.dpars` says of each parameter what kind it is and which outcome and grouping it belongs to. A file that reads it off
// the name instead knows how names are made, and breaks when there is one more kind of them.

const ROOT = fileURLToPath(new URL("../", import.meta.url));
/** Names are taken apart and made here. */
const FORMULA = /^src\/formula\//;
/** Looks for a parameter in the words of an error, which has no more than them. */
const MESSAGES = "web/model/error-field.ts";

/** "mu", "sigma2", "sd1(", "s" */
const QUOTED = String.raw`["'\x60](?:mu|sigma|sd|rho12|s)[12]?\(?["'\x60]`;
/** The beginning of a template that makes a name: `sigma${outcome}`, `sd(${group})`, `${key}1` is none. */
const TEMPLATE = String.raw`\x60(?:mu|sigma|sd|rho)[12]?\(?\$\{`;
const OFFENCES = [
  // key.startsWith("sd"), key.replace("mu", "sigma"), "sigma1".endsWith("1"), key.split("sd(")
  String.raw`\.(?:startsWith|endsWith|includes|indexOf|split|replace)\((?:${QUOTED}(?!\s*\])|${TEMPLATE}|["'][12]["'])`,
  // location.slice(2), key.slice(2), dpar[2]; the keys of other things have other first letters
  String.raw`\b(?:dpar|location|scale)\.(?:slice|substring|charAt|at|match)\(|\bkey\.(?:slice|substring)\([23]`,
  String.raw`\b(?:dpar|location|scale)\[(?:\d|dpar|location|scale)`,
  // /^sd(\d?)/, /^(mu|sigma)/
  String.raw`/\^?\(?(?:\?:)?(?:mu|sigma|sd|rho12)(?:[|)\[(\\/12])`,
  TEMPLATE,
  String.raw`${QUOTED}\s*\+|\+\s*${QUOTED}`,
].map((source) => new RegExp(source));

function offencesIn(code: string): string[] {
  const withoutComments = code.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
  return withoutComments.split("\n").filter((line) => OFFENCES.some((offence) => offence.test(line)));
}

test.each([
  'const isMean = dpar.startsWith("mu");',
  "if (random.dpar.startsWith(`sd${location.slice(2)}(`)) continue;",
  "const scale = `sigma${outcome}`;",
  'const scale = "sigma" + outcome;',
  "return `sd(${group})`;",
  "const index = location.slice(2);",
  'const sigma = outcome.replace("mu", "sigma");',
  "const outcome = dpar[dpar.length - 1];",
  "const second = /^(?:mu|sigma|sd)2/.test(dpar);",
  "const number = /^sd(\\d?)/.exec(dpar)![1];",
  'const second = key.endsWith("2");',
])("an offence is found: %s", (line) => {
  expect(offencesIn(`// why\n${line}\n`)).toEqual([line]);
});

test.each([
  'const { dpar = "sigma" } = options;',
  "// sd(study) is `sd${n}(` of the second",
  "const { location } = outcome;",
  'if (kind === "sigma") return scale;',
  "lines.push(`${dpar} has no formula`);",
  'const what = sds.length === 0 ? "heterogeneity" : "sigma";',
])("other code is left alone: %s", (line) => {
  expect(offencesIn(line)).toEqual([]);
});

test("no file outside src/formula takes a dpar's name apart or makes one", () => {
  const found = ["src", "web"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /(?<!\.generated|\.d)\.tsx?$/.test(entry.name))
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
      .filter((path) => !FORMULA.test(path) && path !== MESSAGES)
      .flatMap((path) =>
        offencesIn(readFileSync(join(ROOT, path), "utf8")).map((line) => `${path}: ${line.trim()}`),
      ),
  );
  expect(found).toEqual([]);
});
