import { type Choices, NO_CHOICES, NO_OUTCOME, type Outcome } from "./choices";

/** What the URL holds: the analysis and, when the data are an example, its name; never data. */
export interface UrlState {
  readonly example: string | null;
  readonly choices: Choices;
  /** models kept for comparison */
  readonly kept: readonly Choices[];
}

/** The part of the URL after `#`. Only what differs from an empty form is written. */
export function toHash({ example, choices, kept }: UrlState): string {
  const params = new URLSearchParams();
  if (example !== null) params.set("data", example);
  for (const [key, value] of entries(choices)) params.append(key, value);
  for (const model of kept) params.append("keep", new URLSearchParams(entries(model)).toString());
  return params.toString();
}

/** Null when the hash holds no analysis. Unknown keys are passed over. */
export function fromHash(hash: string): UrlState | null {
  const params = new URLSearchParams(hash.replace(/^#/, ""));
  if (![...params.keys()].some((key) => KEYS.has(key))) return null;
  return {
    example: params.get("data"),
    choices: choicesFrom(params),
    kept: params.getAll("keep").map((text) => choicesFrom(new URLSearchParams(text))),
  };
}

const KEYS = new Set([
  "data",
  "y",
  "v",
  "se",
  "y2",
  "v2",
  "se2",
  "r",
  "x",
  "s",
  "g",
  "method",
  "test",
  "ref",
  "f",
]);

function entries(choices: Choices): [string, string][] {
  const { first, second, typed } = choices;
  const found: [string, string][] = [];
  if (first.effect !== "") found.push(["y", first.effect]);
  if (first.uncertainty !== "") found.push([first.kind === "se" ? "se" : "v", first.uncertainty]);
  if (second !== null) {
    found.push(["y2", second.effect], [second.kind === "se" ? "se2" : "v2", second.uncertainty]);
  }
  if (choices.correlation !== "") found.push(["r", choices.correlation]);
  for (const name of choices.moderators) found.push(["x", name]);
  for (const name of choices.scaleModerators) found.push(["s", name]);
  if (choices.study !== "") found.push(["g", choices.study]);
  if (choices.method !== "ML") found.push(["method", choices.method]);
  if (choices.test !== "z") found.push(["test", choices.test]);
  for (const [name, level] of Object.entries(choices.reference)) {
    found.push(["ref", JSON.stringify([name, level])]);
  }
  for (const formula of typed ?? []) found.push(["f", formula]);
  return found;
}

function choicesFrom(params: URLSearchParams): Choices {
  const first = outcomeFrom(params, "");
  const typed = params.getAll("f");
  return {
    ...NO_CHOICES,
    first: first ?? NO_OUTCOME,
    second: outcomeFrom(params, "2"),
    correlation: params.get("r") ?? "",
    moderators: params.getAll("x"),
    scaleModerators: params.getAll("s"),
    study: params.get("g") ?? "",
    method: params.get("method") === "REML" ? "REML" : "ML",
    test: params.get("test") === "t" ? "t" : params.get("test") === "knha" ? "knha" : "z",
    reference: Object.fromEntries(params.getAll("ref").flatMap(referenceFrom)),
    typed: typed.length > 0 ? typed : null,
  };
}

function outcomeFrom(params: URLSearchParams, suffix: "" | "2"): Outcome | null {
  const effect = params.get(`y${suffix}`);
  const variance = params.get(`v${suffix}`);
  const se = params.get(`se${suffix}`);
  if (effect === null && variance === null && se === null) return null;
  return {
    effect: effect ?? "",
    uncertainty: variance ?? se ?? "",
    kind: variance === null && se !== null ? "se" : "variance",
  };
}

function referenceFrom(text: string): [string, string][] {
  try {
    const [name, level] = JSON.parse(text) as unknown[];
    return typeof name === "string" && typeof level === "string" ? [[name, level]] : [];
  } catch {
    return []; // a link that somebody cut short
  }
}
