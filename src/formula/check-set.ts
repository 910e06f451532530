import { DrmError } from "../errors";
import { deparse } from "./deparse";
import { type DparName, isNumbered, looksLikeDpar, phiOf, rho12, sdOf, sigmaOf, unknownDpar } from "./dpar";
import { type DparFormula, impliedDpar } from "./dpar-formula";
import { groupLabel } from "./random";

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
  const correlation = bivariate ? [given(rho12())] : [];
  return {
    family: bivariate ? "biv_gaussian" : "gaussian",
    dpars: [...locations, ...phis, ...sigmas, ...sds, ...correlation],
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

/** One for sd(a:b) and sd(b:a), another for sd1(a:b). */
function canonicalKey({ key, groupColumns, slope, structureFn }: DparFormula): string {
  if (groupColumns === null) return key;
  return `${key.split("(")[0]}(${slope ?? ""}|${structureFn ?? ""}|${[...groupColumns].sort().join(":")})`;
}

/** Whether a formula's name is that of a random term's SD; the columns of its grouping may be in another order. */
function isOf(dpar: DparName, name: DparName): boolean {
  const [a, b] = [dpar.groupColumns!, name.groupColumns!];
  if (dpar.structureFn !== name.structureFn || dpar.slope !== name.slope) return false;
  return a.length === b.length && a.every((column) => b.includes(column));
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
