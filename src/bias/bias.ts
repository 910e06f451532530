import { DrmError } from "../errors";
import type { Fit, TestStatistic } from "../index";
import { checkOptions, type OptionKinds } from "../options";
import { formatColumn, formatFixed, formatPValue } from "../report/format";
import { type Printable, printable } from "../report/printable";
import { numberColumn, type ReportTable, tableText } from "../report/text-table";
import { effectsOf } from "./effects";
import type { Estimate } from "./estimate";
import { type ExcessSignificance, excessSignificance } from "./excess-significance";
import { type FailSafeN, type FailSafeType, failSafeN } from "./fail-safe";
import { type HenmiCopas, henmiCopas } from "./henmi-copas";
import { type RankTest, rankTest } from "./rank-test";
import { biasSentences } from "./sentences";
import { type PetPeese, petPeese, type SmallStudy } from "./small-study";
import { snake } from "./snake";
import { type TrimFill, type TrimFillEstimator, trimFill } from "./trim-fill";
import {
  uwls,
  type Waap,
  type WeightedLine,
  type WeightedMean,
  waap,
  weightedLine,
} from "./weighted-least-squares";

export interface BiasOptions {
  /** of the refits of the fit itself, as in summary(); after robust() "t" is the default */
  readonly test?: TestStatistic;
  /** default 0.95 */
  readonly level?: number;
}

/** Every method by its name; null where it does not suit the fit, with the reason in `refused`. */
export interface Bias {
  /** refits of the fit itself: see smallStudy() */
  readonly petPeese: PetPeese | null;
  /** weighted least squares on standard errors: the slope is Egger's test, the intercept PET */
  readonly petWls: WeightedLine | null;
  /** weighted least squares on variances: the intercept is PEESE */
  readonly peeseWls: WeightedLine | null;
  readonly rank: RankTest | null;
  readonly trimFill: Readonly<Record<TrimFillEstimator, TrimFill | null>>;
  readonly henmiCopas: HenmiCopas | null;
  readonly uwls: WeightedMean | null;
  readonly waap: Waap | null;
  readonly failSafeN: Readonly<Record<FailSafeType, FailSafeN>> | null;
  readonly excessSignificance: ExcessSignificance | null;
  /** why a method gives nothing here, by its name */
  readonly refused: Readonly<Record<string, string>>;
  readonly level: number;
  /** for a results section; report() takes them by its option `bias` */
  readonly sentences: readonly string[];
}

const BIAS_OPTIONS: OptionKinds<BiasOptions> = { test: "text", level: "number" };

/**
 * All methods for small-study effects and publication bias that suit a fit, in one table. None of them sees what is missing:
 * each asks for a trace that suppression leaves under its own assumptions, which the table names. Plain data;
 * `String(...)` gives the table.
 *
 * @throws DrmError "not_supported" for two outcomes and likelihood weights, "bad_known_v" without sampling variances;
 *   "bad_option" for an unknown option. What a single method refuses is in `refused`
 */
