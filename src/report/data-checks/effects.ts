/** Effect sizes: copies, outlying sizes and signs, one study that outweighs the rest. */
import { largest as largestOf } from "../../data/range";
import { type CheckRow, row } from "../checks/check";
import { count } from "../format";
import { cochran, type EffectSizes, median, rowsText } from "./effect-sizes";

/** Standardized mean differences and log ratios beyond this are rare. */
const LARGE_EFFECT = 2;
/** ... where most effects are of this size at most, so that the column is one of such measures. */
const ORDINARY_EFFECT = 1;
const Z = 1.96;
const CLEAR = 3;
const FEW = 8;
const MOST_ODD = 0.1;
const DOMINANT_SHARE = 0.5;
/** Expected number of coincidences from which copies say nothing. */
const BY_CHANCE = 1;

/** Rows that repeat a study, an effect and a variance, where the columns have so many digits that chance does not. */
export function duplicates({ effect, variance, y, v, study, rows }: EffectSizes): CheckRow {
  const name = "duplicates";
  const design = v.map((value, i) => JSON.stringify([study?.[i] ?? null, value]));
  const first = new Map<string, number>();
  const copies: (readonly [number, number])[] = [];
  y.forEach((value, i) => {
    const key = `${design[i]} ${value}`;
    const before = first.get(key);
    if (before === undefined) first.set(key, i);
    else copies.push([before, i]);
  });
  // pairs that agree by chance: effects of two digits in studies of one size do
  const pairs = (y.length * (y.length - 1)) / 2;
  const chance = (equalPairs(y) * equalPairs(design)) / pairs;
  if (copies.length === 0 || chance >= BY_CHANCE) {
    return row(name, "ok", "0", "No effect size is there twice beyond chance.");
  }
  const shown = copies.slice(0, 5).map(([a, b]) => `row ${rows[b]} repeats ${rows[a]}`);
  const more = copies.length > shown.length ? ", ..." : "";
  const what = study === null ? `${effect} and ${variance}` : `study, ${effect} and ${variance}`;
  return row(
    name,
    "note",
    count(copies.length, "row"),
    `The same ${what}: ${shown.join(", ")}${more}. Make sure that they are different results; a copy counts twice.`,
  );
}

function equalPairs(values: readonly (number | string)[]): number {
  const counts = new Map<number | string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let pairs = 0;
  for (const n of counts.values()) pairs += (n * (n - 1)) / 2;
  return pairs;
}

/** Only where most effects are small and precision does not excuse the size: a mean difference of 20 days is no news. */
export function largeEffects({ effect, y, v, rows }: EffectSizes): CheckRow {
  const name = "large_effects";
  const large = rows.filter((_, i) => Math.abs(y[i]) - Z * Math.sqrt(v[i]) > LARGE_EFFECT);
  const ordinary = median(y.map(Math.abs)) <= ORDINARY_EFFECT;
  if (!ordinary || large.length === 0 || large.length > MOST_ODD * y.length) {
    return row(name, "ok", "0", "No effect stands out by its size.");
  }
  const message =
    `|${effect}| is above ${LARGE_EFFECT} beyond doubt in ${rowsText(large)}, where most effects are below ${ORDINARY_EFFECT}: check the direction of ` +
    "subtraction, standard deviations that are standard errors, and the decimal point.";
  return row(name, "note", rowsText(large), message);
}

/**
 * An effect clearly on the other side of zero, also for the heterogeneity of the rest, where nearly all others agree in
 * sign and its size with another sign is theirs.
 */
export function outlyingSigns({ effect, y, v, rows }: EffectSizes): CheckRow {
  const name = "outlying_sign";
  const z = y.map((value, i) => value / Math.sqrt(v[i]));
  const negative = z.filter((value) => value < 0).length;
  const side = 2 * negative > z.length ? -1 : 1;
  const others = [...y.keys()].filter((i) => side * y[i] > 0);
  const largest = largestOf(others.map((i) => Math.abs(y[i])));
  // the rest alone: an outlier would excuse itself
  const { tau2 } = cochran({ y: others.map((i) => y[i]), v: others.map((i) => v[i]) });
  const center = median(y);
  const deviation = y.map((value, i) => (value - center) / Math.sqrt(v[i] + tau2));
  const against = z.filter((value) => side * value < 0).length;
  const odd = rows.filter(
    (_, i) => side * z[i] < -CLEAR && side * deviation[i] < -CLEAR && Math.abs(y[i]) <= largest,
  );
  const agree = z.filter((value) => side * value > CLEAR).length;
  const clear = against <= MOST_ODD * z.length && agree >= z.length / 2;
  if (odd.length === 0 || z.length < FEW || !clear) {
    return row(name, "ok", "0", "No effect is clearly of the opposite sign to the rest.");
  }
  const message = `${effect} is clearly ${side > 0 ? "negative" : "positive"} in ${rowsText(odd)}, against nearly all others: check the direction of the comparison and the sign there.`;
  return row(name, "note", rowsText(odd), message);
}

/** Share of a study in the weights 1 / (v + tau^2) of a random-effects mean, tau^2 by moments. */
export function dominantStudy(data: EffectSizes): CheckRow | null {
  const { v, rows, study } = data;
  const units = new Set<string | number>(study ?? rows).size;
  if (units < 3 || v.some((value) => !(value > 0))) return null;
  const { tau2 } = cochran(data);
  const shares = new Map<string, { weight: number; rows: number[] }>();
  let total = 0;
  v.forEach((value, i) => {
    const key = study === null ? String(rows[i]) : study[i];
    const share = shares.get(key) ?? { weight: 0, rows: [] };
    const weight = 1 / (value + tau2);
    total += weight;
    shares.set(key, { weight: share.weight + weight, rows: [...share.rows, rows[i]] });
  });
  let key = "";
  for (const [candidate, { weight }] of shares) {
    if (key === "" || weight > shares.get(key)!.weight) key = candidate;
  }
  const largest = shares.get(key)!;
  const share = largest.weight / total;
  const who = study === null ? `row ${key}` : `${key} (${rowsText(largest.rows)})`;
  const value = `${who}: ${(100 * share).toFixed(0)} %`;
  if (!(share > DOMINANT_SHARE)) return row("dominant_study", "ok", value, "No study outweighs all others.");
  const message = `One study has more weight in the mean than all others: check ${data.variance} there, and refit without it.`;
  return row("dominant_study", "note", value, message);
}
