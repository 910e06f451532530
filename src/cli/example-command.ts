import { existsSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { DrmError } from "../errors";
import { checkDrm, drm, drmFormula, summary, varianceComponents } from "../index";
import type { CliIo, Outcome } from "./io";
import { readData } from "./read-data";
import { style } from "./style";

const FORMULAS = ["yi ~ habitat + duration + meta_V(V = vi)", "sigma ~ habitat"];
const LEVELS = { habitat: ["grassland", "forest"] };

/** `drmeta example`: a whole analysis on bundled data, with the command that repeats it. */
export function exampleCommand(io: CliIo, done: (outcome: Outcome) => void): Command {
  return new Command("example")
    .description("a worked example on bundled data: summary, checks, variance by group")
    .action(async () => done(await exampleOutcome(io)));
}

async function exampleOutcome(io: CliIo): Promise<Outcome> {
  const path = examplePath("restoration.csv");
  const data = (await readData(path, {}, io, [])).table({ factors: LEVELS });
  const fit = drm(drmFormula(...FORMULAS), { data });
  const heading = (text: string) => style(io.stdout, "bold", text);
  const sections = [
    `${heading("Restoration example")}: 80 simulated studies of the effect of restoration on biodiversity.`,
    "Does the effect differ between habitats, and do forest studies disagree more among themselves than grassland",
    `studies do? The first formula asks about the mean, the second about the extra heterogeneity. The same by hand:`,
    "",
    `  drmeta fit ${quoted(shown(path))} \\`,
    `    ${FORMULAS.map((formula) => `'${formula}'`).join(" ")} \\`,
    "    --levels habitat=grassland,forest --check",
    "",
    heading("Summary"),
    String(summary(fit)).trimEnd(),
    "",
    heading("Checks"),
    String(checkDrm(fit)).trimEnd(),
    "",
    heading("Variance by habitat"),
    String(varianceComponents(fit, { by: "habitat" })).trimEnd(),
    "",
  ];
  return { exitCode: fit.optim.code === 0 ? 0 : 3, stdout: sections.join("\n"), stderr: "" };
}

/** The bundled data lie in the package's examples folder, above this file whether it is bundled or not. */
function examplePath(name: string): string {
  for (const up of ["..", "../..", "../../.."]) {
    const path = fileURLToPath(new URL(`${up}/examples/${name}`, import.meta.url));
    if (existsSync(path)) return path;
  }
  throw new DrmError("bad_data", `examples/${name} is missing from this installation; install drmeta again`);
}

/** Relative to where the user is, unless that only climbs. */
function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}

function quoted(path: string): string {
  return /[^\w./\\:-]/.test(path) ? `'${path}'` : path;
}