export function bias(fit: Fit, options: BiasOptions = {}): Printable<Bias> {
  checkOptions("bias", options, BIAS_OPTIONS);
  const { level = 0.95 } = options;
  const refused: Record<string, string> = {};
  const tried = <T>(name: string, method: () => T): T | null => {
    try {
      return method();
    } catch (error) {
      if (!(error instanceof DrmError)) throw error;
      refused[name] = error.message;
      return null;
    }
  };
  // what all of them refuse is refused at once
  effectsOf("bias", fit);
  const found = {
    petPeese: tried("petPeese", () => petPeese(fit, options)),
    petWls: tried("petWls", () => weightedLine(fit, "sei", { level })),
    peeseWls: tried("peeseWls", () => weightedLine(fit, "vi", { level })),
    rank: tried("rank", () => rankTest(fit)),
    trimFill: {
      L0: tried("trimFill", () => trimFill(fit, { estimator: "L0", level })),
      R0: tried("trimFill", () => trimFill(fit, { estimator: "R0", level })),
      Q0: tried("trimFill", () => trimFill(fit, { estimator: "Q0", level })),
    },
    henmiCopas: tried("henmiCopas", () => henmiCopas(fit, { level })),
    uwls: tried("uwls", () => uwls(fit, { level })),
    waap: tried("waap", () => waap(fit, { level })),
    failSafeN: tried("failSafeN", () => {
      const by = (type: FailSafeType) => failSafeN(fit, { type });
      return {
        Rosenthal: by("Rosenthal"),
        Orwin: by("Orwin"),
        Rosenberg: by("Rosenberg"),
        General: by("General"),
      };
    }),
    excessSignificance: tried("excessSignificance", () => excessSignificance(fit)),
    refused,
    level,
  };
  const data: Bias = { ...found, sentences: biasSentences(found) };
  return printable(data, (own) => biasTables(own).map(tableText).join("\n\n"), biasTables);
}

/** A line of the table. */
interface Line extends Partial<Omit<Estimate, "statistic" | "df">> {
  readonly method: string;
  readonly assumes: string;
}

/** Those that test first, then the means, then the numbers. */
function linesOf(bias: Bias): Line[] {
  const lines: Line[] = [];
  const add = (method: string, numbers: Omit<Line, "method" | "assumes">, assumes: string) => {
    lines.push({ method, ...numbers, assumes });
  };
  const { petPeese, petWls, peeseWls, rank, excessSignificance } = bias;
  if (petPeese !== null) {
    add(
      "Egger's test (slope)",
      petPeese.pet.slope,
      "without bias effects do not depend on standard errors; moderators and heterogeneity may make them",
    );
  }
  if (petWls !== null)
    add("Egger's test, weighted least squares", petWls.slope, "the same, one mean, variances times a factor");
  if (rank !== null)
    add(
      "rank correlation (Kendall's tau)",
      { estimate: rank.tau, pValue: rank.pValue },
      "the same by ranks; little power below 25 effect sizes",
    );
  if (excessSignificance !== null) {
    const { observed, expected, pValue } = excessSignificance;
    add(
      "excess significance (observed - expected)",
      { estimate: observed - expected, pValue },
      "one true effect, and that effect known",
    );
  }
  if (petPeese !== null) {
    const { pet, peese, chosen } = petPeese;
    const mark = (name: string) => (name === chosen ? `${name} (chosen)` : name);
    add(
      mark("PET"),
      pet.adjusted,
      "the mean of a study without sampling error, by a straight line in standard errors",
    );
    add(
      mark("PEESE"),
      peese.adjusted,
      "the same, by a straight line in variances; for where there is an effect",
    );
  }
  if (petWls !== null)
    add("PET, weighted least squares", petWls.intercept, "as PET, variances times a factor");
  if (peeseWls !== null)
    add("PEESE, weighted least squares", peeseWls.intercept, "as PEESE, variances times a factor");
  for (const found of Object.values(bias.trimFill)) {
    if (found === null) continue;
    const { filled, side, estimator } = found;
    add(
      `trim and fill ${estimator} (${filled} on the ${side})`,
      found,
      "what is missing are the most extreme on one side of a symmetric funnel; no heterogeneity",
    );
  }
  if (bias.henmiCopas !== null)
    add(
      "Henmi and Copas",
      bias.henmiCopas,
      "small studies are biased more, so that weights 1/v mislead less",
    );
  if (bias.uwls !== null)
    add("unrestricted weighted least squares", bias.uwls, "the same, variances times a factor");
  if (bias.waap !== null) {
    add(
      `adequately powered (${bias.waap.adequate.length})`,
      bias.waap,
      "studies with a power of 80 % are not selected",
    );
  }
  return lines;
}

