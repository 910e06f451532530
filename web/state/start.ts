import { effect } from "@preact/signals";
import { EXAMPLES } from "../model/examples";
import { fromHash, toHash } from "../model/url-state";
import { loadExample, loadOwn } from "./actions";
import { choices, data, dataProblem, kept } from "./app-state";
import { startFitting } from "./fitting";
import { savedData } from "./saved-data";

/** Opens what the URL says, else the reader's data of last time, else the first example; then keeps the URL up to date. */
export async function start(): Promise<void> {
  startFitting();
  await open();
  effect(writeHash);
  window.addEventListener("hashchange", () => {
    if (location.hash.slice(1) !== currentHash()) void open();
  });
}

async function open(): Promise<void> {
  const state = fromHash(location.hash);
  if (state !== null && state.example !== null) {
    await loadExample(state.example, state.choices);
  } else {
    const own = await savedData();
    if (own !== undefined) await loadOwn(own.bytes, own.fileName, own.reading, state?.choices);
    else if (state === null) await loadExample(EXAMPLES[0]!.id);
    else {
      choices.value = state.choices;
      kept.value = state.kept;
      dataProblem.value =
        "This link holds an analysis but no data: load the file that goes with it, and the analysis is made.";
    }
  }
  if (state !== null && data.value !== null) kept.value = state.kept;
}

function currentHash(): string {
  return toHash({ example: data.value?.example ?? null, choices: choices.value, kept: kept.value });
}

function writeHash(): void {
  const hash = currentHash();
  // without data the URL still holds what they are waited for with
  if (data.value !== null) history.replaceState(null, "", `#${hash}`);
}
