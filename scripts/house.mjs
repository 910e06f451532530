// npm run house [-- COMMIT] [--list LETTER]
//
// Counts how far some knowledge has spread over the sources of a commit, by default of the working tree: how many files of
// src/, assembly/ and bindings/ name what only a few should know. Regular expressions over the code without its comments:
// they see names, not meaning. `--list a` prints the files of (a) with how often they name it.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const FOLDERS = ["src", "assembly", "bindings"];

/** A name of a dpar in quotes, or a template that makes one: "mu", "sd2(", `sd${outcome}(`. */
const DPAR_NAME = String.raw`["'\x60](?:mu|sigma|sd|rho12)(?:[12]?\(?["'\x60]|\$\{)`;
/** The same, or the beginning that "sigma" and "sd" have in common. */
const DPAR_TEXT = String.raw`["'\x60](?:mu|sigma|sd|rho12|s(?=["']))(?:[12]?\(?["'\x60]|\$\{)`;
/** Asks whether a dpar's name begins so, or takes its beginning off for the outcome's number. */
const DPAR_PARTS = new RegExp(
  String.raw`\.startsWith\(${DPAR_TEXT}|\b(?:location|key|dpar|name)\.slice\([23]\)|\.endsWith\(["'][12]["']\)`,
  "g",
);

