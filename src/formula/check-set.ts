import { DrmError } from "../errors";
import { deparse } from "./deparse";
import {
  corOf,
  type DparName,
  isNumbered,
  looksLikeDpar,
  phiOf,
  rho12,
  sdOf,
  sigmaOf,
  unknownDpar,
} from "./dpar";
import { type DparFormula, impliedDpar } from "./dpar-formula";
import { groupLabel, type RandomTerm } from "./random";

export interface FormulaSet {
  readonly family: "gaussian" | "biv_gaussian";
  readonly dpars: readonly DparFormula[];
}

/** Checks the formulas against each other, adds those that are implied and puts all in their order. */
export function checkSet(written: readonly DparFormula[]): FormulaSet {
  const numbered = written.some(isNumbered);
  const bivariate = numbered || written.some((dpar) => dpar.kind === "rho12");
  // a lone rho12 next to `yi ~ x` is a slip in a univariate model, not half a bivariate one
  if (bivariate && !numbered) {
    throw fail("rho12 is the residual correlation of two outcomes: it needs mu1 and mu2 formulas", written);
  }
  checkLocations(written, bivariate);
  checkTwice(written);
  const locations = bivariate ? [get(written, "mu1")!, get(written, "mu2")!] : [get(written, "mu")!];
  checkOutcomes(written, bivariate);
  checkKnownV(locations);
  const given = (name: DparName) => get(written, name.key) ?? impliedDpar(name);
  const phis = multipliers(written, locations).map(given);
  const sigmas = locations.map((location) => given(sigmaOf(location)));
  const sds = studyLevel(written, locations);
  const correlations = correlationsOf(locations);
  const correlation = bivariate ? [given(rho12())] : [];
  return {
    family: bivariate ? "biv_gaussian" : "gaussian",
    dpars: [...locations, ...phis, ...sigmas, ...sds, ...correlations, ...correlation],
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
    if (bivariate && dpar.outcome !== null && !isNumbered(dpar)) {
      const stem = dpar.kind === "sd" ? "sd" : dpar.kind;
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

/** phi of each outcome where V is known up to it; formulas of phi beside a known V are refused. */
function multipliers(written: readonly DparFormula[], locations: readonly DparFormula[]): DparName[] {
  if (locations[0]!.knownV?.proportional) return locations.map(phiOf);
  const phi = written.find(({ kind }) => kind === "phi");
  if (phi === undefined) return [];
  const V = 'meta_V(V = vi, scale = "proportional")';
  throw fail(
    `${phi.key} multiplies sampling variances that are known up to a constant: write ${V} in the formula of ${locations[0]!.key}, or remove that of ${phi.key}`,
    [phi],
  );
}

/** One sd(...) for every random intercept, in the order of the random intercepts. */
function studyLevel(written: readonly DparFormula[], locations: readonly DparFormula[]): DparFormula[] {
  const sds = written.filter((dpar) => dpar.kind === "sd");
  const used = new Set<DparFormula>();
  const result = locations.flatMap((location) =>
    location.random.map((random) => {
      const name = sdOf(location, random);
      const match = sds.find((dpar) => dpar.outcome === location.outcome && isOf(dpar, name));
      if (match === undefined) return impliedDpar(name);
      if (random.block !== null) {
        throw fail(
          `${match.key} has a formula, but its effects are those of ${random.block.written}, whose SDs are the same for all levels: remove the formula, or write independent effects, ${independent(random)}`,
          [match],
        );
      }
      used.add(match);
      // sd(b:a) for (1 | a:b): the random intercept's spelling is the one that results carry
      return { ...match, ...name };
    }),
  );
  for (const dpar of sds) {
    if (used.has(dpar)) continue;
    const where = isNumbered(dpar) ? `mu${dpar.outcome}` : "location";
    const { what, term } = missingTerm(dpar);
    throw fail(`${dpar.key} has a formula but there is no ${what}: add ${term} to the ${where} formula`, [
      dpar,
    ]);
  }
  return result;
}

/** One cor(...) for every block of correlated effects, in the order of their first effects. */
function correlationsOf(locations: readonly DparFormula[]): DparFormula[] {
  const found = new Map<string, DparName>();
  const tagged = new Map<string, Set<DparFormula>>();
  for (const location of locations) {
    for (const { block } of location.random) {
      if (block === null || block.form === null) continue;
      const name = corOf(location, block);
      if (!found.has(name.key)) found.set(name.key, name);
      if (block.tag === null) continue;
      const id = `${block.tag} | ${block.label}`;
      tagged.set(id, (tagged.get(id) ?? new Set()).add(location));
    }
  }
  for (const [id, users] of tagged) {
    if (users.size > 1) continue;
    const [tag, label] = id.split(" | ");
    const rest = locations.length > 1 ? `add (1 | ${id}) to the other formula, or` : "this model has one, so";
    throw fail(
      `the label '${tag}' of (1 | ${id}) is in one formula: it correlates the random effects of several; ${rest} write (1 | ${label})`,
      [...users],
    );
  }
  return [...found.values()].map(impliedDpar);
}

/** One for sd(a:b) and sd(b:a), another for sd1(a:b). */
function canonicalKey({ key, groupColumns, slope, structureFn }: DparFormula): string {
  if (groupColumns === null) return key;
  return `${key.split("(")[0]}(${slope ?? ""}|${structureFn ?? ""}|${[...groupColumns].sort().join(":")})`;
}

/** Whether a formula's name is that of a random term's SD; the columns of its grouping may be in another order. */
function isOf(dpar: DparName, name: DparName): boolean {
  // the column whose levels the effects are of is among the columns of the grouping
  if (name.within !== undefined) return dpar.key === name.key;
  const [a, b] = [dpar.groupColumns!, name.groupColumns!];
  if (dpar.structureFn !== name.structureFn || dpar.slope !== name.slope) return false;
  return a.length === b.length && a.every((column) => b.includes(column));
}

/** The same effects, independent of the others of their block. */
function independent({ slope, label, block }: RandomTerm): string {
  if (block?.within) return `(1 | ${label}:${block.within.column})`;
  return `(${slope === null ? "1" : `0 + ${slope.label}`} | ${label})`;
}

/** The random term that an SD would belong to. */
function missingTerm(dpar: DparName): { readonly what: string; readonly term: string } {
  const label = groupLabel(dpar.groupColumns!);
  const bar = `${dpar.slope === undefined ? "1" : `0 + ${dpar.slope}`} | ${label}`;
  const fn = dpar.structureFn;
  const source = fn === "phylo" ? "tree = tree" : "K = K";
  const kind = dpar.slope === undefined ? "intercept" : `slope of ${dpar.slope}`;
  return {
    what: `random ${kind} for ${fn === null ? label : `${fn}(${label})`}`,
    term: fn === null ? `(${bar})` : `${fn}(${bar}, ${source})`,
  };
}

function get(written: readonly DparFormula[], key: string): DparFormula | undefined {
  return written.find((dpar) => dpar.key === key);
}

function fail(sentence: string, formulas: readonly DparFormula[]): DrmError {
  return new DrmError("bad_formula", [sentence, ...formulas.map((dpar) => `  ${dpar.text}`)].join("\n"));
}
