// A thread: asks both libraries about its share of the models and tells how the answers to each question compare.
import { parentPort, workerData } from "node:worker_threads";
import type { Fit } from "../../src/index";
import { type Comparison, compare } from "./differences";
import type { Model } from "./models";
import { answer, type Library, QUESTIONS } from "./questions";

export interface Share {
  /** URLs of the libraries, the prior one first */
  readonly libraries: readonly [string, string];
  readonly models: readonly Model[];
  readonly tolerance: number;
}

/** What is told of a model. */
export interface Told {
  readonly id: string;
  readonly compared: readonly (Comparison & { readonly question: string; readonly milliseconds: number })[];
}

const { libraries, models, tolerance } = workerData as Share;
const [before, after] = (await Promise.all(libraries.map((url) => import(url)))) as [Library, Library];

for (const model of models) parentPort!.postMessage(tell(model));

function tell(model: Model): Told {
  const compared: Told["compared"][number][] = [];
  const ask = (question: string, of: (library: Library, side: 0 | 1) => unknown): void => {
    const start = performance.now();
    const [a, b] = [answer(() => of(before, 0)), answer(() => of(after, 1))];
    const milliseconds = performance.now() - start;
    compared.push({ question, milliseconds, ...compare(question, a, b, tolerance) });
  };
  const fits: (Fit | undefined)[] = [];
  ask("drm", ({ drm, drmFormula }, side) => {
    const fit: Fit = drm(drmFormula(...model.formulas), model.options);
    fits[side] = fit;
    return { logLik: fit.logLik, coefficients: fit.coefficients };
  });
  const [prior, present] = fits;
  // refused: its error is the answer
  if (prior === undefined || present === undefined) return { id: model.id, compared };
  for (const { name, every = 1, rows = Number.POSITIVE_INFINITY, ask: put } of QUESTIONS) {
    if (model.number % every !== every - 1 || prior.nobs > rows) continue;
    ask(name, (library, side) => put(library, side === 0 ? prior : present, model));
  }
  return { id: model.id, compared };
}