function biasTables(bias: Bias): ReportTable[] {
  const lines = linesOf(bias);
  const column = (header: string, value: (line: Line) => number | undefined) =>
    numberColumn(
      header,
      lines.map((line) => value(line) ?? Number.NaN),
      (values) => formatColumn(values, 4),
    );
  const main: ReportTable = {
    caption: "Small-study effects and publication bias",
    columns: [
      { header: "method", cells: lines.map(({ method }) => method), align: "left" },
      column("estimate", ({ estimate }) => estimate),
      column("std_error", ({ stdError }) => stdError),
      column("lower", ({ lower }) => lower),
      column("upper", ({ upper }) => upper),
      pColumn(lines.map(({ pValue = Number.NaN }) => pValue)),
    ],
    notes: [...notesOf(bias), ...leftOut(bias), ...assumptions(lines)],
  };
  if (bias.failSafeN === null) return [main];
  const numbers = Object.values(bias.failSafeN);
  const failSafe: ReportTable = {
    caption: "Fail-safe N",
    columns: [
      { header: "fail-safe N", cells: numbers.map(({ type }) => type), align: "left" },
      numberColumn(
        "number",
        numbers.map(({ number }) => number),
        (values) => values.map((value) => formatFixed(value, 0)),
      ),
      pColumn(numbers.map(({ pValue }) => pValue)),
    ],
    notes: [
      "effect sizes averaging 0 that would change the conclusion; whether any are missing it does not say",
    ],
  };
  return [main, failSafe];
}

function pColumn(values: readonly number[]) {
  return numberColumn("p", values, (all) => all.map(formatPValue));
}

function notesOf(bias: Bias): string[] {
  const notes = new Set<string>();
  for (const part of Object.values(bias)) {
    for (const note of (part as { notes?: readonly string[] } | null)?.notes ?? []) notes.add(note);
  }
  return [...notes];
}

/** A line a reason, with all methods that it leaves out. */
function leftOut({ refused }: Bias): string[] {
  const byReason = new Map<string, string[]>();
  for (const [name, message] of Object.entries(refused)) {
    const reason = message.replace(/^\w+\(\) /, "");
    byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
  }
  return [...byReason].map(([reason, names]) => `left out: ${names.join(", ")}: ${reason}`);
}

/** A line an assumption, with all methods that make it. */
function assumptions(lines: readonly Line[]): string[] {
  const byAssumption = new Map<string, string[]>();
  for (const { method, assumes } of lines) {
    const name = method.replace(/ \(.*/, "");
    byAssumption.set(assumes, [...(byAssumption.get(assumes) ?? []), name]);
  }
  const told = [...byAssumption].map(([assumes, names]) => `  ${names.join(", ")}: ${assumes}`);
  return ["assumptions:", ...told];
}

/** As `drmeta bias --json` has it. */
export function biasJson(bias: Bias): Record<string, unknown> {
  const of = (study: SmallStudy | undefined) => study && { ...study.adjusted, slope: study.slope };
  const line = (fitted: WeightedLine | null) => fitted && { ...fitted.intercept, slope: fitted.slope };
  const { petPeese, petWls, peeseWls, rank } = bias;
  return snake({
    egger: petPeese && { ...petPeese.pet.slope, limit: petPeese.pet.adjusted },
    pet: of(petPeese?.pet) ?? null,
    peese: of(petPeese?.peese) ?? null,
    petPeese: petPeese && { chosen: petPeese.chosen, ...petPeese.adjusted },
    eggerWls: petWls && { ...petWls.slope, limit: petWls.intercept },
    petWls: line(petWls),
    peeseWls: line(peeseWls),
    rank: rank && { estimate: rank.tau, ...rank },
    trimfill: bias.trimFill,
    henmiCopas: bias.henmiCopas,
    fsn: bias.failSafeN,
    tes: bias.excessSignificance,
    uwls: bias.uwls,
    waap: bias.waap,
    refused: bias.refused,
    level: bias.level,
  }) as Record<string, unknown>;
}