const COUNTS = [
  {
    letter: "a",
    what: "random intercepts: one level index a row, one omega a level",
    // `random` of a model or a fit is the list of intercepts, that of a formula what stands before a bar; the kernels of
    // nested levels, dense clusters and sparse systems are where levels belong; a unit by itself is that of a scale or of length 1, and as a
    // level it is in firstUnit and its like; omega by itself is an SD, while satterthwaite.ts has the matrix of that name
    outside:
      /^(?:src\/formula\/|assembly\/kernels\/(?:nested|dense|sparse)\/|src\/inference\/robust\/satterthwaite)/,
    names:
      /\bRandom(?:Intercept|Effect)s?\b|\brandomIntercepts?\b|\.random\b|\brandom\?\.|\b(?:first|row|nested|inner|unit|level)Units?\b|\bUnit[A-Z]\w*|\b(?:Nested|Inner|Largest|Row)Levels\b|\bField\.Levels\b|\b[lL]evel(?:Parent|End|Score|Inverse|Solved)\b|\b[oO]mega2?\b|\bobservedLevels\b|\blevelsBlock\b|\bfirstLevel\b/g,
  },
  {
    letter: "b",
    what: "two outcomes",
    // the switch on the family, all that has "bivariate" or "outcome" in its name, and dpars that only two outcomes have
    names: /biv_gaussian|["']gaussian["']|[bB]ivariate|\b\w*[oO]utcomes?\b|\brho12\b|\b(?:mu|sigma)[12]\b/g,
  },
  {
    letter: "c",
    what: "the kinds of a dpar, read off its name",
    // comparisons with a name, the parts of names, names that are put together, and designs or values looked up by name
    names: new RegExp(
      String.raw`(?:===|!==|\bcase)\s*${DPAR_NAME}|${DPAR_NAME}\s*(?:===|!==)|${DPAR_PARTS.source}|\x60(?:mu|sigma|sd)\$\{|\.(?:fitted|designs|fixed|response)\??\.(?:mu|sigma|rho12)[12]?\b|\/\^\(?\??:?(?:mu|sigma|sd|rho12)`,
      "g",
    ),
  },
  {
    letter: "d",
    what: "the packing of V in lower triangles",
    // i (i + 1) / 2 in its spellings, and what is called packed: not the jobs of a batch, and not panels of a factorization
    outside: /^(?:src\/batch\/|assembly\/kernels\/dense\/)/,
    names: /\bunpacked\(|\b[pP]ackedV\b|\*\s*\(\w+\s*\+\s*1\)\)?\s*(?:\/\s*2|>>>?\s*1)/g,
  },
  {
    letter: "e",
    what: "parts of a dpar's name outside src/formula/",
    // the same as in (c), but every single one counts
    names: DPAR_PARTS,
    uses: true,
    outside: /^src\/formula\//,
  },
];

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const { values, positionals } = parseArgs({ allowPositionals: true, options: { list: { type: "string" } } });
const [commit] = positionals;
if (values.list !== undefined && !COUNTS.some(({ letter }) => letter === values.list)) {
  console.error(`--list ${values.list}: wanted one of ${COUNTS.map(({ letter }) => letter).join(", ")}`);
  process.exit(2);
}
const codeOf = new Map([...sources()].map(([path, text]) => [path, withoutComments(text)]));
console.log(`${commit ?? "the working tree"}: ${codeOf.size} files`);
for (const count of COUNTS) {
  const found = filesThatName(count);
  const uses = found.reduce((sum, [, times]) => sum + times, 0);
  const number = count.uses ? `${uses} uses` : `${found.length} files`;
  console.log(`(${count.letter}) ${number.padStart(9)}  ${count.what}`);
  if (values.list !== count.letter) continue;
  for (const [path, times] of found) console.log(`      ${String(times).padStart(4)}  ${path}`);
}
const circles = importCircles();
console.log(`(f) ${`${circles.length}`.padStart(3)} groups  of files that import each other in a circle`);
for (const circle of circles) console.log(`      ${circle.join(", ")}`);

/** Path and text of every file that is written by hand. */
function sources() {
  const listing =
    commit === undefined
      ? ["ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", ...FOLDERS]
      : ["ls-tree", "-r", "-z", "--name-only", commit, "--", ...FOLDERS];
  const paths = git(listing)
    .toString()
    .split("\0")
    .filter((path) => path.endsWith(".ts") && !/\.generated\.|\.d\.ts$/.test(path));
  if (commit === undefined) return paths.map((path) => [path, readFileSync(path, "utf8")]);
  // one answer after the other: "<hash> blob <size>\n<text>\n"
  const answers = git(["cat-file", "--batch"], paths.map((path) => `${commit}:${path}\n`).join(""));
  let at = 0;
  return paths.map((path) => {
    const start = answers.indexOf("\n", at) + 1;
    const size = Number(answers.toString("utf8", at, start).trim().split(" ")[2]);
    at = start + size + 1;
    return [path, answers.toString("utf8", start, start + size)];
  });
}

function git(command, input = "") {
  return execFileSync("git", command, { input, maxBuffer: 2 ** 28 });
}

/** Comments explain: only what code does with a name counts. `//` of an address in a text stays. */
function withoutComments(text) {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
}

/** The files, and how often each. */
function filesThatName({ names, outside }) {
  return [...codeOf].flatMap(([path, code]) => {
    const times = outside?.test(path) ? 0 : [...code.matchAll(names)].length;
    return times === 0 ? [] : [[path, times]];
  });
}

/**
 * Groups of files each of which needs all others, `import type` apart, which the compiler erases: the strongly connected
 * components of the imports (Tarjan 1972, SIAM J. Comput. 1, 146-160).
 */
function importCircles() {
  const order = new Map();
  const lowest = new Map();
  const open = [];
  const groups = [];
  for (const path of codeOf.keys()) if (!order.has(path)) visit(path);
  return groups;

  function visit(path) {
    order.set(path, order.size);
    lowest.set(path, order.get(path));
    open.push(path);
    for (const to of importsOf(path)) {
      if (!order.has(to)) visit(to);
      if (open.includes(to)) lowest.set(path, Math.min(lowest.get(path), lowest.get(to)));
    }
    if (lowest.get(path) !== order.get(path)) return;
    const group = open.splice(open.indexOf(path));
    if (group.length > 1) groups.push(group.sort());
  }
}

function importsOf(path) {
  const statement = /^\s*(?:import|export)\b(?!\s+type\b)(?:[^"'`;]*?\bfrom)?\s*["'](\.[^"']+)["']/gm;
  return [...codeOf.get(path).matchAll(statement)].flatMap(([, to]) => {
    const target = normalize(join(dirname(path), to)).replace(/\.(js|ts)$/, "");
    return [`${target}.ts`, `${target}/index.ts`].filter((file) => codeOf.has(file));
  });
}
