import { batch } from "@preact/signals";
import { type Choices, fitsTo, NO_CHOICES, NO_OUTCOME } from "../model/choices";
import type { Failure } from "../model/error-field";
import { EXAMPLES } from "../model/examples";
import { guessChoices } from "../model/guess";
import { guessPlot } from "../model/plot-choices";
import type { Source } from "../worker/text-table";
import {
  choices,
  data,
  dataProblem,
  groupBy,
  kept,
  lastOwn,
  outcome,
  plotChoices,
  saved,
  shown,
} from "./app-state";
import { forgetData, saveData } from "./saved-data";
import { client } from "./worker";

/** Bytes of a file that the page still takes. */
const LARGEST_FILE = 100e6;

/** Changes some of the choices. */
export function choose(change: Partial<Choices>): void {
  choices.value = { ...choices.value, ...change };
}

/** Loads an example with the analysis that goes with it, or with another one. */
export async function loadExample(id: string, analysis?: Choices): Promise<void> {
  const example = EXAMPLES.find((one) => one.id === id);
  if (example === undefined) {
    dataProblem.value = `There is no example called '${id}'.`;
    return;
  }
  const source = { bytes: new TextEncoder().encode(await example.load()), reading: {} };
  await load(source, `${id}.csv`, { example: id, analysis: analysis ?? example.choices });
}

/**
 * Loads the reader's own data and keeps them in this browser. Without an analysis given, the present one stays if its
 * columns are there (a newer version of a file), else the names of the columns say where to start.
 */
export async function loadOwn(
  bytes: Uint8Array,
  fileName: string,
  reading: Source["reading"] = {},
  analysis?: Choices,
): Promise<void> {
  if (bytes.length > LARGEST_FILE) {
    dataProblem.value = `The file has ${Math.round(bytes.length / 1e6)} MB; the page takes 100 MB.`;
    return;
  }
  lastOwn.value = { bytes, fileName, reading };
  if (!(await load({ bytes, reading }, fileName, { example: null, analysis: analysis ?? null }))) return;
  saved.value = await saveData({ bytes, fileName, reading });
}

/** Reads the reader's own file again, in another way. */
export async function readAgain(change: Source["reading"]): Promise<void> {
  const own = lastOwn.value;
  if (own !== null) await loadOwn(own.bytes, own.fileName, { ...own.reading, ...change });
}

/** Forgets the reader's own data, here and in the browser's storage. */
export async function clearOwn(): Promise<void> {
  await forgetData();
  saved.value = "no";
  await loadExample(EXAMPLES[0]!.id);
}

async function load(
  source: Source,
  fileName: string,
  { example, analysis }: { readonly example: string | null; readonly analysis: Choices | null },
): Promise<boolean> {
  try {
    const overview = await client.load(source);
    batch(() => {
      const before = choices.value;
      const waiting = data.value === null && before !== NO_CHOICES; // a link came without its data
      if (!waiting) kept.value = [];
      data.value = { example, fileName, source, overview };
      if (example !== null) lastOwn.value = null;
      dataProblem.value = "";
      groupBy.value = "";
      plotChoices.value = guessPlot(overview);
      shown.value = null;
      outcome.value = { state: "nothing" };
      choices.value = analysis ?? (waiting || fitsTo(before, overview) ? before : guessChoices(overview));
    });
    return true;
  } catch (failure) {
    dataProblem.value = (failure as Failure).message;
    return false;
  }
}

/** Two outcomes or one. */
export function setTwoOutcomes(two: boolean): void {
  choose({ second: two ? NO_OUTCOME : null, correlation: "" });
}

/** Keeps the present model, so that later ones are compared with it. */
export function keepModel(): void {
  const present = choices.value;
  if (kept.value.some((model) => JSON.stringify(model) === JSON.stringify(present))) return;
  kept.value = [...kept.value, present];
}

export function dropModel(index: number): void {
  kept.value = kept.value.filter((_, i) => i !== index);
}
