import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { article, count, listed, plural } from "../src/words";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

test.each([
  [0, "row", "0 rows"],
  [1, "row", "1 row"],
  [2, "study", "2 studies"],
  [1, "study", "1 study"],
  [3, "degree of freedom", "3 degrees of freedom"],
  [2, "day", "2 days"],
])("%d %s", (n, noun, text) => {
  expect(count(n, noun)).toBe(text);
});

test("articles, and lists that may be empty", () => {
  expect([article("number"), article("object"), article("Array")]).toEqual([
    "a number",
    "an object",
    "an Array",
  ]);
  expect([listed([]), listed(["a"]), listed(["a", "b"])]).toEqual(["", " (a)", " (a, b)"]);
  const many = Array.from({ length: 100 }, (_, i) => `x${i}`);
  expect(listed(many)).toMatch(/^ \(x0, .*x19, \.\.\. 100 in all\)$/);
});

/** Nouns of which there may be one: what is written after a number in a message. */
const NOUNS = [
  ...[
    "row",
    "column",
    "level",
    "study",
    "effect size",
    "value",
    "cell",
    "point",
    "cluster",
    "coefficient",
    "parameter",
  ],
  ...[
    "formula",
    "grouping",
    "outcome",
    "group",
    "combination",
    "job",
    "fit",
    "replicate",
    "variable",
    "term",
    "moderator",
  ],
];

/** Numbers that are never 1 where they stand. */
const NEVER_ONE: readonly RegExp[] = [
  /\$\{[A-Z_]+\} /, // a constant
  /same\.length|groups\.length > 1|groups\.length\} groupings|all \$\{total\} rows|largestCluster/,
  /level\)\} \$\{how\} intervals|count\(/,
];

test("a number that may be 1 never stands before a plural", () => {
  const after = new RegExp(`\\$\\{[^{}]*\\} (?:${NOUNS.map(plural).join("|")})\\b`);
  const offenders = [...sources("src"), ...sources("web")].flatMap((file) =>
    readFileSync(`${ROOT}${file}`, "utf8")
      .split("\n")
      .filter((line) => after.test(line) && !NEVER_ONE.some((fine) => fine.test(line)))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(offenders).toEqual([]);
});

test("an article never stands before a word that is not known", () => {
  const offenders = [...sources("src"), ...sources("web")].flatMap((file) =>
    readFileSync(`${ROOT}${file}`, "utf8")
      .split("\n")
      .filter((line) => /\ban? \$\{(?!character|noun|OUT_OF_LINE)/.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(offenders).toEqual([]);
});

function sources(folder: string): string[] {
  return readdirSync(`${ROOT}${folder}`, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.includes(".generated."))
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(ROOT.length));
}
