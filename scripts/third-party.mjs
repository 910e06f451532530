// The licences of the packages whose code is inside the bundles, as one text.
import { readdirSync, readFileSync } from "node:fs";

const WIDTH = 100;
// not among the bundled files: the wasm holds its standard library, and as-bind a copy of its loader
const COMPILED_IN = ["node_modules/assemblyscript"];
const LICENSE_FILE = /^(licen[cs]e|copying)(\.\w+)?$/i;
// what a source file says about code that it took from elsewhere
const SOURCE_NOTICE = /\/\*[*!][\s\S]*?\*\//g;

/** @param {string[]} files bundled files, relative to the project */
export function thirdPartyLicenses(files) {
  const packages = new Map(COMPILED_IN.map((folder) => [folder, []]));
  for (const file of new Set(files)) {
    const folder = packageFolder(file);
    if (folder === null) continue;
    if (!packages.has(folder)) packages.set(folder, []);
    packages.get(folder).push(file);
  }
  const texts = new Map(); // text -> what it belongs to
  const add = (text, owner) => {
    const key = text.trim();
    if (key !== "") texts.set(key, (texts.get(key) ?? new Set()).add(owner));
  };
  const folders = [...packages.keys()].sort();
  const list = [];
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
    list.push(`${name} ${version} (${license})`);
    const licenses = readdirSync(folder).filter((file) => LICENSE_FILE.test(file));
    if (licenses.length === 0) throw new Error(`${folder}: no licence file to reproduce`);
    const notices = readdirSync(folder).filter((file) => /^notice/i.test(file));
    for (const file of [...licenses, ...notices]) add(readFileSync(`${folder}/${file}`, "utf8"), name);
    for (const file of packages.get(folder)) {
      for (const notice of sourceNotices(readFileSync(file, "utf8"))) add(notice, name);
    }
  }
  const sections = [...texts].map(([text, owners]) => `${wrap([...owners].sort().join(", "))}\n\n${text}`);
  const rule = `\n\n${"-".repeat(WIDTH)}\n\n`;
  const head = `The bundles of drmeta contain code of these packages:\n\n${list.join("\n")}`;
  return `${[head, ...sections].join(rule)}\n`;
}

/** The package a file belongs to, null for our own. */
function packageFolder(file) {
  const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file);
  return match === null ? null : match[1];
}

/** Copyright and licence comments beyond the header that only repeats the package's own licence file. */
function sourceNotices(source) {
  return (source.match(SOURCE_NOTICE) ?? [])
    .filter((comment) => /@license|copyright/i.test(comment))
    .map((comment) =>
      comment
        .replace(/^\/\*[*!]|\*\/$/g, "")
        .replace(/^[ \t]*\* ?/gm, "")
        .trim(),
    )
    .map((text) => (/## Notice/.test(text) ? text.slice(text.indexOf("## Notice")) : text))
    .filter((text) => !/^@license Apache-2\.0\s+Copyright \(c\) \d+ The Stdlib Authors/.test(text));
}

function wrap(text) {
  return text.replace(new RegExp(`(.{1,${WIDTH}})(?: |$)`, "g"), "$1\n").trimEnd();
}
