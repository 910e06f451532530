import { DrmError } from "../errors";
import { deparse } from "./deparse";
import { looksLikeDpar, unknownDpar } from "./dpar";
import { type DparFormula, impliedDpar } from "./dpar-formula";
import type { RandomTerm } from "./random";

export interface FormulaSet {
  readonly family: "gaussian" | "biv_gaussian";
  readonly dpars: readonly DparFormula[];
}

/** Checks the formulas against each other, adds those that are implied and puts all in their order. */
export function checkSet(written: readonly DparFormula[]): FormulaSet {
  const bivariate = written.some((dpar) => dpar.outcome > 0 || dpar.kind === "rho12");
  // a lone rho12 next to `yi ~ x` is a slip in a univariate model, not half a bivariate one
  if (bivariate && !written.some((dpar) => dpar.outcome > 0)) {
    throw fail("rho12 is the residual correlation of two outcomes: it needs mu1 and mu2 formulas", written);
  }
  checkLocations(written, bivariate);
  checkTwice(written);
  const locations = bivariate ? [get(written, "mu1")!, get(written, "mu2")!] : [get(written, "mu")!];
  checkOutcomes(written, bivariate);
  checkKnownV(locations);
  const sigmas = locations.map(({ outcome }) => {
    const key = outcome === 0 ? "sigma" : `sigma${outcome}`;
    return get(written, key) ?? impliedDpar({ key, kind: "sigma", outcome, group: null, response: null });
  });
  const sds = studyLevel(written, locations);
  const rho12 = !bivariate
    ? []
    : [
        get(written, "rho12") ??
          impliedDpar({ key: "rho12", kind: "rho12", outcome: 0, group: null, response: null }),
      ];
  return {
    family: bivariate ? "biv_gaussian" : "gaussian",
    dpars: [...locations, ...sigmas, ...sds, ...rho12],
  };
}

function checkLocations(written: readonly DparFormula[], bivariate: boolean): void {
  const plain = written.filter((dpar) => dpar.key === "mu");
  if (bivariate && plain.length > 0) {
    const { response, text } = plain[0]!;
    if (looksLikeDpar(response!)) throw unknownDpar(deparse(response!), text);
    throw fail(`a bivariate model has mu1 and mu2: write mu1 = ${text}`, plain);
  }
  if (bivariate) {
    for (const [key, other] of [
      ["mu1", "mu2"],
      ["mu2", "mu1"],
    ] as const) {
      if (get(written, key) === undefined) {
        const found =
          get(written, other) === undefined ? "neither mu1 nor mu2 has" : `${other} has one, ${key} has`;
        throw fail(
          `a bivariate model needs two location formulas (${found} none): write ${key} = y ~ x`,
          written,
        );
      }
    }
    return;
  }
  if (plain.length === 0) {
    throw fail("no location formula: add one with a response, such as yi ~ x", written);
  }
  if (plain.length > 1) {
    const suspect = plain.find((dpar) => looksLikeDpar(dpar.response!));
    if (suspect !== undefined) throw unknownDpar(deparse(suspect.response!), suspect.text);
    throw fail(
      "a second location formula: a model has one response (for two outcomes write mu1 = y1 ~ x and mu2 = y2 ~ x)",
      plain,
    );
  }
}

function checkTwice(written: readonly DparFormula[]): void {
  for (const dpar of written) {
    const same = written.filter((other) => canonicalKey(other) === canonicalKey(dpar));
    if (same.length > 1) throw fail(`${dpar.key} has ${same.length} formulas: keep one`, same);
  }
}

function checkOutcomes(written: readonly DparFormula[], bivariate: boolean): void {
  for (const dpar of written) {
    if (bivariate && dpar.outcome === 0 && dpar.kind !== "rho12") {
      const stem = dpar.kind === "sigma" ? "sigma" : "sd";
      const rest = dpar.key.slice(stem.length);
      const wanted = `${stem}1${rest} ~ x and ${stem}2${rest} ~ x`;
      throw fail(`in a bivariate model ${dpar.key} belongs to one outcome: write ${wanted}`, [dpar]);
    }
  }
}

function checkKnownV(locations: readonly DparFormula[]): void {
  const [first, second] = locations;
  if (second?.knownV == null) return;
  const rule = "one V covers both outcomes and stands in the formula of mu1";
  throw fail(
    first?.knownV == null
      ? `the V term is in the formula of mu2: ${rule}; move it there`
      : `mu1 and mu2 both have a V term: ${rule}; take it out of mu2`,
    [second],
  );
}

/** One sd(...) for every random intercept, in the order of the random intercepts. */
function studyLevel(written: readonly DparFormula[], locations: readonly DparFormula[]): DparFormula[] {
  const sds = written.filter((dpar) => dpar.kind === "sd");
  const used = new Set<DparFormula>();
  const result = locations.flatMap((location) =>
    location.random.map((random) => {
      const { outcome } = location;
      const key = sdKey(random, outcome);
      const match = sds.find((dpar) => dpar.outcome === outcome && sameGroup(dpar.group!, random.group));
      if (match === undefined)
        return impliedDpar({ key, kind: "sd", outcome, group: random.group, response: null });
      used.add(match);
      // sd(b:a) for (1 | a:b): the random intercept's spelling is the one that results carry
      return { ...match, key, group: random.group };
    }),
  );
  for (const dpar of sds) {
    if (used.has(dpar)) continue;
    const where = dpar.outcome === 0 ? "location" : `mu${dpar.outcome}`;
    const label = dpar.key.replace(/^sd[12]?\((.*)\)$/, "$1");
    const sentence = `${dpar.key} has a formula but there is no random intercept for ${label}`;
    throw fail(`${sentence}: add (1 | ${label}) to the ${where} formula`, [dpar]);
  }
  return result;
}

function sdKey(random: RandomTerm, outcome: 0 | 1 | 2): string {
  return `sd${outcome === 0 ? "" : outcome}(${random.label})`;
}

function canonicalKey(dpar: DparFormula): string {
  return dpar.group === null ? dpar.key : `sd${dpar.outcome}(${[...dpar.group].sort().join(":")})`;
}

function sameGroup(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((column) => b.includes(column));
}

function get(written: readonly DparFormula[], key: string): DparFormula | undefined {
  return written.find((dpar) => dpar.key === key);
}

function fail(sentence: string, formulas: readonly DparFormula[]): DrmError {
  return new DrmError("bad_formula", [sentence, ...formulas.map((dpar) => `  ${dpar.text}`)].join("\n"));
}
